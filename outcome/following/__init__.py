"""What follows an adoption: endorsements by organisations, commitments to clauses, and what becomes of them."""
