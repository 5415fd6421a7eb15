"""The ten laws of clinical-logic I, each a property of whole charts that might have been met."""
