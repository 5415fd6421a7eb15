"""What the rules know: every code well formed, every word of the data read as it is defined."""
