# SPDX-License-Identifier: Apache-2.0
"""Words and tones of filings on every page: states, procedures, stages, whose turn, the next last day."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.law.load import norm
from nadzor.law.norm import Norm, NormMissing
from nadzor.portal.dues import SOON_DAYS, Due, role_label
from nadzor.portal.law_marks import sentence
from nadzor.portal.sheets import Chip, State
from nadzor.portal.words import day, number, reference, said
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.moves import Move, moves_from
from nadzor.register.filing_cards import FilingRow
from nadzor.register.filing_words import called, filing_words

#: Moves that may always come: whoever could make one is not thereby waited for.
ALWAYS: Final = frozenset({"withdraw", "stand_still", "terminate", "court_reversal", "file_anew", "complain",
                           "uphold_complaint", "reject_complaint"})  # fmt: skip
GOOD: Final = frozenset({"registered", "entered", "kept", "in_use"})
POOR: Final = frozenset(
    {"refused", "returned", "annulled", "rerouted", "standing_still", "closed_uncorrected"}
)
#: Procedures that an applicant opens; the others are cases of the regulator.
APPLICATIONS: Final = (
    "registration_simplified", "registration_accelerated", "amendment_version", "amendment_plain",
    "amendment_expertise", "amendment_new_registration",
)  # fmt: skip
KEPT: Final = (*APPLICATIONS, "case", "cancellation")


def filing_state(procedure: str, state: str) -> State:
    """A state of a filing as a word and a tone."""
    label = said(called(procedure, state=state))
    if state in GOOD:
        return State(label, "good")
    if state in POOR:
        return State(label, "warn")
    is_open = state not in PROCEDURES[procedure].closed and state != PROCEDURES[procedure].first
    return State(label, "calm" if is_open else "")


def procedure_label(procedure: str) -> str:
    """What a procedure is called."""
    return said(called(procedure))


def matter_labels() -> dict[str, str]:
    """What a delegation may be limited to besides procedures; the last three are covered only if named."""
    alone = _("only if ticked")
    return {
        "signal": _("signals"),
        "monitoring": _("yearly reports of makers"),
        "notice": _("public warnings and embargoes"),
        "opening": "{} ({})".format(_("openings of the vault"), alone),
        "destruction": "{} ({})".format(_("destruction of data"), alone),
        "release": "{} ({})".format(_("publication of statistics"), alone),
    }


def power_label(name: str) -> str:
    """A procedure or a matter that a delegation names."""
    return matter_labels().get(name) or procedure_label(name)


def verb_label(procedure: str, verb: str) -> str:
    """What a move is called."""
    return said(called(procedure, verb=verb))


def stage_labels() -> dict[str, str]:
    """Every stage by its key, in the order of the board."""
    return {key: said(stage.title) for key, stage in filing_words().stages.items()}


def ordinary_moves(procedure: str, state: str, *, is_late: bool = False) -> tuple[Move, ...]:
    """The moves that carry a matter on; those that wait for a limit to pass only once one has."""
    table = PROCEDURES[procedure]
    if state in table.closed:
        return ()
    found = (move for move in moves_from(table, state) if move.verb not in ALWAYS and move.to != move.start)
    return tuple(move for move in found if is_late or not move.after)


def turn_label(procedure: str, state: str, *, is_late: bool = False) -> str:
    """Whose turn it is, in words; empty for a closed matter."""
    roles = [role for move in ordinary_moves(procedure, state, is_late=is_late) for role in move.by]
    return ", ".join(dict.fromkeys(sentence(role_label(role)) for role in roles))


def row_due(row: FilingRow, *, today: date) -> Due | None:
    """The next last day of a filing in a list; it leads to its arithmetic."""
    if row.next_due is None:
        return None
    found = _norm(row.next_clock, row.filed_on or today)
    left = row.days_left if row.days_left is not None else 0
    return Due(
        text=day(row.next_due),
        href=reverse("filing-next-clock", args=[row.number]),
        norm=_chip(row.next_clock, found),
        state=_left(left, calendar=found is not None and found.unit == "calendar_day"),
        what=said(found.what) if found else row.next_clock,
        whose=role_label(row.whose),
        note=_("the norm is unverified: its date decides nothing by itself")
        if found is not None and found.status == "unverified"
        else "",
    )


def _norm(key: str, on: date) -> Norm | None:
    try:
        return norm(key, on)
    except NormMissing:
        return None


def _chip(key: str, found: Norm | None) -> Chip:
    text = found.fact or reference(found.cite) if found else key
    return Chip(text, reverse("norm", args=[key]), is_internal=found is not None and found.status == "house")


def _left(left: int, *, calendar: bool) -> State:
    n = abs(left)
    if calendar:
        days = ngettext("%(n)s calendar day", "%(n)s calendar days", n) % {"n": number(n)}
    else:
        days = ngettext("%(n)s working day", "%(n)s working days", n) % {"n": number(n)}
    if left < 0:
        return State(_("overdue by %(days)s") % {"days": days}, "alarm")
    if not left:
        return State(_("the last day is today"), "warn")
    return State(_("%(days)s left") % {"days": days}, "warn" if left <= SOON_DAYS else "calm")
