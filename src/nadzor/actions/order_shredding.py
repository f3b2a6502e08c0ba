# SPDX-License-Identifier: Apache-2.0
"""Order a month of an installation to be destroyed, and decide on the order: two people, and no hold."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from msgspec import Struct

from nadzor.actions.opening_rows import DESTRUCTION, acts_as_head, grounds_beside_site, today_of
from nadzor.actions.shred_bodies import must_be_over, reported
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.journal.bodies import Shelf
from nadzor.people.models import User
from nadzor.people.queries import Person, person
from nadzor.people.roles import Role
from nadzor.records import audit, notices
from nadzor.records.models import ShredOrder
from nadzor.records.shredding import holding, may_decide_order, may_order
from nadzor.register.authority import interested
from nadzor.register.models import Device

RETENTION_MAX = 60


class Wanted(Struct, frozen=True, kw_only=True):
    """What is to be destroyed and why; `retention` is the key of the norm whose term is over, if one is."""

    installation: str
    month: str
    because: str
    retention: str = ""


def order_shredding(home: Home, wanted: Wanted, *, by: Person | None, now: datetime) -> int:
    """Write an order and return its number; the same one again, while it waits, is the same order.

    Raises: Refusal shred.not-yours, shred.month, shred.too-early, shred.nothing, shred.held, shred.done,
    vault.own-interest, vault.because, vault.because-personal, letter.names-clinic.
    """
    if not may_order(by) or by is None:
        raise Refusal("shred.not-yours")
    shelf = Shelf(wanted.installation, wanted.month)
    must_be_over(shelf.month, now)
    words = grounds_beside_site(wanted.because)
    must_be_free(home, shelf, by)
    try:
        return _ordered(wanted, words, by, now)
    except IntegrityError as error:
        raise Refusal("shred.waits") from error


@transaction.atomic
def decide_shredding(
    home: Home, id: int, *, approve: bool, because: str = "", by: Person | None, now: datetime
) -> None:
    """Approve or refuse; a hold placed meanwhile stops it.

    Raises: Refusal shred.not-yours, shred.unknown, shred.state, shred.two-people, shred.held,
    vault.own-interest, vault.because, vault.because-personal, letter.names-clinic.
    """
    if not may_order(by) or by is None:
        raise Refusal("shred.not-yours")
    row = order_row(id)
    if row.is_approved is not None:
        raise Refusal("shred.state")
    is_head = acts_as_head(by, on=today_of(now), matter=DESTRUCTION)
    asker_is_head = _was_head(row.asked_by, now)
    if not may_decide_order(by, asked_by=row.asked_by, asked_as_head=asker_is_head, is_head=is_head):
        raise Refusal("shred.two-people")
    words = grounds_beside_site(because)
    if approve:
        must_be_free(home, Shelf(row.installation, row.month), by)
    row.is_approved, row.decided_by, row.decided_at, row.decided_because = approve, by.username, now, words
    row.save()
    note("approve" if approve else "refuse", row, by=by.username, because=words, now=now)


def order_row(id: int) -> ShredOrder:
    """An order, held for this transaction.

    Raises: Refusal shred.unknown.
    """
    row = ShredOrder.objects.select_for_update().filter(pk=id).first()
    if row is None:
        raise Refusal("shred.unknown")
    return row


def must_be_free(home: Home, shelf: Shelf, by: Person | None) -> None:
    """Raises: Refusal shred.nothing, shred.held with the holds' numbers, vault.own-interest."""
    devices = reported(home, shelf).devices
    if kept := holding(shelf.installation, shelf.month, set(devices)):
        raise Refusal("shred.held", holds=", ".join(map(str, kept)))
    makers = set(Device.objects.filter(code__in=devices).values_list("maker__code", flat=True))
    if by is not None and interested(by.username, makers):
        raise Refusal("vault.own-interest")


def note(verb: str, row: ShredOrder, *, by: str, because: str, now: datetime, **facts: object) -> None:
    """Write a deed about an order into the chain."""
    audit.record(
        f"records.shred.{verb}", f"shred {row.pk}", by=by, because=because, now=now,
        installation=row.installation, month=row.month, **facts,
    )  # fmt: skip


@transaction.atomic
def _ordered(wanted: Wanted, words: str, by: Person, now: datetime) -> int:
    same = ShredOrder.objects.filter(installation=wanted.installation, month=wanted.month)
    if same.exclude(done_at=None).exists():
        raise Refusal("shred.done")
    waiting = same.filter(is_approved=None, asked_by=by.username, because=words).first()
    if waiting is not None:
        return int(waiting.pk)
    row = ShredOrder.objects.create(
        installation=wanted.installation, month=wanted.month, retention=wanted.retention[:RETENTION_MAX],
        because=words, asked_by=by.username, asked_at=now,
    )  # fmt: skip
    note("order", row, by=by.username, because=words, now=now, retention=row.retention)
    notices.to_role(Role.HEAD.value, subject=f"shred {row.pk}", text=_WAITS, now=now)
    return int(row.pk)


def _was_head(username: str, now: datetime) -> bool:
    asker = person(User.objects.filter(username=username).first())
    return acts_as_head(asker, on=today_of(now), matter=DESTRUCTION)


_WAITS = Text(
    ru="Распоряжение об уничтожении ждёт второго лица.", en="An order to destroy waits for a second person."
)
