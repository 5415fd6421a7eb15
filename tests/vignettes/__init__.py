"""Patients in clinical words, and the cards they bring."""
