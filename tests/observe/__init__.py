"""What the service says about itself: log lines, metrics, readiness, traces."""
