# SPDX-License-Identifier: Apache-2.0
"""Say of what was destroyed that it was: when, by which role, on which ground; never what it said."""

from __future__ import annotations

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.people.role_numbers import NOBODY, RoleNumber
from nadzor.people.roles import Role
from nadzor.records.tombstones import ORDER, TombstoneCard, stones


def refuse_buried(kind: str, object: str) -> None:
    """Refuse what has a stone; ask it only for somebody who could have seen the thing itself.

    Raises: Refusal records.gone.
    """
    for found in stones(kind=kind, object=object, limit=1):
        raise gone(found)


def gone(stone: TombstoneCard) -> Refusal:
    """The refusal that a stone gives: day, role number in both languages, norm or order, reason."""
    by = _who(stone.by)
    return Refusal(
        "records.gone", day=moscow_date(stone.at).isoformat(), ground=stone.retention or ORDER,
        by_ru=by.said("ru"), by_en=by.said("en"), because=stone.because,
    )  # fmt: skip


def _who(username: str) -> RoleNumber:
    """The role and the number of an account, never its name; what the house did itself is the operator's."""
    row = User.objects.filter(username=username).values_list("role", "pk").first()
    return RoleNumber(*row) if row else RoleNumber(Role.OPERATOR.value, NOBODY)
