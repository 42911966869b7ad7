"""Invitations: one or a list, behind links that expire; sent again, taken back, accepted once."""
