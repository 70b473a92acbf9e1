"""The study `polysemantic-head`."""
