"""Contract: the HTTP side, against the specification's own words."""
