# SPDX-License-Identifier: Apache-2.0
"""Reading what somebody wrote as JSON, and saying where it cannot be read without repeating it."""

from __future__ import annotations

import re
from typing import Final, TypeVar

import msgspec

from nadzor.base.problems import Refusal

S = TypeVar("S")

_PLACE: Final = re.compile(r" - at (?:`key` in )?`(?P<place>.*)`$", re.DOTALL)
_VALUE: Final = re.compile(r"(Invalid (?:enum )?value) '.*'", re.DOTALL)


def read(raw: bytes, shape: type[S]) -> S:
    """Facts written as JSON, in the shape a rule asks for.

    Law: none; our own forms.
    Raises: Refusal rules.malformed with the place and the reason.
    """
    try:
        return msgspec.json.decode(raw, type=shape)
    except UnicodeDecodeError as error:
        raise Refusal("rules.malformed", reason="the text is not UTF-8") from error
    except RecursionError as error:
        raise Refusal("rules.malformed", reason="too deeply nested") from error
    except msgspec.DecodeError as error:
        raise unreadable(error) from error


def unreadable(error: msgspec.DecodeError) -> Refusal:
    """The refusal for what could not be read: the place and the reason, never the value.

    Law: none; our own rule.

    >>> unreadable(msgspec.ValidationError("Invalid enum value 'x' - at `$.route`")).facts["reason"]
    'Invalid enum value'
    """
    told = str(error)
    place = _PLACE.search(told)
    reason = _VALUE.sub(r"\1", _PLACE.sub("", told))
    return Refusal("rules.malformed", place["place"] if place else "$", reason=reason)
