"""The study `attention-superposition`."""
