# SPDX-License-Identifier: Apache-2.0
"""A calendar file of last days, as RFC 5545 has it: escaped, folded, with identifiers that stay.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Final

from msgspec import Struct

OCTETS_MAX: Final = 75  # RFC 5545, 3.1: a longer line is folded
MAKER: Final = "-//nadzor//deadlines//RU"


class Event(Struct, frozen=True, kw_only=True):
    """One whole day: `uid` names it for ever, so that a file loaded again moves it instead of doubling it."""

    uid: str
    on: date
    summary: str
    description: str
    url: str
    category: str


def calendar(events: Iterable[Event], *, name: str, now: datetime) -> bytes:
    """The file.

    Method: RFC 5545, 3.1 (folding by octets, CRLF), 3.3.11 (escaping), 3.6.1 (events of whole days).
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{MAKER}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        *(line for event in events for line in _event(event, now)),
        "END:VCALENDAR",
    ]
    return b"".join(part + b"\r\n" for line in lines for part in folded(line))


def escaped(text: str) -> str:
    r"""A text with what the format reserves escaped.

    >>> escaped("a;b,c\\d\ne")
    'a\\;b\\,c\\\\d\\ne'
    """
    for plain, safe in (
        ("\\", "\\\\"),
        (";", "\\;"),
        (",", "\\,"),
        ("\r\n", "\\n"),
        ("\n", "\\n"),
        ("\r", ""),
    ):
        text = text.replace(plain, safe)
    return text


def folded(line: str) -> Iterator[bytes]:
    """A line as octets, no part longer than 75 and no letter torn apart."""
    part, lead = b"", b""
    for letter in line:
        octets = letter.encode()
        if len(lead) + len(part) + len(octets) > OCTETS_MAX:
            yield lead + part
            part, lead = b"", b" "
        part += octets
    yield lead + part


def _event(event: Event, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}"
    yield f"SUMMARY:{escaped(event.summary)}"
    yield f"DESCRIPTION:{escaped(event.description)}"
    yield f"URL:{event.url}"
    yield f"CATEGORIES:{escaped(event.category)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"
