"""FHIR AuditEvents of what the service read and of what it showed, on request (CDS_AUDIT_FILE)."""
