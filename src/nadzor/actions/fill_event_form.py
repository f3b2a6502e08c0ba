# SPDX-License-Identifier: Apache-2.0
"""Fill a form of Order 1113n from an event, its documents and the register, as the asker may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from msgspec.structs import replace

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal, Text
from nadzor.law.form import edition_or_last
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard, OrganisationCard
from nadzor.statutory.event_body import value_of
from nadzor.statutory.event_form import KINDS, Coded, Document, FilledForm, Value, event_form
from nadzor.vigilance.event_cards import CodeOf, DocumentCard, EventCard, EventRow
from nadzor.vigilance.events import event

ORDERS: Final[Mapping[str, str]] = {"message": "first", "report": "first", "follow_up": "follow_up"}


def fill_event_form(number: str, kind: str, *, by: Person | None, today: date, site: str = "") -> FilledForm:
    """The form of a kind of document about an event; after the edition has lapsed, the lapsed one, said so.

    Law: Order 1113n, in the edition of the day on which the document was sent, else of today.
    Raises: Refusal vigilance.event-unknown, form.unknown; NormMissing before any edition.
    """
    card = event(_asker(by), number, today=today, site=site)
    if kind not in KINDS:
        raise Refusal("form.unknown")
    sent = [each for each in card.documents if KINDS.get(each.kind) == KINDS[kind]]
    on = max((each.on for each in sent), default=today)
    facts = {**_event_facts(card.row), **_device_facts(card), **_document_facts(sent)}
    known = max((moscow_date(each.at) for each in card.steps), default=today)
    return event_form(
        {name: value for name, value in facts.items() if value is not None},
        [_document(each) for each in sent],
        edition_or_last(KINDS[kind], on),
        subject=number,
        known_by=known,
    )


def _asker(by: Person | None) -> Person | None:
    """Whoever asks; at the console, where every key lies, as the oversight sees it."""
    return replace(by, role=Role.HEAD) if by is not None and by.at_console else by


def _event_facts(row: EventRow) -> dict[str, Value | None]:
    return {
        "event.number": row.number,
        "event.event_on": _day(row.event_on),
        "event.aware_on": _day(row.aware_on),
        "event.received_on": _day(row.received_on),
        "event.event_type": row.event_type,
        "event.seriousness": row.seriousness,
        "event.version": row.version,
        "event.installation": row.installation,
        "event.reporter_role": row.reporter_role,
        "event.reporter": row.reporter_organisation or row.site,
        "event.problems": _codes(row.problems),
        "event.effects": _codes(row.effects),
        "event.causes": _codes(row.causes),
    }


def _device_facts(card: EventCard) -> dict[str, Value | None]:
    """What the register says; for a device that nobody has placed yet, what the reporter called it."""
    if not card.row.device:
        return {"device.name": card.row.device_told}
    found: DeviceCard = register.device(card.row.device)
    return {
        "device.name": _named(found),
        "device.number": found.number,
        "device.registered_on": found.registered_on.isoformat(),
        "device.maker": _named(found.maker),
        "device.representative": found.maker.represented_by or "",
        "device.sites": len({each.site for each in register.installations(found.code) if not each.sandbox}),
    }


def _named(found: DeviceCard | OrganisationCard) -> Text:
    """What the register calls something, in both languages: a form is drawn in each and says the same."""
    return Text(found.name("ru"), found.name("en"))


def _document_facts(sent: Sequence[DocumentCard]) -> dict[str, Value | None]:
    """The newest narrative that is not held, the newest day, and whether it is a first or a later paper."""
    told = sorted(sent, key=lambda each: (each.at, each.id))
    texts = [each.narrative for each in told if each.narrative and not each.held]
    return {
        "document.narrative": texts[-1] if texts else None,
        "document.on": told[-1].on.isoformat() if told else None,
        "document.order": ORDERS.get(told[-1].kind) if told else None,
        "notice.sent_on": told[-1].on.isoformat() if told and told[-1].kind == "safety_notice" else None,
    }


def _document(card: DocumentCard) -> Document:
    told = {key: value_of(value) for key, value in card.fields.items()}
    fields = {key: value for key, value in told.items() if value is not None}
    return Document(kind=card.kind, at=card.at, digest=card.digest, fields=fields)


def _codes(found: Sequence[CodeOf]) -> tuple[Coded, ...]:
    return tuple(Coded(each.code, each.edition) for each in found)


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
