"""Studies of attribution graphs."""
