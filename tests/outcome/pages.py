"""Addresses of the document's pages, and a page's source without the template's line breaks."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse


def url(name: str, *args: object, edition: str = "2022") -> str:
    """The address of a page of the document."""
    return reverse(f"outcome:{name}", args=(edition, *args))


def flat(response: Any) -> str:
    """The source of an answer with every run of blanks as one, and none before the end of a tag."""
    return re.sub(r"\s+", " ", response.content.decode()).replace(" >", ">")
