"""Words that would like to be a program: a corpus by family, and what an editor of somebody's own might send.

Written after the families that OWASP's and PortSwigger's collections and the tests of DOMPurify know. A payload that
ran would set `__executed`; one that became an element would fetch `__fetched` or be called `__clobbered`; a template
that was filled in would say 94011.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

RUN = "window.__executed=1"
FILLED_IN = "94011"

FAMILIES: dict[str, tuple[str, ...]] = {
    "scripts": (
        f"<script>{RUN}</script>",
        f"<SCRIPT >{RUN}</SCRIPT\t>",
        f"<script/x>{RUN}</script>",
        "<script src=/__fetched.js></script>",
        f"<script type=module>{RUN}</script>",
        f"<scr<script>ipt>{RUN}</scr</script>ipt>",
        f"<<script>{RUN}//<</script>",
    ),
    "event handlers": (
        f"<img src=x onerror={RUN}>",
        f'<img/src="x"/onerror={RUN}>',
        f"<body onload={RUN}>",
        f"<input autofocus onfocus={RUN}>",
        f"<details open ontoggle={RUN}>",
        f"<video><source onerror={RUN}></video>",
        f"<audio src=x onerror={RUN}>",
        f"<marquee onstart={RUN}>m</marquee>",
        f"<p onmouseover={RUN} style=position:fixed;inset:0>over</p>",
        f"<div onpointerrawupdate={RUN}>p</div>",
        f"<x onclick={RUN} tabindex=1 id=x>",
        f"<style onload={RUN}></style>",
    ),
    "addresses": (
        f"<a href=javascript:{RUN}>link</a>",
        f'<a href="java\tscript:{RUN}">link</a>',
        f'<a href="&#106;avascript&colon;{RUN}">link</a>',
        f"<a href=vbscript:{RUN}>link</a>",
        f"<a href='data:text/html,<script>opener.{RUN[7:]}</script>'>link</a>",
        f"<form action=javascript:{RUN}><button>go</button></form>",
        f"<form><button formaction=javascript:{RUN}>go</button></form>",
        f'<iframe src="javascript:parent.{RUN[7:]}"></iframe>',
        f'<iframe srcdoc="<script>parent.{RUN[7:]}</script>"></iframe>',
        f"<object data=data:text/html,<script>parent.{RUN[7:]}</script>></object>",
        f"<embed src=javascript:{RUN}>",
        "<base href=//example.org/>",
        f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
        f"javascript:{RUN}",
    ),
    "SVG and MathML": (
        f"<svg/onload={RUN}>",
        f"<svg><script>{RUN}</script></svg>",
        f"<svg><animate onbegin={RUN} attributeName=x dur=1s></svg>",
        f"<svg><a><animate attributeName=href values=javascript:{RUN} /><text y=9>x</text></a></svg>",
        f"<svg><use href='data:image/svg+xml,<svg id=x onload={RUN}>#x' /></svg>",
        f"<svg><foreignObject><img src=x onerror={RUN}></foreignObject></svg>",
        f"<math><mi xlink:href=javascript:{RUN}>m</mi></math>",
        f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror={RUN}&gt;">',
        f"<svg></p><style><a id='</style><img src=x onerror={RUN}>'>",
        f"<math><annotation-xml encoding=text/html><img src=x onerror={RUN}></annotation-xml></math>",
    ),
    "breaking out": (
        f'"><img src=x onerror={RUN}>',
        f"'><img src=x onerror={RUN}>",
        f"' autofocus onfocus={RUN} x='",
        f'" autofocus onfocus={RUN} x="',
        f"` onmouseover={RUN} `",
        f"</script><script>{RUN}</script>",
        f"</textarea></title></style><script>{RUN}</script>",
        f"--><script>{RUN}</script><!--",
        f"]]><script>{RUN}</script>",
        f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
        f"<xmp><p title='</xmp><img src=x onerror={RUN}>'>",
        f"<template><script>{RUN}</script></template>",
        f"javascript:/*--></title></style></textarea></script><svg/onload={RUN}>",
        f"\\u003cscript\\u003e{RUN}\\u003c/script\\u003e",
        f"';{RUN}//",
        f'";{RUN}//',
    ),
    "entities and encodings": (
        f"&lt;img src=x onerror={RUN}&gt;",
        f"&#60;script&#62;{RUN}&#60;/script&#62;",
        f"&amp;lt;script&amp;gt;{RUN}&amp;lt;/script&amp;gt;",
        f"%3Cscript%3E{RUN}%3C/script%3E",
        f"\\x3cscript\\x3e{RUN}\\x3c/script\\x3e",
        f"+ADw-script+AD4-{RUN}+ADw-/script+AD4-",
        f"<!ENTITY x '<script>{RUN}</script>'>&x;",
        f"<?xml-stylesheet href='javascript:{RUN}'?>",
    ),
    "templates and Markdown": (
        "{{ 31337*3 }}",
        "{% debug %}{% widthratio 31337 1 3 %}",
        "${31337*3} #{31337*3} <%= 31337*3 %>",
        f"{{{{ constructor.constructor('{RUN}')() }}}}",
        f"[link](javascript:{RUN})",
        f"![picture](x){{onerror={RUN}}} ![p](/__fetched)",
        f"[link]: javascript:{RUN}",
        f"<javascript:{RUN}>",
        f"```\n<script>{RUN}</script>\n```",
        f"# <img src=x onerror={RUN}>",
    ),
    "letters": (
        f"\uff1cscript\uff1e{RUN}\uff1c/script\uff1e",
        f"<\u017fcript>{RUN}</\u017fcript>",
        f"<scr\u00adipt>{RUN}</scr\u00adipt>",
        f"<img src=x onerror\u00a0={RUN}>",
        f"\u2028<img src=x onerror={RUN}>\u2029",
        f"<\u0130mg src=x onerror={RUN}>",
        f"\u02bascript\u02ba\u2039img src=x onerror={RUN}\u203a",
    ),
    "clobbering": (
        "<form id=__clobbered><input name=attributes><input name=children></form>",
        "<a id=__clobbered name=location href=//example.org>x</a>",
        "<img name=getElementById id=__clobbered>",
        "<input form=__clobbered name=csrfmiddlewaretoken value=__clobbered>",
        "<clause-editor id=__clobbered words='{}' socket=/__fetched></clause-editor>",
    ),
    "style": (
        "<style>*{background:url(/__fetched)}</style>",
        "<style>@import '/__fetched.css';</style>",
        "<link rel=stylesheet href=/__fetched.css>",
        "<div style='background:url(/__fetched)'>d</div>",
        f"<p style=\"width:expression({RUN})\">e</p>",
        "<img src=/__fetched.png>",
    ),
}  # fmt: skip
CORPUS = tuple(payload for family in FAMILIES.values() for payload in family)

# What no door lets in, because of its characters: a zero, a mark that turns the reading direction, an escape.
FORBIDDEN = (
    f"<scr\x00ipt>{RUN}</script>",
    f"\u202e>tpircs/<{RUN}>tpircs<",
    f"\x1b]8;;javascript:{RUN}\x07link",
    f"\ufeff<script>{RUN}</script>",
)

# Where a link in a clause may not lead, however it is written.
BAD_LINKS = (
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}",
    f" javascript:{RUN}",
    f"java\tscript:{RUN}",
    f"java\nscript:{RUN}",
    f"\x01javascript:{RUN}",
    f"\u00a0javascript:{RUN}",
    f"&#106;avascript:{RUN}",
    f"javascript&colon;{RUN}",
    f"javascript://example.org/%0a{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    "data:text/html;base64,PHNjcmlwdD4xPC9zY3JpcHQ+",
    f"vbscript:{RUN}",
    f"view-source:javascript:{RUN}",
    f"blob:javascript:{RUN}",
    "file:///etc/passwd",
    "//example.org/__fetched",
    "/__fetched",
    "",
)
# Where it may lead, with an address that would like to leave its attribute.
ODD_LINKS = (
    f'https://example.org/"onmouseover="{RUN}',
    f"https://example.org/'><script>{RUN}</script>",
    f"mailto:a@example.org?subject=<img/src=x/onerror={RUN}>",
    f"https:javascript:{RUN}",
    f"http://example.org/)[x](javascript:{RUN}",
    "https://example.org/]]><x>&amp;&lt;{{31337*3}}",
)
# Nodes and marks that no clause has; the nodes with what they would like to do.
NODES: dict[str, dict[str, str]] = {
    "script": {"src": "/__fetched.js"},
    "img": {"src": "x", "onerror": RUN},
    "iframe": {"srcdoc": f"<script>parent.{RUN[7:]}</script>"},
    "svg": {"onload": RUN},
    "math": {"href": f"javascript:{RUN}"},
    "a": {"href": f"javascript:{RUN}"},
    "style": {},
    "form": {"id": "__clobbered"},
    f"paragraph><img src=x onerror={RUN}": {},
    "heading": {"level": "1"},
    "paragraph": {"onclick": RUN},
    "ordered_list": {"order": f'1" onfocus={RUN}'},
    "__proto__": {},
}
MARKS: tuple[tuple[str, object], ...] = (
    *(("link", {"href": link}) for link in BAD_LINKS),
    ("link", {"href": "https://example.org/", "onclick": RUN}),
    ("link", {"href": {"toString": RUN}}),
    ("link", {"href": ["javascript:0"]}),
    ("link", True),
    ("link", f"javascript:{RUN}"),
    ("em", {"style": "background:url(/__fetched)"}),
    ("strong", {"onmouseover": RUN}),
    ("code", {}),
    ("onclick", RUN),
    ("__proto__", {"href": f"javascript:{RUN}"}),
)
# Cursors that are no places in a text; an editor that looked one of them up would stop with an error.
PLACE = {"type": {"client": 1, "clock": 1}, "tname": None, "item": None, "assoc": 0}
HOSTILE_CURSORS: tuple[object, ...] = (
    CORPUS[0],
    7,
    [PLACE, PLACE],
    {},
    {"anchor": PLACE},
    {"anchor": PLACE, "head": None},
    {"anchor": CORPUS[7], "head": CORPUS[7]},
    {"anchor": {"type": CORPUS[7]}, "head": PLACE},
    {"anchor": PLACE, "head": {"type": None, "item": None, "tname": None, "assoc": 0}},
    {"anchor": PLACE, "head": PLACE | {"tname": "blocks"}},
    {"anchor": PLACE, "head": PLACE | {"item": 5}},
    {"anchor": PLACE, "head": PLACE | {"item": {"client": "1", "clock": 1}}},
    {"anchor": PLACE, "head": PLACE | {"item": {"client": 1, "clock": -1}}},
    {"anchor": PLACE, "head": PLACE | {"item": {"client": 1.5, "clock": True}}},
    {"anchor": PLACE, "head": PLACE | {"assoc": RUN}},
    {"anchor": PLACE, "head": PLACE | {"__proto__": {"x": 1}}},
    {"anchor": PLACE, "head": PLACE, "user": {"name": CORPUS[7]}},
)


def sheets(limit: int) -> Iterator[str]:
    """The whole corpus in texts of at most so many characters, a payload a line."""
    sheet = ""
    for payload in CORPUS:
        if sheet and len(sheet) + 1 + len(payload) > limit:
            yield sheet
            sheet = ""
        sheet = f"{sheet}\n{payload}" if sheet else payload
    yield sheet


def titles(limit: int) -> list[str]:
    """Payloads that fit into a line of so many characters."""
    return [payload for payload in CORPUS if len(payload) <= limit and "\n" not in payload]
