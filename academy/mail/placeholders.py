"""Words in braces that stand for something of each recipient's: "{name}". Pure.

What other people wrote about themselves must not become a link, a header or a form of the text. `as_words` takes from
it whatever a mail program could turn into a link; and no placeholder may stand inside an address.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.errors import Invalid
from academy.languages import direction_of
from academy.text import FORBIDDEN

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
# Whatever somebody meant as a placeholder, and braces that belong to none.
IN_BRACES = re.compile(r"\{\{[^{}\n]*\}\}|\{[^{}\n]*\}|[{}]")
# A placeholder that touches what makes an address: "https://…{name}", "{name}.example", "@{name}".
IN_ADDRESS = re.compile(
    r"(?:://|www\.)\S*\{[a-z_]+\}|[./:@\\]\{[a-z_]+\}|\{[a-z_]+\}(?:[/@\\]|[.:]\w)", re.IGNORECASE
)
EXPLANATIONS: dict[str, str | Promise] = {
    "name": gettext_lazy("the recipient’s name, or the pseudonym of somebody protected"),
    "edition": gettext_lazy("the title of this academy"),
    "my_academy": gettext_lazy("the address of the recipient’s own page"),
    "programme": gettext_lazy("the address of the programme"),
    "session": gettext_lazy("the title of the session"),
    "time": gettext_lazy("when the session starts, in the recipient’s time zone"),
    "group": gettext_lazy("the recipient’s group in the session"),
}
# These make sense only in a letter that goes out before or after a session.
OF_A_SESSION = frozenset({"session", "time", "group"})
LONGEST = 120
# Unicode's signs around words whose direction is their own (UAX 9).
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def as_words(text: str) -> str:
    """What somebody wrote about themselves as it may stand in a mail: one line of words, nothing to click on."""
    line = FORBIDDEN.sub(" ", unicodedata.normalize("NFC", text))
    line = re.sub("[\u200b\u200e\u200f\u2060\u00ad]", "", line)
    line = re.sub(r"[:\uff1a](?=\S)", " ", line)
    line = re.sub(r"[<>\[\]{}`|/\\@\uff0f\uff20]", " ", line)
    # "evil.example" becomes "evil. example"; also with the full stops of other scripts.
    line = re.sub(r"([.\u2024\u3002\uff0e\uff61])(?=\S)", r"\1 ", line)
    return " ".join(line.split())[:LONGEST]


def insist_on_placeholders(text: str, known: Collection[str]) -> None:
    """Refuse a text with placeholders that nobody can fill or that stand inside an address, or with other braces.

    Raises:
        Invalid
    """
    for found in IN_BRACES.finditer(text):
        if not (plain := PLACEHOLDER.fullmatch(found.group())):
            raise Invalid(
                _(
                    "“%(text)s” would stand in the mail as it is. Placeholders are written like {name}, in small "
                    "letters; braces are for nothing else."
                )
                % {"text": found.group()[:60]}
            )
        if (name := plain.group(1)) in known:
            continue
        if name in OF_A_SESSION:
            words = _(
                "{%(name)s} is for letters before or after a session only. Choose the session, or leave it out."
            )
        else:
            words = _("Nobody knows what {%(name)s} stands for. Use one of those that are listed.")
        raise Invalid(words % {"name": name})
    if inside := IN_ADDRESS.search(text):
        raise Invalid(
            _("“%(text)s”: a placeholder cannot be part of an address.") % {"text": inside.group()[:60]}
        )


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled, once: what is filled in is not looked at again."""
    return PLACEHOLDER.sub(lambda found: values.get(found.group(1), found.group()), text)


def set_apart(values: Mapping[str, str], language: str) -> dict[str, str]:
    """The values as they stand in a text of this language: apart from its direction, if it is written from the right.

    Names and times of another direction keep their order, and do not turn that of the words around them. Addresses
    stay as they are, as a mail program would take the signs for a part of them.
    """
    if direction_of(language) == "ltr":
        return dict(values)
    return {name: _apart(value) for name, value in values.items()}


def _apart(value: str) -> str:
    is_line = value and "\n" not in value and "://" not in value
    return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}" if is_line else value
