"""The words of the cards: one file a rule, and `shared.toml` for what several cards say. Words only, no rules."""
