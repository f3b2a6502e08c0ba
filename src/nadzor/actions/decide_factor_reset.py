# SPDX-License-Identifier: Apache-2.0
"""Confirm or refuse that second factors of staff are taken off: never who asked, never their owner."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from nadzor.actions.opening_rows import grounds, today_of
from nadzor.actions.remove_factor import take_factors_off
from nadzor.actions.tell_account import tell_account
from nadzor.base.problems import Refusal
from nadzor.law.load import norm
from nadzor.people.factor_resets import request_of
from nadzor.people.factors import CODES
from nadzor.people.models import FactorReset, User
from nadzor.people.queries import Person
from nadzor.people.reset_rules import ASKED, DECIDERS, Request, may_decide_reset, may_refuse_reset, state_at

AGE: Final = "account.factor_age"
HOUR: Final = timedelta(hours=1)


@transaction.atomic
def decide_factor_reset(id: int, *, approve: bool, because: str, by: Person | None, now: datetime) -> int:
    """Take the factors off, end sessions and tokens; or refuse. Returns how many factors were taken off.

    Raises: Refusal people.reset-deciders, people.reset-unknown, people.reset-state, people.reset-two-people,
    people.reset-young for a decider whose own factor is new, vault.because, vault.because-personal.
    """
    if by is None or by.role not in DECIDERS or by.at_console:
        raise Refusal("people.reset-deciders")
    row, user, request = _found(id)
    if (state := state_at(request, now)) != ASKED:
        raise Refusal("people.reset-state", state=state)
    if not (may_decide_reset if approve else may_refuse_reset)(by, request):
        raise Refusal("people.reset-two-people")
    if approve:
        _must_be_settled(by, now)
    row.decided_because = grounds(because)
    row.is_approved, row.decided_at, row.done_at = approve, now, now if approve else None
    row.decided_by = by.username
    row.save(update_fields=["decided_because", "is_approved", "decided_at", "done_at", "decided_by"])
    if approve:
        return take_factors_off(user, by=by.username, because=row.decided_because, now=now, request=id)
    tell_account(user, "factor.keep", by=by.username, because=row.decided_because, now=now, request=id)
    return 0


def _found(id: int) -> tuple[FactorReset, User, Request]:
    row = FactorReset.objects.select_for_update().filter(pk=id).first()
    user = User.objects.select_for_update().filter(username=row.account).first() if row else None
    if row is None or user is None:
        raise Refusal("people.reset-unknown")
    return row, user, request_of(row, user.role)


def _must_be_settled(by: Person, now: datetime) -> None:
    """The decider has had a factor for as long as the norm says, where the house keeps factors.

    Why: an account without one opens by a password, and passwords are the operator's to give; who could make
    the second person would be no second person.
    Raises: Refusal people.reset-young, NormMissing.
    """
    if not settings.HOME.settings.second_factor:
        return
    before = now - norm(AGE, today_of(now)).number * HOUR
    own = Authenticator.objects.filter(user__username=by.username).exclude(type=CODES)
    if not own.filter(created_at__lte=before).exists():
        raise Refusal("people.reset-young")
