"""What is kept of the cards that were shown, and of what clinicians did with them."""
