"""The region that a country lies in: derived, never asked.

The scheme is the United Nations' standard M49, "Standard country or area codes for statistical use"
(unstats.un.org/unsd/methodology/m49), at the level of its sub-regions. The table was compared with the territory
containment of Unicode CLDR 48, which follows M49 and adds what M49 does not list (Taiwan). Which country stands where
is a convention for statistics and says nothing about whose it is.
"""

from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The name by which pages and documents say where the regions come from.
SCHEME = _("Regions after the United Nations' standard M49")

# (code in M49, name, countries in ISO 3166-1 alpha-2), in the order of the continents.
_TABLE: tuple[tuple[str, Promise, str], ...] = (
    ("015", _("Northern Africa"), "DZ EG EH LY MA SD TN"),
    (
        "202",
        _("Sub-Saharan Africa"),
        "AO BF BI BJ BW CD CF CG CI CM CV DJ ER ET GA GH GM GN GQ GW IO KE KM LR LS MG ML MR MU MW MZ NA NE NG RE RW "
        "SC SH SL SN SO SS ST SZ TD TF TG TZ UG YT ZA ZM ZW",
    ),
    ("021", _("Northern America"), "BM CA GL PM US"),
    (
        "419",
        _("Latin America and the Caribbean"),
        "AG AI AR AW BB BL BO BQ BR BS BV BZ CL CO CR CU CW DM DO EC FK GD GF GP GS GT GY HN HT JM KN KY LC MF MQ MS "
        "MX NI PA PE PR PY SR SV SX TC TT UY VC VE VG VI",
    ),
    ("143", _("Central Asia"), "KG KZ TJ TM UZ"),
    ("030", _("Eastern Asia"), "CN HK JP KP KR MN MO TW"),
    ("035", _("South-eastern Asia"), "BN ID KH LA MM MY PH SG TH TL VN"),
    ("034", _("Southern Asia"), "AF BD BT IN IR LK MV NP PK"),
    ("145", _("Western Asia"), "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE"),
    ("151", _("Eastern Europe"), "BG BY CZ HU MD PL RO RU SK UA"),
    ("154", _("Northern Europe"), "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ"),
    ("039", _("Southern Europe"), "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA"),
    ("155", _("Western Europe"), "AT BE CH DE FR LI LU MC NL"),
    ("053", _("Australia and New Zealand"), "AU CC CX HM NF NZ"),
    ("054", _("Melanesia"), "FJ NC PG SB VU"),
    ("057", _("Micronesia"), "FM GU KI MH MP NR PW UM"),
    ("061", _("Polynesia"), "AS CK NU PF PN TK TO TV WF WS"),
)
REGIONS: list[tuple[str, Promise]] = [(code, name) for code, name, _countries in _TABLE]


@cache
def _regions() -> dict[str, str]:
    return {country: code for code, _name, countries in _TABLE for country in countries.split()}


def region_of(country: str) -> str:
    """The M49 code of the region that a country lies in; empty for one that M49 places nowhere."""
    return _regions().get(country, "")


def countries_in(region: str) -> list[str]:
    """The countries of a region, by their ISO codes; none for a region that there is not."""
    return next((countries.split() for code, _name, countries in _TABLE if code == region), [])


def region_name(region: str) -> str:
    """A region in words; empty for none."""
    return next((str(name) for code, name in REGIONS if code == region), "")
