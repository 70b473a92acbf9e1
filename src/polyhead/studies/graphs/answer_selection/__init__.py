"""The study `answer-selection`."""
