"""Services of others, each in an environment of its own; what runs there imports nothing of ours."""
