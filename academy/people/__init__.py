"""The organisers' desk for people: who is asked for, what is shown of them, and what leaves the house as a file."""
