"""The set-up program behind `make`: it needs nothing but Python, and does only what is stale."""
