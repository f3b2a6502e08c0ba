# SPDX-License-Identifier: Apache-2.0
"""The calendar file against RFC 5545."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from nadzor.portal.icalendar import Event, calendar, escaped, folded

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
EVENT = Event(
    uid="2026-000001-registration.cure-20261112@nadzor.local",
    on=date(2026, 12, 14),
    summary="2026-000001: Устранение нарушений; срок, который нельзя продлить",
    description="Разбор КТ\nЧей срок: заявитель",
    url="https://nadzor.local/filings/2026-000001/clocks/2/",
    category="заявитель",
)


def test_a_file_is_whole() -> None:
    """One event with everything a reader needs; the moment it was written stands in UTC."""
    text = calendar([EVENT], name="Надзор", now=NOW).replace(b"\r\n ", b"").decode()
    assert "DTSTART;VALUE=DATE:20261214\r\n" in text and "DTSTAMP:20261122T093000Z\r\n" in text
    assert f"UID:{EVENT.uid}\r\n" in text and f"URL:{EVENT.url}\r\n" in text
    assert "SUMMARY:2026-000001: Устранение нарушений\\; срок\\, который нельзя продлить\r\n" in text
    assert "DESCRIPTION:Разбор КТ\\nЧей срок: заявитель\r\n" in text
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") and text.endswith("END:VCALENDAR\r\n")


def test_an_empty_calendar_is_still_one() -> None:
    """No event is no fault."""
    assert b"VEVENT" not in calendar([], name="Nadzor", now=NOW)


@given(st.text(max_size=400))
def test_folding_loses_nothing_and_tears_no_letter(text: str) -> None:
    """Each part is at most 75 octets and whole letters; joined again they are the line."""
    parts = list(folded(text))
    assert all(len(part) <= 75 and part.decode() is not None for part in parts)
    assert b"".join([parts[0], *(part.removeprefix(b" ") for part in parts[1:])]).decode() == text
    assert all(part.startswith(b" ") for part in parts[1:])


@given(st.text(max_size=200))
def test_escaping_leaves_nothing_that_ends_a_line(text: str) -> None:
    """Whatever a title holds, it stays one value."""
    assert "\n" not in escaped(text) and "\r" not in escaped(text)
