"""`make soak`: an academy's day compressed, with everything going wrong on the way, and nothing acknowledged lost."""
