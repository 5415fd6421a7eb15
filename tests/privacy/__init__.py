"""Privacy: a marked patient goes through every path, and the mark reaches no log, metric or error."""
