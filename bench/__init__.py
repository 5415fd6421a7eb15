"""Programs that measure the service as a whole; none of them is part of it."""
