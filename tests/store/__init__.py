"""The store: what it keeps, for how long, and what it never holds."""
