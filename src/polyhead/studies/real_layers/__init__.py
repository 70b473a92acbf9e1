"""Studies of dictionaries on attention layers of real models."""
