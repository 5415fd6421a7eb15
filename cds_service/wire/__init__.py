"""The wire: what clients send and what we answer, as msgspec Structs and nothing else."""
