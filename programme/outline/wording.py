"""The words of a programme in English, German, French and Spanish: kinds, numbered things, labels, how many at once."""

import re
from dataclasses import dataclass

# In this order: a "closing ceremony" is a closing, a "plenary discussion" a discussion.
_KINDS = (
    (
        "break",
        r"\w*break(?:fast)?(?!-?out)|coffee|lunch|dinner|tea|\w*pause|pausen?|mittagessen|abendessen|frühstück|kaffee"
        r"|déjeuner|dîner|(?<!world[ -])café|almuerzo|cena|desayuno|descanso",
    ),
    (
        "workshop",
        r"workshops?|break-?outs?|ateliers?|arbeitsgruppen?|working groups?|groupes? de travail"
        r"|taller(?:es)?|grupos? de trabajo",
    ),
    ("roundtable", r"round\s?-?tables?|tables? rondes?|runde[rn]? tische?n?|rundtische?|mesas? redondas?"),
    (
        "closing",
        r"closing|wrap-?up|farewell|conclusions?|abschluss\w*|schluss\w*|verabschiedung|ausklang|clôture|conclusion"
        r"|clausura|cierre|despedida",
    ),
    (
        "ceremony",
        r"\w*ceremony|opening|welcome|eröffnung\w*|begrüßung|willkommen|ouverture|cérémonie|accueil"
        r"|apertura|inauguración|ceremonia|bienvenida",
    ),
    (
        "introduction",
        r"introductions?|organisational matters|housekeeping|registration|arrival|check-?in|einführung\w*"
        r"|vorstellung\w*|organisatorisches|anmeldung|ankunft|présentation des participants|inscription|arrivée"
        r"|inscripción|llegada|acreditación|presentación de (?:los|las) participantes",
    ),
    ("panel", r"panels?|podium\w*|podien"),
    (
        "discussion",
        r"\w*discussions?|debate|dialogue|\w*diskussion(?:en)?|débat|échanges?|aussprache|diálogo"
        r"|world[ -]caf[eé]s?",
    ),
    ("group", r"(?:parallel )?groups?|gruppen?|groupes?|grupos?"),
    ("conference", r"conference|conférence|\w*konferenz|conferencia"),
    ("plenary", r"plenary|plenar\w*|plenum|plénière|keynotes?|lecture|vortrag|plenari[ao]|ponencia"),
)
_KIND_WORDS = tuple((kind, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)) for kind, words in _KINDS)

_DESIGNATED = (
    ("workshop", r"workshop(?:[ -]sessions?)?|atelier|arbeitsgruppe|working group|groupe de travail|taller"),
    ("roundtable", r"round\s?-?table(?: sessions?)?|table ronde|runder tisch|rundtisch|mesa redonda"),
    ("panel", r"panel|podium"),
    (
        "plenary",
        r"plenary(?: session)?|plenum|séance plénière|plénière|plenarsitzung|sesión plenaria|plenaria",
    ),
    ("group", r"(?:parallel )?group|gruppe|groupe|grupo"),
)
_DESIGNATIONS = tuple(
    (
        kind,
        re.compile(
            rf"(?P<name>(?:{words})\s+(?:no\.?\s*|nr\.?\s*|n°\s*|#\s*)?(?P<mark>\d{{1,3}}|[A-Z]))(?![\w'’.]\w)"
            r"(?:\s*[:.|–—-]+\s*|\s*(?=\()|\s*$)(?P<rest>.*)$",
            re.IGNORECASE,
        ),
    )
    for kind, words in _DESIGNATED
)
# What announces that the things listed below it take place side by side.
SIMULTANEOUS = re.compile(
    r"(?:(?:parallel|simultaneous|concurrent)\s+(?:workshops?|workshop sessions|sessions|panels|tracks|break-?outs?"
    r"|break-?out sessions|working groups)|break-?outs?|break-?out sessions"
    r"|parallele\s+(?:workshops|sitzungen|veranstaltungen|arbeitsgruppen|panels|foren)"
    r"|(?:ateliers|sessions|séances)\s+(?:parallèles|en parallèle|simultané[es]*)"
    r"|(?:talleres|sesiones)\s+(?:paralel[oa]s|simultáne[oa]s|en paralelo))",
    re.IGNORECASE,
)
BARE_WORKSHOP = re.compile(
    r"(?:parallel )?workshops?(?:[ -](?:sessions?|phases?))?|ateliers?|arbeitsgruppen?|working groups?"
    r"|groupes de travail",
    re.IGNORECASE,
)

