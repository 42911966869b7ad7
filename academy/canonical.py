"""The canonical form of published content, and its digest.

Canonical form: RFC 8785 (JSON Canonicalization Scheme), so that anyone can recompute a digest with any library.
"""

import hashlib
from typing import Any

import rfc8785


def canonical(content: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value (dicts, lists, strings, numbers, booleans, None)."""
    return rfc8785.dumps(content)


def digest(content: Any) -> str:
    """The SHA-256 of the canonical form, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(content)).hexdigest()


def digest_or_none(content: Any) -> str | None:
    """The digest, or None for a value that has no canonical form, as somebody may have written one behind our back."""
    try:
        return digest(content)
    except rfc8785.CanonicalizationError:
        return None


def text_digest(text: str) -> str:
    """The SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
