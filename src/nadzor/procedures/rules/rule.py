# SPDX-License-Identifier: Apache-2.0
"""A rule as an answer cites it: which norm, in which edition, how surely known, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal

import msgspec

from nadzor.base.problems import Text
from nadzor.law.load import norm
from nadzor.law.norm import Norm, NormMissing, Status

RiskClass = Literal["1", "2a", "2b", "3"]
RISK_CLASSES: Final[tuple[RiskClass, ...]] = ("1", "2a", "2b", "3")

#: What may decide by itself: wording of the seed texts or of the act; press and memory only advise.
DECIDING: Final[frozenset[Status]] = frozenset({"seed", "read"})


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A norm in the edition that was used: enough to find it again, and to see how far it is known."""

    fact: str
    key: str
    what: Text
    says: Text | None = None
    cite: str
    status: Status
    since: date

    @property
    def decides(self) -> bool:
        """Whether the rule may settle a question by itself.

        Law: our own rule: what no source confirms neither approves nor refuses.
        """
        return self.status in DECIDING


class Edition(msgspec.Struct, frozen=True, order=True):
    """Which norm was used, and the first day of the edition used."""

    key: str
    since: date


def rule(fact: str, on: date) -> Rule:
    """The norm of a fact in force on a day, as an answer cites it.

    Law: the act and point in the answer's `cite`.
    Raises: NormMissing when none is in force on that day.
    """
    return cited(fact, norm(fact, on))


def known_rule(fact: str, on: date) -> Rule | None:
    """The norm of a fact on a day, or none: for what is shown beside an answer and decides nothing.

    Law: the act and point in the answer's `cite`.
    """
    try:
        return rule(fact, on)
    except NormMissing:
        return None


def cited(fact: str, found: Norm) -> Rule:
    """A norm as an answer cites it.

    Law: the norm's own.
    """
    says = found.value if isinstance(found.value, Text) else None
    return Rule(
        fact=found.fact or fact, key=found.key, what=found.what, says=says,
        cite=found.cite, status=found.status, since=found.since,
    )  # fmt: skip


def editions(rules: Iterable[Rule]) -> tuple[Edition, ...]:
    """The editions that some rules stand for, each once, in order of their keys.

    Law: our own rule: an answer can be computed again from the editions it names.
    """
    return tuple(sorted({Edition(each.key, each.since) for each in rules}))
