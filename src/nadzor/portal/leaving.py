# SPDX-License-Identifier: Apache-2.0
"""What exactly leaves a clinic: every field of every kind of event, read from the schema that judges them.

Nothing here names a field: a new field of the wire stands on the page by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.portal.sheets import Cell, Line, Table, columns, line
from nadzor.portal.words import number
from nadzor_wire.schema import event_schema

Node = dict[str, Any]
REF: Final = "#/$defs/"
DIGITS_SHOWN: Final = 9_007_199_254_740_991  # beyond it there is no bound worth naming


class Leaf(Struct, frozen=True):
    """One field: its path within the event, what may stand there, whether it must."""

    path: str
    node: Node
    is_required: bool


class Leaving(Struct, frozen=True):
    """One kind of event: what it is called on the wire, how many fields, the table of them."""

    kind: str
    fields: int
    table: Table


def leaving() -> list[Leaving]:
    """Every kind of event with every field that it may carry."""
    return [_leaving(kind, leaves) for kind, leaves in _kinds().items()]


@cache
def _kinds() -> dict[str, tuple[Leaf, ...]]:
    schema = event_schema()
    defined: dict[str, Node] = schema["$defs"]
    named: dict[str, str] = schema["discriminator"]["mapping"]
    return {
        kind: tuple(_leaves(defined[reference.removeprefix(REF)], defined))
        for kind, reference in named.items()
    }


def _leaves(node: Node, defined: dict[str, Node], path: str = "") -> Iterator[Leaf]:
    """The fields of an object; those of objects within it by their paths."""
    required = set(node.get("required", ()))
    for name, said in node["properties"].items():
        here, within = f"{path}{name}", _bare(said)
        if within.get("type") == "array":
            here, within = f"{here}[]", _bare(within["items"])
        if "$ref" in within:
            yield from _leaves(defined[within["$ref"].removeprefix(REF)], defined, f"{here}.")
        else:
            yield Leaf(here, within, name in required and not path)


def _bare(node: Node) -> Node:
    """What may stand there when something does."""
    return next((each for each in node.get("anyOf", ()) if each.get("type") != "null"), node)


def _leaving(kind: str, leaves: tuple[Leaf, ...]) -> Leaving:
    head = columns(_("Field"), _("What may stand there"), _("Why it cannot name a person"))
    return Leaving(kind, len(leaves), Table(kind, head, [_line(leaf) for leaf in leaves]))


def _line(leaf: Leaf) -> Line:
    values, why = _told(leaf.node)
    note = _("always") if leaf.is_required else ""
    return line(Cell(leaf.path, mono=True, note=note), values, why)


def _told(node: Node) -> tuple[Cell, str]:
    """What may stand there, and why it cannot name a person, by the form of the rule alone."""
    if "enum" in node:
        words = ", ".join(map(str, node["enum"]))
        return Cell(words, mono=True, wraps=True), _("One word of a closed list; any other is refused.")
    if "propertyNames" in node:
        return _code(node["propertyNames"]["pattern"]), _("Numbers under code words, no text.")
    if node["type"] == "string":
        return _text(node)
    if node["type"] == "boolean":
        return Cell("true, false", mono=True), _("Yes or no.")
    return Cell(_numbers(node)), _("A count or a measurement, not an identifier.")


def _numbers(node: Node) -> str:
    low, high = int(node["minimum"]), int(node["maximum"])
    if high < DIGITS_SHOWN:
        return f"{number(low)}–{number(high)}"
    return _("whole number") if low < 0 else _("whole number from %(low)s") % {"low": number(low)}


def _text(node: Node) -> tuple[Cell, str]:
    pattern, form = str(node.get("pattern", "")), node.get("format")
    if form == "date-time":
        return Cell(_("moment with its zone")), _("When the device did it, not for whom.")
    if form == "date":
        return Cell(_("calendar day")), _("A bare day: whose it was is said nowhere.")
    if not pattern:
        most = _("text of at most %(n)s characters") % {"n": number(node["maxLength"])}
        return Cell(most), _(
            "The one free text. It is searched for names, numbers and dates of birth and held back when one "
            "is found; it is read only in the case."
        )
    if "hashed" in str(node.get("description", "")):
        return _code(pattern), _(
            "A digest with a salt that stays in the clinic: nobody outside turns it back."
        )
    if "[0-9a-f]" in pattern:
        return _code(pattern), _("Hexadecimal digits made by a machine: no name can be spelled with them.")
    return _code(pattern), _("A code of this exact form: no space, no Cyrillic letter, no sentence fits it.")


def _code(pattern: str) -> Cell:
    return Cell(pattern.removesuffix("(?!\\n)"), mono=True, wraps=True)
