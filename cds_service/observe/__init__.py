"""What the service says about itself: log lines, counts and durations, traces, and no word of a patient."""
