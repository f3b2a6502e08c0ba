# SPDX-License-Identifier: Apache-2.0
"""File an adverse event: whoever tells of it, by whatever way, its coded core is kept, its clocks start."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.actions.clinic_systems import site_of
from nadzor.actions.event_steps import THE_HOUSE, Hand, next_number, rescore, step, write_document
from nadzor.actions.event_told import Place, Told, codes_of, doubts_of, fields_of, known_device, must_hold
from nadzor.actions.relay_to_site import relay_to_site
from nadzor.actions.settle_event import judge, settle
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.permissions import may_answer_signal
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.adverse_event import ADVERSE_EVENT, UNCONFIRMED
from nadzor.procedures.clocks import next_due
from nadzor.records import audit, notices, vault
from nadzor.register import queries as register
from nadzor.vigilance.event_permissions import SIDE, STAFF, may_tell
from nadzor.vigilance.event_rows import runs_of_event, subject_of
from nadzor.vigilance.event_words import event_notice, event_words
from nadzor.vigilance.events import maker_of, token_digest
from nadzor.vigilance.models import AdverseEvent, ReporterToken
from nadzor.vigilance.printed_codes import printed

__all__ = ["Filed", "Told", "file_event", "write_event"]

PUBLIC: Final = Hand("public", "public")
SOURCE_MAX: Final = 120
TOKEN_BYTES: Final = 18
FORMS: Final = ("message", "report")
CLINIC: Final = "clinic"
#: What a person may choose; the other ways are the house's own.
WAYS_OF_PEOPLE: Final = frozenset({"portal", "api", "letter"})
#: Without an account: by a printed code, or the house itself.
WAYS_OF_NOBODY: Final = frozenset({"public", "sdk", "import"})
_TOKEN: Final = b"nadzor vigilance: reporter token v1"


class Filed(Struct, frozen=True, kw_only=True):
    """An event as it was filed.  `token` is told once; `clock` is the norm of `due`, or of no date at all."""

    number: str
    state: str
    seriousness: str
    token: str = ""
    held: bool = False
    due: date | None = None
    clock: str = ""


class Filing(Struct, frozen=True, kw_only=True):
    """What is needed to write an event down: by which way, by whom, about what, when it came."""

    way: str
    hand: Hand
    place: Place
    received_on: date
    source_id: str = ""
    form: str = "message"
    held_kind: str = ""
    received_at: datetime | None = None
    doubts: tuple[str, ...] = ()


@transaction.atomic
def file_event(
    home: Home, told: Told, *, by: Person | None, now: datetime, way: str = "portal", form: str = "message",
    source_id: str = "", site: str = "", received_on: date | None = None,
) -> Filed:  # fmt: skip
    """Keep an event and start its clocks; told a second time under one number it is the same event.

    `way` is "public" for a printed code; the house's own ways (sdk, import) come without a person, with
    `site`.  A registrar, inspector or head files a letter that somebody sent.
    Raises: Refusal vigilance.not-a-reporter, vigilance.device-unknown, vigilance.installation-unknown,
    vigilance.printed-unknown, vigilance.form-unknown and those of `must_hold` and `codes_of`.
    """
    today = moscow_date(now)
    filing = _filing(
        home, told, by=by, way=way, form=form, source_id=source_id, site=site, received=received_on or today
    )
    if (known := _known(filing)) is not None:
        return filed(known, now=now, token=_token(home, source_id) if way == "public" else "")
    must_hold(told, received=filing.received_on, today=today)
    codes = codes_of(told)
    row, held = write_event(home, told, codes, filing, now=now)
    token = _with_token(home, row, source_id, now=now) if way == "public" else ""
    _tell(home, row, held=held, now=now)
    return filed(row, now=now, token=token)


def write_event(
    home: Home, told: Told, codes: Mapping[str, list[dict[str, str]]], filing: Filing, *, now: datetime
) -> tuple[AdverseEvent, bool]:
    """The row, its first document, its first steps, and what follows from them; whether text is held.

    Must run inside a transaction; every way in ends here.
    """
    place = filing.place
    doubts = doubts_of(device=place.device, version=told.version, event_on=told.event_on)
    row = AdverseEvent(
        number=next_number(now), way=filing.way, source_id=filing.source_id, device=place.device,
        device_told=told.device_told, version=told.version, installation=place.installation, site=place.site,
        study=told.study, event_on=told.event_on, aware_on=told.aware_on, received_on=filing.received_on,
        received_at=filing.received_at or now, event_type=told.event_type, state=ADVERSE_EVENT.first,
        reporter_role=filing.hand.role, reporter_organisation=filing.hand.organisation,
        reporter=filing.hand.by, changed_at=now, **codes,
        doubts=[*filing.doubts, *doubts],
    )  # fmt: skip
    judge(row)
    row.save()
    audit.record(
        "vigilance.event.file", subject_of(row.number), by=filing.hand.by, now=now, because=filing.way,
        device=row.device, seriousness=row.seriousness, form=filing.form,
    )  # fmt: skip
    held = _write_documents(home, row, told, filing, now=now)
    _first_steps(row, filing, now=now)
    rescore(row)
    row.save(update_fields=["quality"])
    settle(row, now=now)
    return row, held


def filed(row: AdverseEvent, *, now: datetime, token: str = "") -> Filed:
    """What a reporter is told of the event as it stands."""
    found = [run for run in runs_of_event(row, moscow_date(now)) if run.stopped is None]
    due = next_due(found)
    clock = due.key if due else (found[-1].key if found else "")
    held = row.documents.filter(narrative__held=True).exists()
    return Filed(
        number=row.number, state=row.state, seriousness=row.seriousness, token=token, held=held,
        due=due.due if due else None, clock=clock,
    )  # fmt: skip


def _filing(
    home: Home, told: Told, *, by: Person | None, received: date, way: str = "", form: str = "",
    source_id: str = "", site: str = "",
) -> Filing:  # fmt: skip
    if form not in FORMS:
        raise Refusal("vigilance.form-unknown", "$.form", may=", ".join(FORMS))
    if by is None:
        if way not in WAYS_OF_NOBODY:
            raise Refusal("vigilance.not-a-reporter")
        hand, place = (PUBLIC, _printed(told)) if way == "public" else (THE_HOUSE, _told_place(told, site))
    else:
        hand, place = hand_of(home, by), _place(home, told, by)
        way = _way(by, way)
        source_id = f"{hand.organisation or place.site or by.username}/{source_id}" if source_id else ""
    return Filing(
        way=way, hand=hand, place=place, received_on=received, source_id=source_id[:SOURCE_MAX],
        form=form if by is not None and by.role in SIDE else "message",
    )  # fmt: skip


def _way(by: Person, way: str) -> str:
    """Why: what staff file is somebody else's letter, not a word of their own."""
    if by.role in STAFF:
        return "letter"
    return way if way in WAYS_OF_PEOPLE else "portal"


