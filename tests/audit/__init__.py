"""AuditEvents: their shapes, their file, and what of a call is in them."""
