"""Tables: each finding, edge by edge."""
