"""What is done in a rehearsal of the production shape."""
