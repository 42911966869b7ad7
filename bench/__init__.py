"""Measurements: speed as a ratio to something measured in the same run. `make bench` runs them."""
