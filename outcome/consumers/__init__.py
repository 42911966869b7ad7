"""Live pages of the outcome document."""
