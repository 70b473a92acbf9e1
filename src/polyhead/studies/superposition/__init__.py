"""Studies of features in superposition, in autoencoders and small networks."""
