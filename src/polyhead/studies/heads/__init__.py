"""Studies of single heads of real models: weights, roles and patterns."""
