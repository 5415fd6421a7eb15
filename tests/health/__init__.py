"""The project looks after itself: its locks, its commands, its own promises."""
