"""Writing together: the log of updates, what may enter it, and how rows and shared document live side by side."""
