"""What the record makes of FHIR, module by module."""
