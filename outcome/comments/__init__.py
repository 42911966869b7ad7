"""Comments on clauses of the outcome document: written, answered, resolved, moderated; nothing is deleted."""
