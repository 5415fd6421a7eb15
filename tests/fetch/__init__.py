"""Reading from an EHR: what is asked of it, and what becomes of every way in which it may fail."""
