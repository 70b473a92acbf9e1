"""The study `skip-trigrams`."""
