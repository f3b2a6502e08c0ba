# SPDX-License-Identifier: Apache-2.0
"""What the deeds of the vault have in common: the row in its present state, powers, grounds, conflicts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from nadzor.actions.name_no_clinic import must_name_no_clinic
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal, Text
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import audit, notices
from nadzor.records.models import VaultOpening
from nadzor.records.openings import live_state
from nadzor.register.authority import delegation, interested
from nadzor.register.models import Device, Filing
from nadzor.vigilance.models import AdverseEvent, Signal
from nadzor.vigilance.plain_text import personal_in, plain

BECAUSE_MAX: Final = 500
OPENING: Final = "opening"  # matters of the head's power: an order that does not name them covers neither
DESTRUCTION: Final = "destruction"
_NUMBER_MAX: Final = 18


def row_of(id: int) -> VaultOpening:
    """A row, held for this transaction.

    Raises: Refusal vault.opening-unknown.
    """
    row = VaultOpening.objects.select_for_update().filter(pk=id).first()
    if row is None:
        raise Refusal("vault.opening-unknown")
    return row


def must_be(row: VaultOpening, *states: str, now: datetime) -> None:
    """Raises: Refusal vault.opening-state, naming the state it is in."""
    state = live_state(row, now)
    if state not in states:
        raise Refusal("vault.opening-state", state=state)


def acts_as_head(person: Person | None, *, on: date, matter: str = OPENING) -> bool:
    """Whether somebody holds the head's power on a day: by office, or by an order that names the matter."""
    if person is None or person.at_console:
        return False
    return person.role is Role.HEAD or delegation(person.username, matter, on) is not None


def grounds(text: str) -> str:
    """Grounds as they are kept: a clinic will read them, so they hold nothing of a person.

    Raises: Refusal vault.because, vault.because-personal.
    """
    words = plain(text).strip()
    if not words or len(words) > BECAUSE_MAX:
        raise Refusal("vault.because", "$.because", limit=BECAUSE_MAX)
    if kind := personal_in(words):
        raise Refusal("vault.because-personal", "$.because", kind=kind)
    return words


def grounds_beside_site(text: str) -> str:
    """Grounds that lie beside a site's pseudonym, for others than its clinic to read: they name no clinic.

    Raises: Refusal vault.because, vault.because-personal, letter.names-clinic.
    """
    words = grounds(text)
    must_name_no_clinic(words, "$.because")
    return words


def must_be_impartial(person: Person | None, about: str) -> None:
    """Raises: Refusal vault.own-interest for who has an interest in the maker the affair is about.

    Why the maker alone: a refusal that knew of clinics would tell, declaration by declaration, which clinic
    is which site.  An interest in the clinic itself is found when the seal is opened.
    """
    if person is not None and interested(person.username, _makers(about)):
        raise Refusal("vault.own-interest")


def tell(*roles: Role, id: int, text: Text, now: datetime) -> None:
    """Leave a notice about an opening for some roles."""
    for role in roles:
        notices.to_role(role.value, subject=f"vault {id}", text=text, now=now)


def note(verb: str, id: int, *, by: Person | None, because: str, now: datetime, **facts: object) -> None:
    """Write a deed about an opening into the chain."""
    doer = by.username if by else "house"
    audit.record(f"vault.opening.{verb}", f"vault {id}", by=doer, because=because, now=now, **facts)


def today_of(now: datetime) -> date:
    """The day in Moscow."""
    return moscow_date(now)


def _makers(about: str) -> set[str]:
    kind, _, name = about.partition(" ")
    if kind in {"device", "month"}:
        rows = Device.objects.filter(code=name.split(" ")[0])
    elif kind == "event":
        rows = Device.objects.filter(code__in=AdverseEvent.objects.filter(number=name).values("device"))
    elif kind == "signal" and name.isdigit() and len(name) <= _NUMBER_MAX:
        rows = Device.objects.filter(code__in=Signal.objects.filter(pk=int(name)).values("device"))
    else:
        return set(Filing.objects.filter(number=name).values_list("maker__code", flat=True))
    return set(rows.values_list("maker__code", flat=True))
