# SPDX-License-Identifier: Apache-2.0
"""Search deeds and readings, as the auditor or the head; that somebody searched is a reading itself.

The head sees nothing that an auditor did or read: who is looked into must not learn what is looked at.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from msgspec import Struct

from nadzor.base.clock import MOSCOW
from nadzor.people.permissions import must_read_audit
from nadzor.people.queries import Person
from nadzor.people.role_numbers import usernames_of
from nadzor.people.roles import Role
from nadzor.records import audit_search, reads
from nadzor.records.audit_search import SoughtDeeds
from nadzor.records.chain import Link
from nadzor.records.reads import ReadCard, Sought
from nadzor.workdays.calendar import ONE_DAY

What = Literal["deeds", "reads"]
PAGE: Final = 100
FIRST: Final = date(1970, 1, 1)
LAST: Final = date(2999, 1, 1)


class AuditAsk(Struct, frozen=True, kw_only=True):
    """One question.  `verb` begins a deed's verb or names a reading's address; `until` is a whole day."""

    what: What = "deeds"
    person: str = ""
    role: str = ""
    object: str = ""
    verb: str = ""
    device: str = ""
    site: str = ""
    way: str = ""
    since: date | None = None
    until: date | None = None

    def told(self) -> dict[str, str]:
        """The fields that ask for something."""
        pairs = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: str(value) for name, value in pairs if value}


class DeedsPage(Struct, frozen=True):
    """Deeds, newest first, and the number to go on before."""

    rows: tuple[Link, ...]
    next: int | None


class ReadsPage(Struct, frozen=True):
    """Readings, newest first, and the id to go on before."""

    rows: tuple[ReadCard, ...]
    next: int | None


def search_deeds(
    person: Person | None, ask: AuditAsk, *, before: int | None = None, limit: int = PAGE
) -> DeedsPage:
    """Deeds that fit.

    Raises: Refusal people.auditor-only.
    """
    rows = audit_search.find_deeds(sought_deeds(person, ask), before=before, limit=limit)
    return DeedsPage(tuple(rows), rows[-1].seq if len(rows) == limit else None)


def search_reads(
    person: Person | None, ask: AuditAsk, *, before: int | None = None, limit: int = PAGE
) -> ReadsPage:
    """Readings that fit.

    Raises: Refusal people.auditor-only.
    """
    rows = reads.find(sought_reads(person, ask), before=before, limit=limit)
    return ReadsPage(tuple(rows), rows[-1].id if len(rows) == limit else None)


def sought_deeds(person: Person | None, ask: AuditAsk) -> SoughtDeeds:
    """The question as the chain is asked it.

    Raises: Refusal people.auditor-only.
    """
    must_read_audit(person)
    return SoughtDeeds(
        people=_people(ask), without=() if sees_auditors(person) else usernames_of(Role.AUDITOR.value),
        verb=ask.verb, object=ask.object, device=ask.device, since=_midnight(ask.since),
        until=_midnight(ask.until, after=ONE_DAY),
    )  # fmt: skip


def sought_reads(person: Person | None, ask: AuditAsk) -> Sought:
    """The question as the log of readings is asked it.

    Raises: Refusal people.auditor-only.
    """
    must_read_audit(person)
    return Sought(
        people=(ask.person,) if ask.person else None, role=ask.role, route=ask.verb, subject=ask.object,
        device=ask.device, site=ask.site, way=ask.way, since=_midnight(ask.since),
        until=_midnight(ask.until, after=ONE_DAY),
        without=() if sees_auditors(person) else (Role.AUDITOR.value,),
    )  # fmt: skip


def sees_auditors(person: Person | None) -> bool:
    """Whether somebody sees what auditors did: they themselves; and the console, where all lies open."""
    return person is not None and (person.at_console or person.role is Role.AUDITOR)


def _people(ask: AuditAsk) -> tuple[str, ...] | None:
    """By an account, by the accounts of a role, or by anybody."""
    if not ask.role:
        return (ask.person,) if ask.person else None
    known = usernames_of(ask.role)
    return tuple(name for name in known if name == ask.person) if ask.person else known


def _midnight(day: date | None, *, after: timedelta = timedelta()) -> datetime | None:
    """The first moment of a day; days beyond any row are brought to where clocks do not run out."""
    if day is None:
        return None
    return datetime.combine(min(max(day, FIRST), LAST), time(), MOSCOW) + after
