# SPDX-License-Identifier: Apache-2.0
"""Rows of public notices; what is under embargo is left out here, before anything else sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from nadzor.disclosure.asking.matching import written
from nadzor.disclosure.asking.sets import Row
from nadzor.records.embargoes import hidden_details
from nadzor.vigilance.warning_cards import NoticeCard
from nadzor.vigilance.warnings import NoticeFilter, public_notices

PART = 200


def notice_rows(*, now: datetime) -> Iterator[Row]:
    """Every public notice."""
    after = ""
    while True:
        found = public_notices(NoticeFilter(), now=now, after=after, limit=PART)
        for one in found.rows:
            yield _row(one, _kept_back(one, now))
        if not found.next:
            return
        after = found.next


def _kept_back(one: NoticeCard, now: datetime) -> list[str]:
    """The details of a device's versions that the public may not read yet."""
    hidden = (hidden_details(one.device, version, now=now) for version in one.versions or ("",))
    return sorted(frozenset[str]().union(*hidden))


def _row(one: NoticeCard, kept_back: list[str]) -> Row:
    """Why: a version under embargo is nobody's business, its clinics have been told; the danger is."""
    return {
        "number": one.number,
        "device": one.device,
        "versions": None if "version" in kept_back else list(one.versions),
        "source": one.source,
        "kind": one.kind,
        "title_ru": one.title.ru,
        "title_en": one.title.en,
        "text_ru": one.text.ru,
        "text_en": one.text.en,
        "cites": list(one.cites),
        "published_at": written(one.published_at),
        "ended_at": written(one.ended_at) if one.ended_at else None,
        "ended_because": one.ended_because or None,
        "followed_by": one.followed_by or None,
        "embargoed": kept_back,
    }
