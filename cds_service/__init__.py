"""A CDS Hooks service that says when a minimally invasive spine surgery evaluation is worth considering."""
