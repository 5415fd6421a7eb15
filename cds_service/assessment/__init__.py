"""The assessment: what the rules conclude from the findings."""
