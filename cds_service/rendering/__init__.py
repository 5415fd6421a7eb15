"""How an assessment is said: at most one card, with its summary, detail, override reasons and extension."""
