"""Template tags of the outcome document."""
