"""Whom we trust: the clients file, addresses, and the connections that are made."""
