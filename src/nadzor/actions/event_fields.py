# SPDX-License-Identifier: Apache-2.0
"""The fields of a document as they come from a form or a machine: small, plain, and naming nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from nadzor.actions.event_told import Told
from nadzor.actions.name_nobody import must_name_nobody
from nadzor.base.problems import Refusal

FIELDS_MAX: Final = 20_000  # bytes of JSON: the longest 1113n form with every line filled
_NAME: Final = re.compile(r"[a-z][a-z0-9_.]{0,59}")
_CODES: Final = ("problems", "effects", "causes")
_DAYS: Final = ("event_on", "aware_on")


def checked_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were filled in, if they are plain, few and name no person.

    Raises: Refusal vigilance.field-malformed; those of `must_name_nobody`.
    """
    kept = {name: value for name, value in fields.items() if value not in ("", None, [], ())}
    for name, value in kept.items():
        if not _NAME.fullmatch(str(name)) or not _is_plain(value):
            raise Refusal("vigilance.field-malformed", _place(name))
        must_name_nobody({_place(name): value})
    if len(msgspec.json.encode(kept)) > FIELDS_MAX:
        raise Refusal("vigilance.text-too-long", "$.fields", limit=FIELDS_MAX)
    return kept


def told_of(kept: Mapping[str, Any]) -> Told:
    """What of a document reaches the coded core.

    Raises: Refusal vigilance.field-malformed.
    """
    codes = {name: tuple(_list(kept, name)) for name in _CODES}
    days = {name: day_of(kept, name) for name in _DAYS}
    return Told(version=_text(kept, "version"), event_type=_text(kept, "event_type"), **days, **codes)


def day_of(kept: Mapping[str, Any], name: str) -> date | None:
    """A field that holds a day; nothing where it is not filled in.

    Raises: Refusal vigilance.field-malformed.
    """
    if name not in kept:
        return None
    try:
        return date.fromisoformat(str(kept[name]))
    except ValueError:
        raise Refusal("vigilance.field-malformed", _place(name)) from None


def _text(kept: Mapping[str, Any], name: str) -> str:
    value = kept.get(name, "")
    if not isinstance(value, str):
        raise Refusal("vigilance.field-malformed", _place(name))
    return value


def _list(kept: Mapping[str, Any], name: str) -> list[str]:
    value = kept.get(name, [])
    found = value.replace(",", " ").split() if isinstance(value, str) else list(value)
    if not all(isinstance(each, str) for each in found):
        raise Refusal("vigilance.field-malformed", _place(name))
    return found


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(isinstance(each, str | int | float | bool) for each in value)
    return isinstance(value, str | int | float | bool)


def _place(name: object) -> str:
    """Where it is wrong; a name that is no name is not repeated."""
    return f"$.fields.{name}" if _NAME.fullmatch(str(name)) else "$.fields"
