"""Real parts: a real server process, a real browser."""
