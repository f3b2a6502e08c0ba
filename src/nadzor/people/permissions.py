# SPDX-License-Identifier: Apache-2.0
"""Who may: one pure function a question, and a raising twin whose message the person sees.

Whether a thing is allowed in its present state is another question; the tables of `procedures` answer it.
`None` stands for the public.  `maker` is the organisation code of a device's maker.
"""

from __future__ import annotations

from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.people.roles import MAKERS, OVERSIGHT, Role


def may_read_operation(person: Person | None, *, maker: str) -> bool:
    """Operation figures, signals, receipts of a device: oversight, its maker, the maker's representative."""
    return may_read_every_device(person) or _stands_for(person, maker)


def may_read_every_device(person: Person | None) -> bool:
    """Operation figures of all devices at once: the regulator's oversight roles."""
    return person is not None and person.role in OVERSIGHT


def may_review_signals(person: Person | None) -> bool:
    """Move a signal: the inspector who analyses and the head who decides."""
    return _is(person, Role.INSPECTOR, Role.HEAD)


def may_answer_signal(person: Person | None, *, maker: str) -> bool:
    """Answer a signal for the maker."""
    return _stands_for(person, maker)


def may_decide(person: Person | None) -> bool:
    """Take a measure in the regulator's name: the head alone."""
    return _is(person, Role.HEAD)


def may_change_register(person: Person | None) -> bool:
    """Import or amend the register."""
    return _is(person, Role.REGISTRAR, Role.HEAD)


def may_issue_token(person: Person | None, *, maker: str) -> bool:
    """Invite an installation: the maker's admin or representative for its device, or the registrar."""
    if _is(person, Role.REGISTRAR):
        return True
    return _is(person, Role.MANUFACTURER_ADMIN, Role.REPRESENTATIVE) and _stands_for(person, maker)


def may_revoke_key(person: Person | None, *, maker: str) -> bool:
    """Revoke an installation key: whoever may invite, and the head."""
    return may_issue_token(person, maker=maker) or _is(person, Role.HEAD)


def may_read_audit(person: Person | None) -> bool:
    """Read the chain of deeds."""
    return _is(person, Role.AUDITOR, Role.HEAD)


def may_read_monthly_report(person: Person | None, *, maker: str) -> bool:
    """Read a device's statutory month."""
    return may_read_operation(person, maker=maker)


def may_declare_month(person: Person | None, *, maker: str) -> bool:
    """Declare a month of a device in sums: its maker's people and its representative."""
    return _stands_for(person, maker) or (person is not None and person.at_console)


def may_run_house(person: Person | None) -> bool:
    """Create accounts and see the machine's state; reads no data."""
    return _is(person, Role.OPERATOR)


def may_speak_for_clinic(person: Person | None) -> bool:
    """See and confirm what works in a clinic: people of that clinic, for its own site alone."""
    return person is not None and person.role is Role.CLINIC and person.organisation is not None


def may_hear_clinics(person: Person | None) -> bool:
    """Read and answer what clinics say of their sites: the inspector and the head."""
    return _is(person, Role.INSPECTOR, Role.HEAD)


def must_read_operation(person: Person | None, *, maker: str) -> None:
    """Raises: Refusal people.not-yours."""
    _must(may_read_operation(person, maker=maker), "people.not-yours")


def must_read_every_device(person: Person | None) -> None:
    """Raises: Refusal people.oversight-only."""
    _must(may_read_every_device(person), "people.oversight-only")


def must_review_signals(person: Person | None) -> None:
    """Raises: Refusal people.inspector-only."""
    _must(may_review_signals(person), "people.inspector-only")


def must_answer_signal(person: Person | None, *, maker: str) -> None:
    """Raises: Refusal people.not-yours."""
    _must(may_answer_signal(person, maker=maker), "people.not-yours")


def must_decide(person: Person | None) -> None:
    """Raises: Refusal people.head-only."""
    _must(may_decide(person), "people.head-only")


def must_change_register(person: Person | None) -> None:
    """Raises: Refusal people.registrar-only."""
    _must(may_change_register(person), "people.registrar-only")


def must_issue_token(person: Person | None, *, maker: str) -> None:
    """Raises: Refusal people.not-yours."""
    _must(may_issue_token(person, maker=maker), "people.not-yours")


def must_revoke_key(person: Person | None, *, maker: str) -> None:
    """Raises: Refusal people.not-yours."""
    _must(may_revoke_key(person, maker=maker), "people.not-yours")


def must_read_audit(person: Person | None) -> None:
    """Raises: Refusal people.auditor-only."""
    _must(may_read_audit(person), "people.auditor-only")


def must_read_monthly_report(person: Person | None, *, maker: str) -> None:
    """Raises: Refusal people.not-yours."""
    _must(may_read_monthly_report(person, maker=maker), "people.not-yours")


def must_declare_month(person: Person | None, *, maker: str) -> None:
    """Raises: Refusal people.not-yours."""
    _must(may_declare_month(person, maker=maker), "people.not-yours")


def must_run_house(person: Person | None) -> None:
    """Raises: Refusal people.operator-only."""
    _must(may_run_house(person), "people.operator-only")


def must_speak_for_clinic(person: Person | None) -> None:
    """Raises: Refusal people.clinic-only."""
    _must(may_speak_for_clinic(person), "people.clinic-only")


def must_hear_clinics(person: Person | None) -> None:
    """Raises: Refusal people.inspector-only."""
    _must(may_hear_clinics(person), "people.inspector-only")


def _is(person: Person | None, *roles: Role) -> bool:
    return person is not None and (person.at_console or person.role in roles)


def _stands_for(person: Person | None, maker: str) -> bool:
    if person is None:
        return False
    if person.role in MAKERS:
        return person.organisation == maker
    return person.role is Role.REPRESENTATIVE and maker in person.represents


def _must(allowed: bool, code: str) -> None:
    if not allowed:
        raise Refusal(code)
