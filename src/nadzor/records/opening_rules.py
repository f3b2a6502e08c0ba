# SPDX-License-Identifier: Apache-2.0
"""Who may ask for, approve, use, close and review an opening of the vault, and for what.

`is_head` says whether somebody holds the head's power that day, by office or by a delegation in force.  The
console has no say here: whoever holds the machine holds the key, and can only be bound by what is recorded.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.records.who import Who, has_role

DANGER: Final = "danger"
PURPOSES: Final[dict[str, Text]] = {
    DANGER: Text(
        ru="Угроза жизни или здоровью, которая не ждёт", en="A danger to life or health that cannot wait"
    ),
    "patient_safety": Text(ru="Безопасность пациентов", en="Patient safety"),
    "inspection": Text(ru="Проверка организации", en="Inspection of the organisation"),
    "court": Text(ru="Судебный акт", en="A court's order"),
    "prosecutor": Text(ru="Требование прокурора", en="A prosecutor's demand"),
    "incident": Text(ru="Расследование утечки или взлома", en="Inquiry into a leak or a break-in"),
    "named_month": Text(
        ru="Передача месячных сведений с названием организаций (приказ 4472)",
        en="Handing over a month that names organisations (Order 4472)",
    ),
}
FINDINGS: Final[dict[str, Text]] = {
    "justified": Text(ru="Обосновано", en="Justified"),
    "unjustified": Text(ru="Не обосновано", en="Not justified"),
}
STATES: Final[dict[str, Text]] = {
    "asked": Text(ru="Ждёт второго лица", en="Waits for a second person"),
    "open": Text(ru="Открыто", en="Open"),
    "refused": Text(ru="Отказано", en="Refused"),
    "lapsed": Text(ru="Никто не согласовал вовремя", en="Nobody approved in time"),
    "closed": Text(ru="Закрыто", en="Closed"),
    "reviewed": Text(ru="Закрыто и проверено", en="Closed and reviewed"),
}
DESK: Final[frozenset[str]] = frozenset({"inspector", "head"})
READERS: Final[frozenset[str]] = DESK | {"auditor"}
REVIEWERS: Final[frozenset[str]] = frozenset({"head", "auditor"})


class Parties(Struct, frozen=True, kw_only=True):
    """Who asked, who decided, and whether the one who asked held the head's power."""

    asked_by: str
    decided_by: str = ""
    asked_as_head: bool = False


class Clock(Struct, frozen=True, kw_only=True):
    """A state as it was last written, and when it ends by itself."""

    state: str
    lapses_at: datetime
    expires_at: datetime | None


def may_see_openings(person: Who | None) -> bool:
    """See requests and what became of them, under pseudonyms: the inspector, the head, the auditor."""
    return has_role(person, READERS)


def may_ask(person: Who | None) -> bool:
    """Ask to open, or break the glass: the inspector and the head, by name."""
    return has_role(person, DESK)


def may_decide_opening(person: Who | None, parties: Parties, *, is_head: bool) -> bool:
    """Approve or refuse: another of the desk than who asked, and one of the two holds the head's power."""
    if not has_role(person, DESK) or person is None or person.username == parties.asked_by:
        return False
    return is_head or parties.asked_as_head


def may_look(person: Who | None, parties: Parties) -> bool:
    """See who is behind a site: the two people of the opening and nobody else."""
    if not has_role(person, DESK) or person is None:
        return False
    return person.username in {parties.asked_by, parties.decided_by}


def may_close(person: Who | None, parties: Parties, *, is_head: bool) -> bool:
    """End an opening before its time: its two people, and the head."""
    return may_look(person, parties) or (has_role(person, DESK) and is_head)


def may_review(person: Who | None, parties: Parties) -> bool:
    """Judge a broken glass: the head or the auditor, never who broke it."""
    return has_role(person, REVIEWERS) and person is not None and person.username != parties.asked_by


def state_at(clock: Clock, now: datetime) -> str:
    """The state at a moment: a request that nobody approved is dead, an opening past its time is closed.

    Why: what has ended has ended at once, whether or not a job has written it down yet.
    """
    if clock.state == "asked" and now >= clock.lapses_at:
        return "lapsed"
    if clock.state == "open" and clock.expires_at is not None and now >= clock.expires_at:
        return "closed"
    return clock.state
