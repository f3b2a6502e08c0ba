# SPDX-License-Identifier: Apache-2.0
"""What the house has kept for as long as it said it would, by class; it destroys nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from django.contrib.sessions.models import Session
from msgspec import Struct

from nadzor.actions.copies.manifest import read_manifest
from nadzor.actions.copies.shelf import whole_backups
from nadzor.actions.order_shredding import Wanted, order_shredding
from nadzor.base.clock import MOSCOW, moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import BodyKeys, Shelf
from nadzor.journal.opening import open_reader
from nadzor.journal.reader import BatchRecord
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.people.models import ApiToken, User
from nadzor.people.queries import Person, person
from nadzor.records.models import ShredOrder
from nadzor.records.shredding import holding
from nadzor.vigilance.event_terms import closed_before

OPERATION: Final = "operation"
CLASSES: Final = (OPERATION, "aggregates", "adverse_events", "filings", "audit", "sessions", "backups")
MONTHS: Final = 12
ONE_DAY: Final = timedelta(days=1)
Fate = Literal["due", "held", "asked", "destroyed"]


class DueShelf(Struct, frozen=True, kw_only=True):
    """A month of an installation whose term is over: what lies there, what keeps it."""

    installation: str
    month: str
    batches: int
    events: int
    fate: Fate
    holds: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.installation}/{self.month}"


class ClassCard(Struct, frozen=True, kw_only=True):
    """One class: its norm, what is due in it.

    `term` is None where there is no end, or no norm in force: then nothing is due.  `due` is None where the
    class is not counted here.
    """

    name: str
    norm: str
    term: int | None
    unit: str
    cite: str
    status: str
    due: int | None
    held: int = 0


class Due(Struct, frozen=True):
    """Everything whose term is over on a day."""

    on: date
    classes: tuple[ClassCard, ...]
    shelves: tuple[DueShelf, ...]


def list_due(home: Home, *, now: datetime, backups: Path | None = None) -> Due:
    """What is due by class, and what a hold keeps.

    Law: the norms `retention.*`, all of them rules of the house.
    """
    on = moscow_date(now)
    shelves = tuple(_shelves(home, on))
    counts = {
        OPERATION: sum(one.fate == "due" for one in shelves),
        "adverse_events": _old_events(on),
        "sessions": _ended_tokens(on, now),
        "backups": _old_backups(backups, on, now),
    }
    held = sum(one.fate == "held" for one in shelves)
    cards = (_card(name, on, counts.get(name), held if name == OPERATION else 0) for name in CLASSES)
    return Due(on, tuple(cards), shelves)


def ask_for_due(home: Home, username: str, *, because: str, now: datetime) -> tuple[int, ...]:
    """Orders to destroy for every shelf that is due and free, asked by an account; their numbers.

    Why: nothing goes by itself: another person approves each order, and a hold stops it until then.
    Raises: Refusal retention.nobody, and those of `order_shredding`.
    """
    by = person(User.objects.filter(username=username).first())
    if by is None:
        raise Refusal("retention.nobody")
    return tuple(
        _ask(home, one, by, because, now) for one in _shelves(home, moscow_date(now)) if one.fate == "due"
    )


def ask_for_shelves(home: Home, keys: set[str], *, by: Person, because: str, now: datetime) -> int:
    """Orders to destroy for chosen shelves, as far as they are still due; how many.

    Raises: Refusal as `order_shredding` does.
    """
    due = [one for one in _shelves(home, moscow_date(now)) if one.fate == "due" and one.key in keys]
    return len([_ask(home, one, by, because, now) for one in due])


def _ask(home: Home, shelf: DueShelf, by: Person, because: str, now: datetime) -> int:
    wanted = Wanted(
        installation=shelf.installation,
        month=shelf.month,
        because=because,
        retention=f"retention.{OPERATION}",
    )
    return order_shredding(home, wanted, by=by, now=now)


def _shelves(home: Home, on: date) -> Iterator[DueShelf]:
    """Months that are over for longer than the term, in order."""
    term = _term(OPERATION, on)
    if term is None:
        return
    lying: dict[Shelf, tuple[int, int, set[str]]] = {}
    for record in _batches(home):
        if months_after(record.month, term) < f"{on:%Y-%m}":
            shelf = Shelf(record.installation, record.month)
            batches, events, devices = lying.get(shelf, (0, 0, set()))
            lying[shelf] = (batches + 1, events + record.accepted, devices | {record.device})
    keys = BodyKeys(home.body_keys)
    for shelf, (batches, events, devices) in sorted(
        lying.items(), key=lambda one: (one[0].month, one[0].installation)
    ):
        holds = holding(shelf.installation, shelf.month, devices)
        yield DueShelf(
            installation=shelf.installation,
            month=shelf.month,
            batches=batches,
            events=events,
            fate=_fate(shelf, holds, keys),
            holds=holds,
        )


def _batches(home: Home) -> Iterator[BatchRecord]:
    """Every batch; none where nothing was ever received."""
    try:
        reader = open_reader(home)
    except Refusal as refusal:
        if refusal.code != "journal.missing":
            raise
        return
    with closing(reader):
        yield from reader.batches()


def _fate(shelf: Shelf, holds: tuple[int, ...], keys: BodyKeys) -> Fate:
    if keys.was_shredded(shelf):
        return "destroyed"
    if holds:
        return "held"
    asked = ShredOrder.objects.filter(installation=shelf.installation, month=shelf.month, done_at=None)
    return "asked" if asked.exclude(is_approved=False).exists() else "due"


def months_after(month: str, count: int) -> str:
    """The month so many after another, as YYYY-MM.

    >>> months_after("2023-11", 36)
    '2026-11'
    """
    year, number = divmod(int(month[:4]) * MONTHS + int(month[5:]) - 1 + count, MONTHS)
    return f"{year:04d}-{number + 1:02d}"


def _term(name: str, on: date) -> int | None:
    """How long a class is kept; None without an end, None too where no norm is in force."""
    try:
        found = norm(f"retention.{name}", on)
    except NormMissing:
        return None
    return None if found.unit == "switch" else found.number


def _card(name: str, on: date, due: int | None, held: int) -> ClassCard:
    key = f"retention.{name}"
    try:
        found = norm(key, on)
    except NormMissing:
        return ClassCard(name=name, norm=key, term=None, unit="", cite="", status="missing", due=None)
    return ClassCard(
        name=name,
        norm=key,
        term=_term(name, on),
        unit=found.unit,
        cite=found.cite,
        status=found.status,
        due=due,
        held=held,
    )


def _ended_tokens(on: date, now: datetime) -> int | None:
    term = _term("sessions", on)
    if term is None:
        return None
    until = now - term * ONE_DAY
    tokens = ApiToken.objects.filter(expires_at__lt=until).count()
    return int(tokens + Session.objects.filter(expire_date__lt=until).count())


def _old_events(on: date) -> int | None:
    """Closed events that nobody touched for the term, counted in whole months as shelves are."""
    term = _term("adverse_events", on)
    if term is None:
        return None
    year, month = map(int, months_after(f"{on:%Y-%m}", -term).split("-"))
    return closed_before(datetime(year, month, 1, tzinfo=MOSCOW))


def _old_backups(shelf: Path | None, on: date, now: datetime) -> int | None:
    term = _term("backups", on)
    if shelf is None or term is None:
        return None
    until = now - term * ONE_DAY
    return sum(read_manifest(one).taken_at < until for one in whole_backups(shelf))