_NUMBERS = {
    word: n
    for n, words in enumerate(
        (
            "two|zwei|deux|dos",
            "three|drei|trois|tres",
            "four|vier|quatre|cuatro",
            "five|fünf|cinq|cinco",
            "six|sechs|seis",
            "seven|sieben|sept|siete",
            "eight|acht|huit|ocho",
            "nine|neun|neuf|nueve",
            "ten|zehn|dix|diez",
            "eleven|elf|onze",
            "twelve|zwölf|douze",
        ),
        start=2,
    )
    for word in words.split("|")
}
_COUNT = rf"(?P<count>[2-9]|1[0-2]|{'|'.join(_NUMBERS)})"
_PARALLEL = re.compile(
    rf"(?:(?:in|en|each in|jeweils in)\s+)?{_COUNT}\s+"
    r"(?:(?:parallel\w*|simultaneous|gleichzeitige)\s+(?P<what>[^,.;:()]+)"
    r"|(?P<vor>[^,.;:()]+?)\s+(?:parallèles|in parallel|paralel[oa]s|simultáne[oa]s|en paralelo))",
    re.IGNORECASE,
)
_ONE_OF = (
    ("Group", re.compile(r"(?<!\w)groups?(?!\w)", re.IGNORECASE)),
    ("Gruppe", re.compile(r"gruppen(?!\w)", re.IGNORECASE)),
    ("Groupe", re.compile(r"(?<!\w)groupes(?!\w)", re.IGNORECASE)),
    ("Grupo", re.compile(r"(?<!\w)grupos(?!\w)", re.IGNORECASE)),
    ("Runder Tisch", re.compile(r"(?<!\w)runden? tische?n?(?!\w)|rundtische", re.IGNORECASE)),
    ("Table ronde", re.compile(r"(?<!\w)tables rondes(?!\w)", re.IGNORECASE)),
    ("Mesa redonda", re.compile(r"(?<!\w)mesas redondas(?!\w)", re.IGNORECASE)),
)

PART = re.compile(
    r"(?:part|teil|partie|parte)\s+(?P<letter>[A-Z]|I{2,3}|IV|[1-9])(?!\w)"
    r"\s*(?:\((?:(?P<minutes>\d{1,3})\s?min\w*\.?|(?P<times>\d[^()]{3,30}))\))?"
    r"\s*(?:[:.–—-]+\s*(?P<title>.*)|$)",
    re.IGNORECASE,
)
DURATION = re.compile(
    r"[\s,:–—-]*(?P<open>\()?\s*(?:each\s+|je\s+)?(?P<minutes>\d{1,3})\s?(?:min(?:ute[ns]?|s)?\.?|['’′])"
    r"(?:\s+(?:each|chacune?))?\s*(?(open)\))$",
    re.IGNORECASE,
)
QUESTIONS = re.compile(
    r"(?:(?:example|guiding|key|possible|sample)\s+questions?|questions?|leitfragen?|mögliche fragen|fragen"
    r"|beispielfragen|questions? (?:directrices|clés|guides)|preguntas(?: (?:orientadoras|guía|clave))?)\s*:?$",
    re.IGNORECASE,
)
AIM = re.compile(
    r"(?:aims?|goals?|objectives?|ziele?|objectifs?|objetivos?)(?:\s+(?:of|der|des|du|de)\s+[^:.]{1,40}?)?\s*:\s*(?P<text>.+)$",
    re.IGNORECASE,
)
HOSTS = re.compile(
    r"(?:host(?:s|ed by)?|moderat(?:ion|ors?|ed by)|moderated by|chair(?:s|ed by)?|speakers?|facilitat(?:ion|ors?)"
    r"|facilitated by|panell?ists?|with|mit|avec|leitung|moderatorin|referent\w*|gastgeber\w*|animation|modération"
    r"|animé par|intervenant\w*|modera(?:ción|dora?)?|ponentes?|panelistas?|con|facilita(?:ción|dora?))\s*:\s*.+$",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"(?P<open>\()?\s*(?P<label>(?:v(?=\d)|version|versión|fassung|stand|état|draft|entwurf|revision|revised|as of"
    r"|status)"
    r"(?:\s*:|\s+(?=\d|of|vom|du)|(?<=^v)|(?<=[(\s]v)).{1,100}?)\s*(?(open)\))$",
    re.IGNORECASE,
)

