# SPDX-License-Identifier: Apache-2.0
"""Reading what somebody wrote as JSON, and saying where it cannot be read without repeating it."""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

import msgspec

from nadzor.base.problems import Refusal
from nadzor.procedures.rules.accepted import accepted

S = TypeVar("S")

_PLACE: Final = re.compile(r" - at (?P<key>`key` in )?`(?P<place>.*)`$", re.DOTALL)
_VALUE: Final = re.compile(r"(Invalid (?:enum )?value) '.*'", re.DOTALL)
_UNKNOWN: Final = re.compile(r"(Object contains unknown field) `.*`", re.DOTALL)
_ABSENT: Final = re.compile(r"Object missing required field `(?P<field>\w+)`")
#: Where a list of what is taken helps: a value or a field that nobody knows.
_CHOOSE: Final = ("Invalid enum value", "Object contains unknown field")


def read(raw: bytes, shape: type[S]) -> S:
    """Facts written as JSON, in the shape a rule asks for.

    Law: none; our own forms.
    Raises: Refusal rules.malformed with the place, the reason and what is taken there.
    """
    if not raw.strip():
        raise Refusal("rules.malformed", "$", reason="nothing was given; a JSON object is expected")
    try:
        return msgspec.json.decode(raw, type=shape)
    except UnicodeDecodeError as error:
        raise Refusal("rules.malformed", reason="the text is not UTF-8") from error
    except RecursionError as error:
        raise Refusal("rules.malformed", reason="too deeply nested") from error
    except msgspec.DecodeError as error:
        raise unreadable(error, shape) from error


def unreadable(error: msgspec.DecodeError, shape: Any = None) -> Refusal:
    """The refusal for what could not be read: the place, the reason and what is taken, never the value.

    Law: none; our own rule.

    >>> unreadable(msgspec.ValidationError("Invalid enum value 'x' - at `$.route`")).facts["reason"]
    'Invalid enum value'
    """
    told = str(error)
    found = _PLACE.search(told)
    place = found["place"] if found else "$"
    reason = _UNKNOWN.sub(r"\1", _VALUE.sub(r"\1", _PLACE.sub("", told)))
    if absent := _ABSENT.match(reason):
        return Refusal("rules.malformed", f"{place}.{absent['field']}", reason=reason)
    known = accepted(shape, place, is_key=bool(found and found["key"])) if reason in _CHOOSE and shape else ()
    return Refusal(
        "rules.malformed", place, reason=f"{reason}; one of {', '.join(known)}" if known else reason
    )
