"""What the rules know: numbers, codes, words and sources; data a clinician may change, checked at start-up."""
