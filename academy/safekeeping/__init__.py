"""Keeping an academy safe: backups, restoring them, trying that out, and moving to another database."""
