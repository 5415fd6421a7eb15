"""Rendering: the words of a card, and what chart text may and may not do to them."""
