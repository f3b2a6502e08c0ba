# SPDX-License-Identifier: Apache-2.0
"""Delegations, interests and their trail as the page prints them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.people.queries import organisation
from nadzor.portal.decisions import power_line
from nadzor.portal.sheets import Cell, State, Table, columns, line
from nadzor.portal.words import language, moment
from nadzor.records import audit
from nadzor.records.chain import Link
from nadzor.register.filing_cards import DelegationCard, InterestCard

TRAIL_MAX: Final = 60
VERBS: Final = ("delegate", "end", "interest", "interest-end")


class DelegationLine(Struct, frozen=True, kw_only=True):
    """One delegation: who, by what, when, where, and how it stands."""

    id: int
    to: str
    order: str
    span: str
    procedures: str
    given: str
    state: State
    can_end: bool


class InterestLine(Struct, frozen=True, kw_only=True):
    """One declared interest, and how it stands."""

    id: int
    username: str
    organisation: str
    why: str
    declared: str
    state: State
    can_end: bool


def delegation_lines(found: Sequence[DelegationCard], *, today: date) -> list[DelegationLine]:
    """Delegations, the newest first."""
    return [_delegation(each, today) for each in sorted(found, key=lambda each: -each.id)]


def interest_lines(found: Sequence[InterestCard]) -> list[InterestLine]:
    """Interests, the newest first."""
    return [_interest(each) for each in sorted(found, key=lambda each: -each.id)]


def trail() -> Table | None:
    """Who gave, declared and ended what, from the chain of deeds, the newest first."""
    found = [
        link for verb in VERBS for link in audit.entries(verb=f"register.authority.{verb}", limit=TRAIL_MAX)
    ]
    if not found:
        return None
    newest = sorted(found, key=lambda link: -link.seq)[:TRAIL_MAX]
    head = columns(_("When"), _("What"), _("By whom"), _("Concerns"), _("Grounds"))
    return Table(_("Trail"), head, [line(*_link(link)) for link in newest])


def _delegation(each: DelegationCard, today: date) -> DelegationLine:
    told = power_line(each)
    state = _power_state(each, today)
    return DelegationLine(
        id=each.id, to=each.to, order=each.order, procedures=told.procedures,
        span=_("%(since)s through %(through)s") % {"since": told.since, "through": told.through},
        given=f"{each.given_by}, {moment(each.given_at)}", state=state,
        can_end=each.ended_at is None and today < each.valid_until,
    )  # fmt: skip


def _power_state(each: DelegationCard, today: date) -> State:
    if each.ended_at is not None:
        return State(_("taken back on %(moment)s") % {"moment": moment(each.ended_at)})
    if today >= each.valid_until:
        return State(_("ran out"))
    if today < each.valid_from:
        return State(_("not in force yet"), "calm")
    return State(_("in force"), "good")


def _interest(each: InterestCard) -> InterestLine:
    found = organisation(each.organisation)
    ended = each.ended_at
    state = State(_("ended on %(moment)s") % {"moment": moment(ended)}) if ended else State(_("bars"), "warn")
    return InterestLine(
        id=each.id, username=each.username, why=each.why,
        organisation=found.name(language()) if found else each.organisation,
        declared=f"{each.declared_by}, {moment(each.declared_at)}", state=state, can_end=ended is None,
    )  # fmt: skip


def _link(link: Link) -> tuple[str | Cell, ...]:
    names = {
        "delegate": _("delegation given"), "end": _("delegation taken back"),
        "interest": _("interest declared"), "interest-end": _("interest ended"),
    }  # fmt: skip
    concerns = [str(link.facts.get(key, "")) for key in ("to", "username", "organisation")]
    named = [f"№ {link.object.rpartition(' ')[2]}", *(part for part in concerns if part)]
    return (
        Cell(moment(link.at), note=f"#{link.seq}"),
        names.get(link.verb.rpartition(".")[2], link.verb),
        link.by,
        " · ".join(named),
        link.because,
    )
