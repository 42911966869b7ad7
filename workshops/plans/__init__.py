"""Drafts of who sits where: begun, drawn, moved by hand, taken back, published. Organisers see them, nobody else."""
