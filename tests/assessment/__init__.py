"""Tables: the rules of the decision table, and what they conclude together."""
