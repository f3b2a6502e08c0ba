# SPDX-License-Identifier: Apache-2.0
"""Ask that lost second factors of staff be taken off; another decides, or everybody watches a wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from nadzor.actions.opening_rows import grounds, today_of
from nadzor.actions.remove_factor import TWO_PEOPLE, factors_to_take, reset_factors, take_factors_off
from nadzor.actions.tell_account import SUBJECT, tell_account
from nadzor.base.problems import Refusal
from nadzor.law.load import norm
from nadzor.people.factor_resets import request_of
from nadzor.people.letters import letter
from nadzor.people.models import FactorReset, User
from nadzor.people.permissions import must_run_house
from nadzor.people.queries import Person
from nadzor.people.reset_rules import ASKED, is_due, may_be_asked_alone, state_at
from nadzor.people.roles import Role
from nadzor.people.sign_in import STAFF
from nadzor.records import notices

TERM, WAIT = "account.reset", "account.reset_alone"
HOUR: Final = timedelta(hours=1)


@transaction.atomic
def ask_factor_reset(
    username: str, *, because: str, by: Person | None, now: datetime, alone: bool = False
) -> int:
    """Write a request and return its number; while one of the account waits, that is the request.

    `alone`: nobody decides; after a wait that all staff are told of, `carry_out_alone` does it.
    Raises: Refusal people.operator-only, people.account-unknown, people.reset-none for an account without
    factors or one that needs no second person, people.reset-not-alone, vault.because, vault.because-personal.
    """
    must_run_house(by)
    user = User.objects.select_for_update().filter(username=username).first()
    if user is None:
        raise Refusal("people.account-unknown", username=username)
    if not factors_to_take(user) or Role(user.role) not in STAFF:
        raise Refusal("people.reset-none")
    if alone and not may_be_asked_alone(Role(user.role)):
        raise Refusal("people.reset-not-alone")
    words, doer = grounds(because), by.username if by else ""
    there = _waiting(user, alone=alone, now=now)
    if there is not None:
        return there
    due, end = _times(alone, now)
    row = FactorReset.objects.create(
        account=username, because=words, is_alone=alone, asked_by=doer, asked_at=now, due_from=due,
        expires_at=end,
    )  # fmt: skip
    tell_account(user, "factor.ask", by=doer, because=words, now=now, request=row.pk, alone=alone)
    _tell(user, "reset.alone" if alone else "reset.ask", everybody=alone, now=now)
    return int(row.pk)


def reset_or_ask(
    username: str, *, because: str, by: Person | None, now: datetime, alone: bool = False
) -> tuple[int, int | None]:
    """How many factors were taken off at once, and the number of the request that waits for another instead.

    Raises: Refusal as `reset_factors`, `ask_factor_reset` and `carry_out_alone` do.
    """
    try:
        return reset_factors(username, by=by, now=now), None
    except Refusal as refusal:
        if refusal.code != TWO_PEOPLE:
            raise
    if alone and is_over(username, now=now):
        return carry_out_alone(username, by=by, now=now), None
    return 0, ask_factor_reset(username, because=because, by=by, now=now, alone=alone)


@transaction.atomic
def carry_out_alone(username: str, *, by: Person | None, now: datetime) -> int:
    """Take the factors off after a wait in which no head and no auditor refused; returns how many there were.

    Raises: Refusal people.operator-only, people.account-unknown, people.reset-waits.
    """
    must_run_house(by)
    user = User.objects.select_for_update().filter(username=username).first()
    if user is None:
        raise Refusal("people.account-unknown", username=username)
    row = _due(user, now=now)
    if row is None:
        raise Refusal("people.reset-waits")
    row.done_at = now
    row.save(update_fields=["done_at"])
    _tell(user, "reset.alone-done", everybody=True, now=now)
    return take_factors_off(user, by=by.username if by else "", because=row.because, now=now, request=row.pk)


def is_over(username: str, *, now: datetime) -> bool:
    """Whether a request without a second person has waited long enough."""
    user = User.objects.filter(username=username).first()
    return user is not None and _due(user, now=now) is not None


def _due(user: User, *, now: datetime) -> FactorReset | None:
    rows = FactorReset.objects.filter(account=user.username, is_alone=True)
    return next((one for one in rows if is_due(request_of(one, user.role), now)), None)


def _waiting(user: User, *, alone: bool, now: datetime) -> int | None:
    rows = FactorReset.objects.filter(account=user.username, is_alone=alone)
    found = (row.pk for row in rows if state_at(request_of(row, user.role), now) == ASKED)
    return next(found, None)


def _times(alone: bool, now: datetime) -> tuple[datetime, datetime]:
    """From when it may be carried out, and until when.

    Law: house rules: the norms of the term and of the wait.
    Raises: NormMissing.
    """
    today = today_of(now)
    due = now + norm(WAIT, today).number * HOUR if alone else now
    return due, due + norm(TERM, today).number * HOUR


def _tell(user: User, kind: str, *, everybody: bool, now: datetime) -> None:
    """Tell those who decide, or all staff; the operator's own role too, since somebody else may hold it."""
    deciders = {Role.HEAD, Role.AUDITOR} if user.role == Role.HEAD.value else {Role.HEAD}
    for role in sorted(STAFF if everybody else deciders):
        notices.to_role(role.value, subject=SUBJECT, text=letter(kind), now=now)
