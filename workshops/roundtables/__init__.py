"""The roundtables of the networking day: how they rotate, who sits where, and what people are told of it."""
