"""Tables: the wire, from bytes to Structs and back."""
