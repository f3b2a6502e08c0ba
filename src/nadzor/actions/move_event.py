# SPDX-License-Identifier: Apache-2.0
"""Move an adverse event along its table: who may, on what grounds, and what follows from it by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from nadzor.actions.clinic_systems import site_of
from nadzor.actions.event_steps import Hand, step
from nadzor.actions.event_told import known_device
from nadzor.actions.file_event import CLINIC, hand_of
from nadzor.actions.move_signal import GROUNDS_MAX, Grounds
from nadzor.actions.name_nobody import must_name_nobody
from nadzor.actions.relay_to_site import relay_to_site
from nadzor.actions.settle_event import settle, side_of, tell_maker
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.adverse_event import ADVERSE_EVENT, DUPLICATE, RECEIVED
from nadzor.procedures.moves import Move, allowed, allowed_with
from nadzor.records import notices
from nadzor.register import authority
from nadzor.vigilance.event_permissions import BY_DOCUMENT, may_take
from nadzor.vigilance.event_rows import subject_of
from nadzor.vigilance.event_words import event_notice
from nadzor.vigilance.events import maker_of, visible
from nadzor.vigilance.models import AdverseEvent

__all__ = ["Grounds", "locked_event", "move_event"]

RECLASSIFY: Final = "reclassify_"
NO_GROUNDS: Final = Grounds()


@transaction.atomic
def move_event(
    home: Home, number: str, verb: str, *, by: Person | None, grounds: Grounds = NO_GROUNDS, now: datetime
) -> str:  # fmt: skip
    """Make a move and return the state it leads to.  Documents are sent by `file_document`.

    Raises: Refusal vigilance.event-unknown for an event the person may not see; move.not-from-here,
    move.not-yours, move.no-grounds, move.grounds-too-long, move.unanswered; vigilance.told-personal,
    vigilance.text-hides, vigilance.by-document, vigilance.leading-unknown, vigilance.leads-itself,
    vigilance.device-unknown, filing.interest.
    """
    row, site = locked_event(home, number, by=by)
    assert by is not None
    if verb in BY_DOCUMENT:
        raise Refusal("vigilance.by-document", "$.verb")
    move = checked_move(row, verb, by=by, because=grounds.because, site=site)
    told = dict(allowed_with(move, grounds.added))
    must_name_nobody({"$.because": [grounds.because, *told.values()]})
    _dispose(row, move, told, by=by)
    step(row, verb, hand_of(home, by) if by.role is Role.CLINIC else _staff(by), now=now,
         because=grounds.because.strip(), added=told)  # fmt: skip
    _follow(home, row, move, told, now=now)
    return str(row.state)


def locked_event(home: Home, number: str, *, by: Person | None) -> tuple[AdverseEvent, str]:
    """An event that a person may see, locked, and the asker's own site if a clinic asks.

    Raises: Refusal vigilance.event-unknown.
    """
    site = site_of(home, by) if by is not None and by.role is Role.CLINIC else ""
    rows = visible(by, site=site).filter(number=number).values_list("pk", flat=True)
    row = AdverseEvent.objects.select_for_update().filter(pk__in=list(rows)).first()
    if row is None:
        raise Refusal("vigilance.event-unknown")
    return row, site


def checked_move(row: AdverseEvent, verb: str, *, by: Person, because: str, site: str) -> Move:
    """The arrow, if the table has it and this person may take it.

    Raises: Refusal as `move_event`.
    """
    maker = maker_of(row.device)
    move = allowed(ADVERSE_EVENT, row.state, verb, by=by.role.value, because=because)
    if verb == f"{RECLASSIFY}{row.seriousness}":  # the clock would begin anew, and nothing has become graver
        raise Refusal("vigilance.serious-already", "$.verb", seriousness=row.seriousness)
    if not may_take(by, move, maker=maker, own_site=bool(site) and row.site == site):
        raise Refusal("move.not-yours", "$.by", verb=verb, may=", ".join(move.by))
    authority.must_be_disinterested(by, authority.parties_of(row.device))
    if len(because) > GROUNDS_MAX:
        raise Refusal("move.grounds-too-long", "$.because", limit=GROUNDS_MAX)
    return move


def _dispose(row: AdverseEvent, move: Move, told: Mapping[str, str], *, by: Person) -> None:
    """What the move leaves on the event besides its state."""
    if move.verb == "link_device":
        row.device = known_device(told["device_code"])
    if move.verb.startswith(RECLASSIFY):
        row.seriousness = move.verb.removeprefix(RECLASSIFY)
    if move.to == DUPLICATE:
        row.leading = _leading(row, told["leading_event"], by=by)
    elif move.start == DUPLICATE:
        row.leading = None


def _leading(row: AdverseEvent, number: str, *, by: Person) -> AdverseEvent:
    """The event that leads; one that is led itself passes on its own leader, so that no chain arises.

    Raises: Refusal vigilance.leading-unknown, vigilance.leads-itself.
    """
    found = visible(by).select_related("leading").filter(number=number).first()
    if found is None:
        raise Refusal("vigilance.leading-unknown", "$.added.leading_event")
    leader = found.leading or found
    if leader.pk == row.pk:
        raise Refusal("vigilance.leads-itself", "$.added.leading_event")
    row.led.update(leading=leader)
    return leader


def _staff(by: Person) -> Hand:
    return Hand(by.username, by.role.value, by.organisation or "")


def _follow(home: Home, row: AdverseEvent, move: Move, told: Mapping[str, str], *, now: datetime) -> None:
    """The maker and the reporter hear of what concerns them."""
    if row.state == RECEIVED:
        settle(row, now=now)
    if move.verb.startswith(RECLASSIFY):
        tell_maker(row, "maker_graver", now=now)
        settle(row, now=now)
    if move.verb == "ask":
        text = event_notice("question_maker", number=row.number, device=row.device, because=told["question"])
        for code in side_of(row.device):
            notices.to_organisation(code, subject=subject_of(row.number), text=text, now=now)
    if row.site and move.verb in ("close", "decline", "void", "mark_duplicate"):
        relay_to_site(home, row.site, subject=CLINIC, text=event_notice("reporter_moved"), now=now)
