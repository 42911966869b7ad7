"""What an address takes, told in OpenAPI: so that schemathesis draws what fits its forms, and what just does not.

Pages tell more than the names of their fields: how long a text may be, which values may be chosen, where a number
ends. What is drawn lies inside of all that, or outside of one of it; only of a long text nobody draws the end.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import requests
import schemathesis
from django.urls import resolve
from lxml import html

from tests.hostile import Attempt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case
    from schemathesis.schemas import APIOperation

Shape = dict[str, Any]
# Said of what a browser sends only if it is chosen or pressed; a word that JSON Schema does not know says nothing.
MAYBE = "x-maybe"
# A longer text is no other text, and takes long to draw.
LONGEST = 600
CAPTURED = re.compile(r"<(?:(\w+):)?(\w+)>")
OF_CONVERTERS: dict[str, Shape] = {
    "int": {"type": "integer", "minimum": 0},
    "uuid": {"type": "string", "format": "uuid"},
    "slug": {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"},
}
OF_INPUTS: dict[str, Shape] = {
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"},
    "datetime-local": {
        "type": "string",
        "pattern": "^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]$",
    },
    "email": {"type": "string", "format": "email"},
    "url": {"type": "string", "format": "uri"},
    "file": {"type": "string", "format": "binary"},
}


def operations_of(page: str, address: str) -> Iterator[APIOperation]:
    """An operation for each way to send a form of a page, but for the one that logs out.

    What stands in a `template` is no form yet: a script writes its address first.
    """
    tree = html.fromstring(page) if "<form" in page else None
    for form in tree.xpath("//form[not(ancestor::template)]") if tree is not None else ():
        controls = controls_of(form)
        method, kind = form.get("method", "get").upper(), form.get("enctype", "")
        buttons = [one for one in controls if one.tag == "button" or one.get("type") in ("submit", "image")]
        elsewhere = [one for one in buttons if one.get("formaction") is not None]
        # Not where nothing can be filled in or pressed, and not to its own address if all buttons lead elsewhere.
        is_sent = len(elsewhere) < len(buttons) or (not buttons and bool(fields_of(controls)))
        for sender in (*([None] if is_sent else []), *elsewhere):
            others = [one for one in controls if one is sender or one not in elsewhere]
            action = (form.get("action") if sender is None else sender.get("formaction")) or ""
            action = action.partition("?")[0].partition("#")[0] or address
            if action.startswith("/") and "logout" not in action:
                yield operation(action, method, fields_of(others), kind)


def controls_of(form: html.HtmlElement) -> list[html.HtmlElement]:
    """What can be sent with a form: what stands in it, and what says elsewhere on the page that it belongs to it."""
    kinds = ("input", "select", "textarea", "button")
    inside = [one for one in form.iter(*kinds) if one.get("form") in (None, form.get("id"))]
    inside = [one for one in inside if one.get("disabled") is None]
    outside = [
        one
        for one in form.getroottree().getroot().iter(*kinds)
        if one.get("form") and one.get("form") == form.get("id") and one not in inside
    ]
    return [*inside, *outside]


def operations_at(address: str, method: str) -> Iterator[APIOperation]:
    """An operation for each part of an address that can be something else, the other parts as they are."""
    found = resolve(address)
    route = found.route.replace("^", "").replace("$", "").split("/")
    segments = address.strip("/").split("/")
    for number, words in enumerate(route):
        for converter, name in CAPTURED.findall(words):
            known = str(found.kwargs[name])
            shape = OF_CONVERTERS.get(converter, {"type": "string", "minLength": 1})
            place = {"name": name, "in": "path", "required": True, "schema": shape}
            before, is_there, after = segments[number].partition(known)
            assert is_there, (address, name)
            changed = [*segments[:number], f"{before}{{{name}}}{after}", *segments[number + 1 :]]
            ending = "/" if address.endswith("/") else ""
            yield operation(f"/{'/'.join(changed)}{ending}", method, {}, parameters=[place])


def operation(
    path: str,
    method: str,
    fields: dict[str, Shape],
    kind: str = "",
    *,
    parameters: list[Shape] | None = None,
) -> APIOperation:
    """What can be sent there; the fields of a form that only asks stand in its query."""
    told: Shape = {"parameters": parameters or [], "responses": {"default": {"description": "any"}}}
    if fields and method == "GET":
        told["parameters"] += [
            {"name": name, "in": "query", "schema": shape, "required": not left_out(shape)}
            for name, shape in fields.items()
        ]
    elif fields:
        shape = {
            "type": "object",
            "properties": fields,
            "required": [name for name, field in fields.items() if not left_out(field)],
            "additionalProperties": False,
        }
        told["requestBody"] = {"content": {kind or "application/x-www-form-urlencoded": {"schema": shape}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Academy", "version": "1"},
        "paths": {path: {method.lower(): told}},
    }
    return schemathesis.openapi.from_dict(document)[path][method]


def fields_of(controls: list[html.HtmlElement]) -> dict[str, Shape]:
    """The shape of each named control; of a group of choices, all of them together."""
    named: dict[str, list[html.HtmlElement]] = {}
    for control in controls:
        name = control.get("name")
        if name and name != "csrfmiddlewaretoken":
            named.setdefault(name, []).append(control)
    return {name: shape_of_all(found) for name, found in named.items()}


def shape_of_all(controls: list[html.HtmlElement]) -> Shape:
    """What the page says about a field, for which several controls may stand."""
    first, *others = controls
    shape = shape_of(first)
    if "enum" not in shape:
        return shape
    shape["enum"] = sorted({value for one in controls for value in shape_of(one).get("enum", [])})
    if first.get("multiple") is not None or (others and first.get("type") == "checkbox"):
        return {"type": "array", "items": {"enum": shape["enum"]}, "uniqueItems": True, MAYBE: True}
    return shape


def left_out(shape: Shape) -> bool:
    """Whether browsers send nothing for this field, if it is not chosen or pressed."""
    return bool(shape.get(MAYBE))


def shape_of(control: html.HtmlElement) -> Shape:
    """What the page says about a field, in the words of JSON Schema."""
    kind = control.get("type", "text") if control.tag == "input" else control.tag
    if kind == "select":
        return {"enum": [str(option.get("value") or "") for option in control.iter("option")] or [""]}
    if kind in ("radio", "checkbox", "hidden", "submit", "button"):
        unsaid = "on" if kind in ("radio", "checkbox") else ""
        return {"enum": [control.get("value", unsaid)], MAYBE: kind not in ("radio", "hidden")}
    if kind in ("number", "range"):
        ends = {"min": "minimum", "max": "maximum"}
        told = {word: float(control.get(end)) for end, word in ends.items() if control.get(end)}
        return {"type": "integer" if control.get("step") != "any" else "number", **told}
    if kind in OF_INPUTS:
        return OF_INPUTS[kind]
    longest = min(int(control.get("maxlength") or LONGEST), LONGEST)
    return {"type": "string", "maxLength": longest, "minLength": int(control.get("required") is not None)}


def attempt_of(case: Case) -> Attempt:
    """What was drawn, as a browser would send it."""
    sent = requests.Request(**case.as_transport_kwargs("http://testserver")).prepare()
    body = sent.body or b""
    assert isinstance(body, str | bytes)
    plain = body.encode() if isinstance(body, str) else body
    return Attempt(sent.method or "GET", sent.path_url, plain, str(sent.headers.get("Content-Type", "")))