# What stands at the head or foot of the pages of a DOCX; it belongs to no day.
EDGE = "Page head or foot:"

# What the writer uses where the words themselves would be read as something else; read exactly as written.
EXPLICIT = re.compile(
    r"(?P<label>Label|Title|Subtitle|Motto|Introduction|Aims|Kind|Number|Minutes|Aim|Hosts|Description|Point|Question"
    r"|Footnote): (?P<text>.+)$"
)
VERBATIM = "Item: "

_COLUMNS = {
    "date": "date|day|datum|tag|jour|dates|fecha|día",
    "time": "time|zeit|uhrzeit|heure|horaire|horaires|when|wann|hours|von - bis|cet"
    "|start|end|starts|ends|begin|begins|from|to|until|start time|end time|von|bis|beginn|ende|anfang|début|fin|de|à"
    "|hora|horario|inicio|desde|hasta",
    "number": "no|no.|nr|nr.|n°|nº|#|number|nummer|numéro|lfd. nr.",
    "title": "session|title|programme|program|programm|titre|item|activity|programmpunkt|thema|theme|thème|what|was"
    "|séance|activité|topic|titel|agenda|inhalt|sujet|session title|título|sesión|actividad|tema|programa",
    "hosts": "who|wer|speaker|speakers|moderation|moderator|moderators|host|hosts|qui|intervenants|intervenantes"
    "|referenten|referierende|mitwirkende|responsible|animation|leitung|lead"
    "|quién|ponente|ponentes|moderación|responsable",
    "details": "details|description|beschreibung|remarks|notes|bemerkungen|remarques|room|ort|raum|where|lieu|salle"
    "|link|format|place|sala|lugar|descripción|observaciones|enlace",
}
# How columns are headed that hold what takes place at the same time.
SIDE_BY_SIDE = re.compile(
    r"^(?:(?:conference |seminar |meeting )?room|raum|saal|salle|hall|track|stream|strang|group|gruppe|groupe|stage"
    r"|bühne|aula|sala|salón|grupo|auditorium|plenum|plenary hall)\b|^[A-Z]$|^\d$",
    re.IGNORECASE,
)
COLUMNS = {word: role for role, words in _COLUMNS.items() for word in words.split("|")}


@dataclass(frozen=True)
class Designation:
    """What a thing is called by number or letter: "Workshop 10", "Panel A", with what follows."""

    kind: str
    name: str
    mark: str
    rest: str


def kind_of(title: str) -> str:
    """The kind of item that a title speaks of; "" if it speaks of none."""
    return next((kind for kind, words in _KIND_WORDS if words.search(title)), "")


def designation(text: str) -> Designation | None:
    """The designation that a text starts with, if it does."""
    for kind, form in _DESIGNATIONS:
        if match := form.match(text):
            return Designation(kind, match["name"], match["mark"], match["rest"])
    return None


def parallel(text: str) -> tuple[int, str] | None:
    """How many of what run in parallel: (2, "workshop groups") for "two parallel workshop groups"."""
    match = _PARALLEL.match(text[:200])
    if not match:
        return None
    count = match["count"].lower()
    return _NUMBERS.get(count) or int(count), (match["what"] or match["vor"] or "").strip()


def beyond_parallel(text: str) -> str:
    """What a text says after how many of what run in parallel."""
    match = _PARALLEL.match(text[:200])
    return text[match.end() :].strip(" ,;:.()") if match else ""


def one_of(what: str) -> str:
    """What one of several is called, in the language of the words for several: "Gruppe" for "Gruppen"."""
    return next((name for name, words in _ONE_OF if words.search(what)), "")


def means_groups(what: str) -> bool:
    """Whether groups are meant, and not tables or whole workshops."""
    return one_of(what) in {"Group", "Gruppe", "Groupe", "Grupo"}
