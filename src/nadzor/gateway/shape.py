# SPDX-License-Identifier: Apache-2.0
"""Looking at a line that is no event: does it hold a personal detail, and what shape has it. Never a value.

Reading is bounded: a line that is huge or nested without end is looked at as text and has no shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct

from nadzor_wire.event import KINDS, AdverseEvent, Failure, Finding, Presence
from nadzor_wire.limits import DEPTH_MAX, EVENT_MAX
from nadzor_wire.personal import find_personal

VALUES_MAX: Final = 2_000  # of one line; the widest real event has about 300
SHAPE_MAX: Final = 2_000  # characters kept for the maker
LONG_NUMBER: Final = 10**9  # a number that long may be a telephone or a policy
CHUNK: Final = EVENT_MAX  # text searched at once, so that nobody waits long for one hostile line
OVERLAP: Final = 256  # longer than any personal detail that is looked for
_OPAQUE = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _fields() -> frozenset[str]:
    """The names of all fields of all events and their parts."""
    names = {"kind"}
    for kind in KINDS.values():
        names |= set(kind.__struct_fields__)
    for part in (Failure, Finding, Presence):
        names |= set(part.__struct_fields__)
    return frozenset(names)


FIELDS: Final = _fields()
NARRATED: Final = AdverseEvent.__struct_config__.tag


class _Said(Struct, frozen=True):
    """A text in a line: its place, the name it stands under, and itself."""

    at: str
    name: str
    text: str


class _TooMuch(Exception):
    """More values than an event can have."""


def personal_place(line: bytes) -> tuple[str, str] | None:
    """Where a line holds a personal detail, and of what kind; None when it holds none.

    Why: an adverse event's narrative may hold one, and then it is held, not refused.
    """
    try:
        said = [found for found in _texts(_read(line)) if not _OPAQUE.fullmatch(found.text)]
    except (ValueError, _TooMuch):
        kind = _search(line.decode("utf-8", "replace"))
        return ("$", kind) if kind else None
    whole = _search("\n".join(f"{found.name}: {found.text}" for found in said))
    if whole is None:
        return None
    for found in said:
        if kind := _search(found.text):
            return found.at, kind
    return "$", whole


def shape_of(line: bytes) -> str:
    """The shape of a line: names that are ours, types and lengths."""
    try:
        value = _read(line)
        list(_texts(value))
    except (ValueError, _TooMuch):
        return f"text:{len(line)}"
    return msgspec.json.encode(_shape(value)).decode()[:SHAPE_MAX]


def _read(line: bytes) -> Any:
    """The value of a line of JSON.

    Raises: ValueError for anything that is not JSON, or too large or too deep to look at.
    """
    if len(line) > EVENT_MAX:
        raise ValueError("too large")
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError("not JSON") from error


def _texts(value: Any) -> Iterator[_Said]:
    """Every string, foreign name and long number with its place; what is not ours has no place of its own."""
    stack, seen = [("$", "", 0, value)], 0
    narrated = isinstance(value, dict) and value.get("kind") == NARRATED
    while stack:
        at, name, depth, item = stack.pop()
        seen += 1
        if seen > VALUES_MAX or depth > DEPTH_MAX:
            raise _TooMuch
        if isinstance(item, str):
            yield _Said(at, name, item)
        elif isinstance(item, dict):
            yield from (_Said("$", "", foreign) for foreign in item if foreign not in FIELDS)
            narrative = "narrative" if narrated and depth == 0 else None
            stack += [
                (_under(at, key), key, depth + 1, kept) for key, kept in item.items() if key != narrative
            ]
        elif isinstance(item, list):
            stack += [(f"{at}[{place}]", name, depth + 1, one) for place, one in enumerate(item)]
        elif isinstance(item, int | float) and abs(item) >= LONG_NUMBER:
            yield _Said(at, name, str(item))


def _under(at: str, name: str) -> str:
    return f"{at}.{name}" if name in FIELDS else at


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {_name(name, place): _shape(kept) for place, (name, kept) in enumerate(value.items())}
    if isinstance(value, list):
        return [_shape(kept) for kept in value[:3]] + (
            [f"and {len(value) - 3} more"] if len(value) > 3 else []
        )
    if isinstance(value, str):
        return value if value in KINDS else f"text:{len(value)}"
    return {bool: "boolean", int: "integer", float: "number"}.get(type(value), "null")


def _name(name: str, place: int) -> str:
    """A field's name if it is ours; a stranger's own name could be a value."""
    return name if name in FIELDS else f"?{place}"


def _search(text: str) -> str | None:
    """The kind of the first personal detail in a text of any length."""
    for start in range(0, max(len(text), 1), CHUNK):
        if kind := find_personal(text[max(0, start - OVERLAP) : start + CHUNK]):
            return kind
    return None