def hand_of(home: Home, by: Person) -> Hand:
    """How the deeds of a person are signed: a clinic by its pseudonym.

    Raises: Refusal vigilance.not-a-reporter.
    """
    if not may_tell(by):
        raise Refusal("vigilance.not-a-reporter")
    if by.role is Role.CLINIC:
        return Hand(vault.speaker(by.username, home=home), by.role.value)
    return Hand(by.username, by.role.value, by.organisation or "")


def _place(home: Home, told: Told, by: Person) -> Place:
    """Device, installation and site; each side names its own, and what is not its own is unknown to it."""
    site = site_of(home, by) if by.role is Role.CLINIC else ""
    device = known_device(told.device) if told.device else ""
    if told.installation:
        card = register.installation(told.installation)
        mine = card is not None and not card.sandbox and (not site or card.site == site)
        if card is None or not mine or (device and card.device != device):
            raise Refusal("vigilance.installation-unknown", "$.installation")
        device = card.device
        site = site or (card.site if by.role in STAFF else "")
    if by.role in SIDE and not (device and may_answer_signal(by, maker=maker_of(device))):
        raise Refusal("vigilance.device-unknown", "$.device")
    return Place(device, told.installation, site)


def _told_place(told: Told, site: str) -> Place:
    return Place(known_device(told.device) if told.device else "", told.installation, site)


