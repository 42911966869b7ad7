"""Pages of the programme: what everybody reads, and the organisers' desk."""
