"""Tests, by kind; each folder says in its name what it proves."""
