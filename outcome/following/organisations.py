"""Names and domains of organisations: when two names are the same, and whose an e-mail address is. Pure."""

import re
import unicodedata
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from academy.errors import Invalid

LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
LONGEST = 253
# Where anybody gets an address or a site of their own: a name there says nothing about an organisation. A name without
# a dot stands for all that begin so ("yahoo": yahoo.com, yahoo.co.uk).
PROVIDERS = (
    "163.com 126.com aol.com att.net bigpond.com blogspot.com bluewin.ch bol.com.br comcast.net daum.net duck.com "
    "facebook.com fastmail.com fastmail.fm foxmail.com free.fr github.io gitlab.io gmail.com googlemail.com "
    "hanmail.net hey.com icloud.com instagram.com interia.pl laposte.net libero.it linkedin.com mac.com mail.com "
    "mail.ru me.com medium.com msn.com naver.com netlify.app onet.pl orange.fr pm.me posteo.de posteo.net "
    "proton.me protonmail.com qq.com rediffmail.com rocketmail.com seznam.cz sfr.fr sina.com sites.google.com "
    "t-online.de terra.com.br tiscali.it tuta.com tutanota.com uol.com.br vercel.app wanadoo.fr web.de weebly.com "
    "wixsite.com wordpress.com wp.pl x.com yandex.com yandex.ru ymail.com zoho.com "
    "gmx hotmail live outlook yahoo mailbox"
)
SHARED = frozenset(PROVIDERS.split())
# Under the domains of countries these are nobody's: gov.uk, gob.mx, go.ke, com.br.
ENDS = (
    "ac asn co com ed edu go gob gouv gov govt gub gv id info int k12 lg ltd mil muni ne net ngo nhs nom or org "
    "plc sch school web"
)
OF_A_COUNTRY = frozenset(ENDS.split())


def organisation_key(name: str) -> str:
    """The name as two spellings of it are compared: without case, accents, signs and blanks."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in apart if not unicodedata.category(letter).startswith("M"))
    words = re.findall(r"[^\W_]+", plain.casefold())
    return " ".join(words)[:320]


def domain_of_website(text: str) -> str:
    """The domain of a website: "wien.gv.at" for "https://www.wien.gv.at/english"; empty for nothing.

    Raises:
        Invalid: it is no address of a website, or one where anybody gets a site.
    """
    text = text.strip()
    if not text:
        return ""
    refusal = Invalid(_("Please write the address of a website, such as www.example.org."))
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
        domain = _plain(host)
    except (ValueError, UnicodeError) as error:
        raise refusal from error
    if not _is_domain(domain):
        raise refusal
    domain = domain.removeprefix("www.") if domain.count(".") > 1 else domain
    if is_shared(domain):
        raise Invalid(
            _(
                "%(domain)s is a place where anybody can have a page. Leave the website empty; an organiser confirms."
            )
            % {"domain": domain}
        )
    return domain


def domain_of_address(email: str) -> str:
    """The domain of an e-mail address in small letters; empty for none."""
    try:
        return _plain(email.rpartition("@")[2])
    except UnicodeError:
        return ""


def belongs_to(address_domain: str, domain: str) -> bool:
    """Whether an address at `address_domain` is one of the organisation whose domain is `domain`: there or below it.

    Never at a provider of mail for everybody, nor below what belongs to a whole country.
    """
    if not domain or not address_domain or is_shared(domain) or is_shared(address_domain):
        return False
    return address_domain == domain or address_domain.endswith(f".{domain}")


def is_shared(domain: str) -> bool:
    """Whether anybody can have an address or a page at this domain, or it is the end of the names of many."""
    labels = domain.split(".")
    is_of_a_country = len(labels) == 2 and len(labels[1]) == 2 and labels[0] in OF_A_COUNTRY
    if len(labels) < 2 or is_of_a_country or labels[0] in SHARED:
        return True
    ends = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return any(end in SHARED for end in ends)


def _plain(host: str) -> str:
    """The host in small letters, in the ASCII form of international names."""
    host = host.strip().rstrip(".").casefold()
    return host if host.isascii() else host.encode("idna").decode("ascii")


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    is_number = labels[-1].isdigit()
    return len(domain) <= LONGEST and len(labels) > 1 and not is_number and all(map(LABEL.fullmatch, labels))
