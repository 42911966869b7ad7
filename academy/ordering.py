"""The order in which people look for words: capitals, accents and punctuation do not count. Pure, but for one column.

Databases differ in how they sort, so the key is made here and kept beside the words: "Özlem Ünal" as "ozlem unal".
"""

import unicodedata
from typing import Any

from django.db import models

# Letters that are letters of their own and have no accent to take away.
ALONE = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "ŋ": "n",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)


def sort_key(words: str) -> str:
    """What words are sorted by: without capitals, accents, hyphens, apostrophes and other marks."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", words).casefold()).translate(ALONE)
    kept = []
    for letter in plain:
        kind = unicodedata.category(letter)
        if kind[0] == "L" or kind[0] == "N":
            kept.append(letter)
        elif kind in ("Pd", "Zs", "Cc") or letter == ".":
            kept.append(" ")
    return " ".join("".join(kept).split())


class SortKey(models.CharField):  # type: ignore[type-arg]  # Django's own field takes no arguments at run time
    """The `sort_key` of another field, made whenever the row is saved; both databases sort it by code points."""

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"editable": False, "blank": True, "default": "", **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def db_parameters(self, connection: Any) -> Any:
        collation = "C" if connection.vendor == "postgresql" else "BINARY"
        return {**super().db_parameters(connection), "collation": collation}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        key = sort_key(getattr(model_instance, self.of))[: self.max_length]
        setattr(model_instance, self.attname, key)
        return key


def with_keys(row: models.Model, names: Any) -> set[str] | None:
    """The fields that `save` is asked to write, together with the keys that are made of them; None for all."""
    if names is None:
        return None
    keys = {field.attname for field in row._meta.fields if isinstance(field, SortKey) and field.of in names}
    return {*names, *keys}
