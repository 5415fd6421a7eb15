"""What the rules know: numbers, codes, words, sources. Data a clinician may change, checked at the start."""
