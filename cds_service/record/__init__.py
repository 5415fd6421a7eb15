"""The record: what the chart says, read with all its habits; the only code that knows FHIR."""
