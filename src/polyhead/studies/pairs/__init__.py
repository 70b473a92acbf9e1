"""Studies of two heads that jointly store pairs of tokens."""
