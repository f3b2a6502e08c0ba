# SPDX-License-Identifier: Apache-2.0
"""How a yearly report is named on pages: its state, its last day with the norm, its progress in words."""

from __future__ import annotations

from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.base.interval import Month
from nadzor.law.load import norms
from nadzor.law.terms import REPORT
from nadzor.portal.dues import Due
from nadzor.portal.sheets import Chip, State
from nadzor.portal.words import day, month, number, reference, said
from nadzor.procedures.monitoring import FILED, NOT_REQUIRED, RETURNED, REVIEWED
from nadzor.procedures.words import words
from nadzor.statutory.monitoring_progress import Progress
from nadzor.vigilance.monitoring_cards import ReportRow

SOON_DAYS: Final = 30
TONES: Final = {FILED: "calm", REVIEWED: "good", RETURNED: "alarm", NOT_REQUIRED: "calm"}


class Bar(Struct, frozen=True, kw_only=True):
    """Progress towards a target: two numbers for the bar, and the same in words."""

    reached: int
    target: int
    text: str
    outlook: str
    state: State


def report_state(row: ReportRow) -> State:
    """How a report stands."""
    if not row.state:
        return State(_("not opened yet"))
    return State(said(words()["monitoring"].states[row.state]), TONES.get(row.state, "warn"))


def report_marks(row: ReportRow) -> list[State]:
    """What must be known of a report before its figures are read."""
    found = [
        (row.missing, State(_("not filed in time"), "alarm")),
        (row.late, State(_("filed late"), "warn")),
        (row.day.open, State(_("open question: is it owed?"), "warn")),
        (row.before, State(_("due before this platform was there: not known here"), "calm")),
        (bool(row.day.missing), State(_("no norm in force: no date"), "warn")),
    ]
    return [state for holds, state in found if holds]


def report_due(row: ReportRow, today: date) -> Due:
    """The last day of a report with its norm; the card derives it."""
    registered = row.day.limit.since if row.day.limit else None
    entry = norms()[REPORT][1]
    cite = row.day.limit.norm.cite if row.day.limit else ""
    query = "?" + urlencode({"start": registered.isoformat()}) if registered else ""
    return Due(
        text=day(row.day.due) if row.day.due else _("unknown"),
        href=reverse("monitoring-report", args=[row.device, row.day.year]) + "#why",
        norm=Chip(entry.fact or reference(cite), reverse("norm", args=[REPORT]) + query),
        state=_left(row, today),
        what=said(entry.what),
        whose=_("the maker or its representative"),
        note=said(row.day.why) if row.day.why else "",
    )


def bar_of(found: Progress) -> Bar | None:
    """The progress of a plan with a target; none without one."""
    if not found.target:
        return None
    text = _("%(reached)s of %(target)s labelled studies") % {
        "reached": number(found.reached),
        "target": number(found.target),
    }
    return Bar(
        reached=min(found.reached, found.target), target=found.target, text=text,
        outlook=outlook_words(found), state=_outlook_state(found),
    )  # fmt: skip


def outlook_words(found: Progress) -> str:
    """What the pace of late comes to, in a plain sentence."""
    facts = {
        "pace": number(found.pace),
        "by": _month(found.by),
        "missing": number(found.missing),
        "ends": day(found.ends) if found.ends else "",
    }
    texts = {
        "no_target": _("The plan names no minimum number of subjects."),
        "reached": _("The sample of the plan is whole."),
        "in_time": _("At this pace, %(pace)s labelled studies a month, it is reached in %(by)s.") % facts,
        "too_late": _(
            "At this pace, %(pace)s labelled studies a month, it will not be reached before %(by)s; "
            "the plan ends on %(ends)s."
        )
        % facts,
        "standing_still": _(
            "At this pace, %(pace)s labelled studies a month, it is not reached; %(missing)s are missing."
        )
        % facts,
    }
    return texts[found.outlook]


def _outlook_state(found: Progress) -> State:
    names = {
        "no_target": State(_("no target")),
        "reached": State(_("reached"), "good"),
        "in_time": State(_("on its way"), "calm"),
        "too_late": State(_("too slow"), "warn"),
        "standing_still": State(_("standing still"), "alarm"),
    }
    return names[found.outlook]


def _month(text: str) -> str:
    if not text:
        return ""
    found = Month.parse(text)
    return month(found.year, found.month)


def _left(row: ReportRow, today: date) -> State:
    """What is left, or by how much it is over, in calendar days."""
    if row.filed_on is not None:
        filed = _("filed on %(day)s") % {"day": day(row.filed_on)}
        return State(filed, "warn" if row.late else "good")
    if row.day.due is None:
        return State(_("no date can be given"), "warn")
    if not row.is_expected:
        return State(_("nobody waits for it here"), "calm")
    left = (row.day.due - today).days
    if left < 0:
        return State(_("overdue by %(days)s") % {"days": _days(-left)}, "alarm")
    if left == 0:
        return State(_("the last day is today"), "warn")
    return State(_("%(days)s left") % {"days": _days(left)}, "warn" if left <= SOON_DAYS else "calm")


def _days(n: int) -> str:
    return ngettext("%(n)s calendar day", "%(n)s calendar days", n) % {"n": number(n)}
