# SPDX-License-Identifier: Apache-2.0
"""Rows of the register: entries as they stand, their editions, what was suspended or cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from nadzor.disclosure.asking.matching import written
from nadzor.disclosure.asking.sets import Row, Value
from nadzor.people.queries import OrganisationCard, organisation
from nadzor.register import queries, revisions
from nadzor.register.cards import DeviceCard
from nadzor.register.revision_cards import Change
from nadzor.vigilance.warnings import NoticeFilter, public_notices

BEGINS: Final = {"suspended": "suspended", "cancelled": "cancelled"}
#: The kinds of notice that tell of each.
TOLD_BY: Final = {
    "suspended": ("suspension",),
    "cancelled": ("cancellation",),
    "resumed": ("resumption", "ended"),
    "restored": ("resumption", "ended"),
}


def entry_rows() -> Iterator[Row]:
    """Every entry as it stands."""
    for card in queries.devices():
        yield _entry(card)


def change_rows() -> Iterator[Row]:
    """Every edition of every entry."""
    for one in revisions.walk_changes():
        yield {
            "id": one.id,
            "device": one.device,
            "edition": one.number,
            "valid_from": one.valid_from.isoformat(),
            "known_at": written(one.known_at),
            "cause": one.cause,
            "filing": one.filing or None,
            "fields": list(one.fields),
            "status": one.entry.status,
            "digest": one.digest,
        }


def suspension_rows(*, now: datetime) -> Iterator[Row]:
    """Every edition that suspended or cancelled an entry, or took that back."""
    before: dict[str, str] = {}
    for one in revisions.walk_changes():
        was, status = before.get(one.device, "registered"), str(one.entry.status)
        before[one.device] = status
        if kind := _kind(was, status):
            yield _suspension(one, kind, now=now)


def _kind(was: str, status: str) -> str:
    if was == status or "draft" in (was, status):
        return ""
    if status == "registered":
        return "resumed" if was == "suspended" else "restored"
    return BEGINS.get(status, "")


def _suspension(one: Change, kind: str, *, now: datetime) -> Row:
    notices = public_notices(NoticeFilter(device=one.device), now=now, limit=200).rows
    return {
        "id": one.id,
        "device": one.device,
        "number": one.entry.number,
        "kind": kind,
        "valid_from": one.valid_from.isoformat(),
        "known_at": written(one.known_at),
        "cause": one.cause,
        "filing": one.filing or None,
        "edition": one.number,
        "notices": sorted(card.number for card in notices if card.kind in TOLD_BY[kind]),
    }


def _entry(card: DeviceCard) -> Row:
    stood_for = organisation(card.maker.represented_by) if card.maker.represented_by else None
    return {
        "code": card.code,
        "number": card.number,
        "status": card.status,
        "name_ru": card.name_ru,
        "name_en": card.name_en,
        "registered_on": card.registered_on.isoformat(),
        "risk_class": card.risk_class,
        "ai": card.ai,
        "transmits": card.transmits,
        "intended_use_ru": card.intended_use_ru,
        "intended_use_en": card.intended_use_en,
        "field": card.field,
        "solution_type": card.solution_type,
        "modality": card.modality,
        **_party("maker", card.maker),
        "maker_country": card.maker.country,
        **_party("representative", stood_for),
        "versions": [one.version for one in queries.versions(card.code) if one.registered_on],
        "changed_at": written(card.changed_at),
    }


def _party(role: str, party: OrganisationCard | None) -> dict[str, Value]:
    told = {
        "": party.code if party else None,
        "_ru": party.name_ru if party else None,
        "_en": party.name_en if party else None,
        "_inn": party.inn or None if party else None,
        "_ogrn": party.ogrn or None if party else None,
        "_oid": party.oid or None if party else None,
    }
    return {role + ending: value for ending, value in told.items()}
