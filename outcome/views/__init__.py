"""Pages of the outcome document: reading it, its thread, the organisers' desk, the adoption and its record."""
