# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of editions: what held on a day, and what a later knowledge of an earlier day changes.

Pure.  An entry is laid flat: a field a key, a version, a claim or a scale a key of its own.  Each edition
holds the whole entry from a day on, and remembers which keys were set on that very day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec
from msgspec import Struct

from nadzor.register.revision_cards import Entry

Flat = Mapping[str, Any]  # a key to its JSON value; a None in a patch takes the key away
PARTS: Final = {"versions": ("version",), "claims": ("finding", "metric"), "scales": ("finding",)}
_ORDER: Final = {
    "versions": ("released_on", "version"),
    "claims": ("finding", "metric"),
    "scales": ("finding",),
}


class Edition(Struct, frozen=True):
    """An entry from a day on; of two for the same day the later written one counts."""

    valid_from: date
    flat: dict[str, Any]
    sets: frozenset[str] = frozenset()  # the keys that were set on this day, by this edition or those before
    news: frozenset[str] = frozenset()  # the keys that this edition says differently than was known before


def flat(entry: Entry) -> dict[str, Any]:
    """An entry laid flat; what it does not say has no key."""
    plain = msgspec.to_builtins(entry)
    found = {key: value for key, value in plain.items() if key not in PARTS and value is not None}
    for part, names in PARTS.items():
        for row in plain[part]:
            found["/".join((part, *(row[name] for name in names)))] = row
    return found


def unfold(plain: Flat) -> Entry:
    """The entry that was laid flat, its parts in their order."""
    whole = {key: value for key, value in plain.items() if "/" not in key}
    for part, names in _ORDER.items():
        rows = [value for key, value in plain.items() if key.startswith(f"{part}/")]
        whole[part] = sorted(rows, key=lambda row, names=names: [row[name] for name in names])  # type: ignore[misc]
    return msgspec.convert(whole, Entry)


def patch(before: Flat, after: Flat) -> dict[str, Any]:
    """What leads from one flat entry to another."""
    gone = {key: None for key in before if key not in after}
    return gone | {key: value for key, value in after.items() if before.get(key) != value}


def holds(editions: Sequence[Edition], on: date) -> Edition | None:
    """The edition that holds on a day: of those that began, the one that began last, as last written."""
    begun = [
        (edition.valid_from, place) for place, edition in enumerate(editions) if edition.valid_from <= on
    ]
    return editions[max(begun)[1]] if begun else None


def restate(editions: Sequence[Edition], changes: Flat, valid_from: date) -> list[Edition]:
    """The editions to write so that these changes hold from a day on; none when they change nothing.

    Why: what becomes known late (a court ruling, a correction) reaches into the editions after its day, but
    no further than to the day on which the same key was set anew.
    """
    base = holds(editions, valid_from)
    before = base.flat if base else {}
    left = {key: value for key, value in changes.items() if before.get(key) != value}
    if not left:
        return []
    same_day = base.sets if base and base.valid_from == valid_from else frozenset[str]()
    written = [Edition(valid_from, _with(before, left), same_day | left.keys(), frozenset(left))]
    for day in sorted({edition.valid_from for edition in editions if edition.valid_from > valid_from}):
        later = holds(editions, day)
        assert later is not None
        left = {key: value for key, value in left.items() if key not in later.sets}
        if not left:
            break
        written.append(Edition(day, _with(later.flat, left), later.sets, frozenset(left)))
    return written


def dated(
    changes: Flat, *, since: date, on: date, others: date | None = None
) -> list[tuple[date, dict[str, Any]]]:
    """Changes by the day from which each holds: a version from its own date, the others from one day.

    Why: an import states what is; only the dates of versions say since when.
    """
    days: dict[date, dict[str, Any]] = {}
    for key, value in changes.items():
        day = _version_day(key, value)
        days.setdefault(min(max(day, since), on) if day else others or on, {})[key] = value
    return sorted(days.items())


def digest(content: Any) -> str:
    """SHA-256 of a JSON value, its keys in order."""
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def _version_day(key: str, value: Any) -> date | None:
    if not key.startswith("versions/") or value is None:
        return None
    return date.fromisoformat(value["registered_on"] or value["released_on"])


def _with(before: Flat, left: Flat) -> dict[str, Any]:
    return {key: value for key, value in {**before, **left}.items() if value is not None}
