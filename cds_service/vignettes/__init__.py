"""Patients told in clinical words, one table each, with the card they should bring; rendered to FHIR for any day."""
