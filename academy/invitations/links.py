"""The secret in an invitation's link: 256 random bits, of which only the digest is kept."""

import hashlib
import secrets


def new_token() -> str:
    """A secret that nobody can guess, made of characters that an address can hold."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What is kept of a token: its SHA-256, 64 hexadecimal digits. The token is random, so it needs no salt."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
