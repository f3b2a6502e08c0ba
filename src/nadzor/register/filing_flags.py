# SPDX-License-Identifier: Apache-2.0
"""What a person should know before moving a filing: nothing here bars a move by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from nadzor.base.problems import Refusal, Text
from nadzor.people.queries import Person
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.rules.amendment_route import Facts, route
from nadzor.register import authority
from nadzor.register.filing_cards import Flag
from nadzor.register.filing_words import filing_words, filled
from nadzor.register.fold import fold
from nadzor.register.models import Filing, Revision

SETTLED = {
    True: Text(ru="по правилам, которые сверены", en="by rules that are confirmed"),
    False: Text(ru="по правилу, которое подтверждает человек", en="by a rule that a person confirms"),
}
REGISTRATIONS = ("registration_simplified", "registration_accelerated")


def flags(row: Filing, person: Person | None, *, today: date) -> tuple[Flag, ...]:
    """Concurrent affairs, a changed entry, a suspended device, another route, a namesake, an interest."""
    return (*_of_device(row), *_of_route(row, today), *_of_maker(row, person, today))


def open_namesakes(row: Filing) -> tuple[str, ...]:
    """Other open registrations by the same maker of a product of the same folded name, oldest first."""
    rows = Filing.objects.filter(maker=row.maker, procedure__in=REGISTRATIONS, filed_on__isnull=False)
    same = {fold(row.title_ru), fold(row.title_en)}
    return tuple(
        other.number
        for other in rows.exclude(pk=row.pk).order_by("id")
        if other.state not in PROCEDURES[other.procedure].closed
        and same & {fold(other.title_ru), fold(other.title_en)}
    )


def concurrent(row: Filing) -> tuple[str, ...]:
    """Other open filings about the same device, oldest first."""
    if row.device is None:
        return ()
    rows = Filing.objects.filter(device=row.device, filed_on__isnull=False).exclude(pk=row.pk)
    return tuple(
        other.number for other in rows.order_by("id") if other.state not in PROCEDURES[other.procedure].closed
    )


def newest_revision(row: Filing) -> int | None:
    """The number of the entry's latest edition."""
    if row.device is None:
        return None
    last = Revision.objects.filter(device=row.device).order_by("-number").first()
    return last.number if last else None


def _of_device(row: Filing) -> Iterator[Flag]:
    if others := concurrent(row):
        yield _flag("concurrent", others)
    now = newest_revision(row)
    if now is not None and row.base_revision is not None and now > row.base_revision:
        yield _flag("stale-base", base=row.base_revision, now=now)
    if row.device is not None and row.device.status in ("suspended", "cancelled"):
        yield _flag(f"{row.device.status}-device")


def _of_route(row: Filing, today: date) -> Iterator[Flag]:
    """Whether the changes stated lead to the procedure chosen; a route that is not settled only says so."""
    if not row.procedure.startswith("amendment_"):
        return
    if not row.form.get("changes"):
        yield _flag("route-unstated")
        return
    try:
        found = route(facts_of(row), row.filed_on or today)
    except Refusal:  # a fact the tree asks for is not there, or no norm is in force: nothing is known
        yield _flag("route-unstated")
        return
    if found.procedure != row.procedure:
        yield _flag("route-other", name=found.name, settled=SETTLED[found.settled])


def facts_of(row: Filing) -> Facts:
    """What an amendment's form says for the decision tree, else what the device's entry says."""
    known = {"ai": row.device.ai, "transmits": row.device.transmits} if row.device else {}
    said = {key: row.form[key] for key in ("ai", "transmits") if key in row.form}
    return Facts(changes=tuple(row.form["changes"]), **{**known, **said})


def _of_maker(row: Filing, person: Person | None, today: date) -> Iterator[Flag]:
    if row.procedure in REGISTRATIONS and (others := open_namesakes(row)):
        yield _flag("same-name", others)
    until = (row.form.get("powers") or {}).get("until")
    if until and date.fromisoformat(until) < today:
        yield _flag("powers-ended", day=until)
    if row.maker.country != "RU" and row.maker.represented_by is None:
        yield _flag("no-representative")
    if person is not None and authority.interested(person.username, parties(row)):
        yield _flag("interest")


def parties(row: Filing) -> set[str]:
    """The organisations a conflict of interest may lie in: maker, applicant, and who represents the maker."""
    agent = row.maker.represented_by
    return {each.code for each in (row.maker, row.applicant, agent) if each is not None}


def _flag(code: str, others: tuple[str, ...] = (), **facts: object) -> Flag:
    text = filled(filing_words().flags[code], filings=", ".join(others), **facts)
    return Flag(code=code, text=text, filings=others)