def _printed(told: Told) -> Place:
    card = printed(told.printed)
    if card is None:
        raise Refusal("vigilance.printed-unknown", "$.printed")
    return Place(card.device, card.installation, card.site)


def _known(filing: Filing) -> AdverseEvent | None:
    if not filing.source_id:
        return None
    return AdverseEvent.objects.filter(way=filing.way, source_id=filing.source_id).first()


def _write_documents(home: Home, row: AdverseEvent, told: Told, filing: Filing, *, now: datetime) -> bool:
    """The message with its narrative; a maker's own report is kept beside it."""
    codes = {"problems": row.problems, "effects": row.effects, "causes": row.causes}
    fields = fields_of(told, codes)
    _, held = write_document(
        home, row, "message", filing.hand, fields=fields, now=now, narrative=told.narrative,
        held_kind=filing.held_kind, on=filing.received_on,
    )  # fmt: skip
    if filing.form == "report":
        write_document(home, row, "report", filing.hand, fields=fields, now=now, on=filing.received_on)
    return held


def _first_steps(row: AdverseEvent, filing: Filing, *, now: datetime) -> None:
    """The first steps by who tells: a public word waits, a maker is aware itself, others send a message."""
    hand, on = filing.hand, filing.received_on
    if filing.way == "public":
        step(row, "say_publicly", THE_HOUSE, now=now, on=on)
        return
    known_on = min(row.aware_on or on, on)
    step(row, "discover", hand, now=now, on=known_on)
    if hand.role in SIDE:
        step(row, f"become_aware_{row.seriousness}", hand, now=now, on=known_on)
    step(row, "send_message", hand, now=now, on=on)
    if filing.form == "report":
        step(row, "file_report", hand, now=now, on=on)


def _with_token(home: Home, row: AdverseEvent, source_id: str, *, now: datetime) -> str:
    token = _token(home, source_id)
    ReporterToken.objects.create(event=row, digest=token_digest(token), issued_at=now)
    return token


def _token(home: Home, source_id: str) -> str:
    """By what a report without an account is followed.

    Why made from the form's own number where it has one: whoever pressed twice reads the second answer, and
    must find the same token in it; the number is random and known to that browser alone.
    """
    if not source_id:
        return secrets.token_urlsafe(TOKEN_BYTES)
    made = hmac.digest(home.secret("vault"), _TOKEN + source_id.encode(), "sha256")[:TOKEN_BYTES]
    return base64.urlsafe_b64encode(made).decode()


def _tell(home: Home, row: AdverseEvent, *, held: bool, now: datetime) -> None:
    """The inspectors learn of every event; the clinic of a public word that was said at its own site."""
    tell_staff(row, now=now)
    if row.state == UNCONFIRMED:
        text = event_notice("unconfirmed_clinic")
        relay_to_site(home, row.site, subject=CLINIC, text=text, now=now)
    if held:
        tell_held(row, now=now)


def tell_staff(row: AdverseEvent, *, now: datetime) -> None:
    """One notice to the inspectors that an event has come in."""
    key = "unconfirmed_staff" if row.state == UNCONFIRMED else "filed_staff"
    text = event_notice(
        key, number=row.number, device=row.device or row.device_told or "—",
        seriousness=event_words().seriousness[row.seriousness],
    )  # fmt: skip
    notices.to_role(Role.INSPECTOR.value, subject=subject_of(row.number), text=text, now=now)


def tell_held(row: AdverseEvent, *, now: datetime) -> None:
    """One notice that a narrative waits to be redacted, naming the kind of detail."""
    document = row.documents.filter(narrative__held=True).last()
    kind = document.narrative.kind if document else ""
    text = event_notice("held_staff", number=row.number, kind=kind)
    notices.to_role(Role.INSPECTOR.value, subject=subject_of(row.number), text=text, now=now)
