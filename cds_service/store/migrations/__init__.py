"""How the tables came to be, step by step, each of which can be taken back."""
