"""Whom we trust: which clients are registered, and whom we may call for them."""
