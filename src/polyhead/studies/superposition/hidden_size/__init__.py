"""The study `hidden-size-polysemanticity`."""
