"""Amendments to the outcome document: proposed on a revision, treated in a round, merged into the draft."""
