"""Commands that are more than a few lines: what the rules know, and the documents made from it."""
