"""The hooks: which services there are, and the HTTP routes that ask them."""
