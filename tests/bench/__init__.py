"""The program that measures the service: what it makes of figures; none is asserted."""
