# SPDX-License-Identifier: Apache-2.0
"""A date the law makes, as every page shows it: the day, what is left, its norm, its arithmetic."""

from __future__ import annotations

from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.law.load import norms
from nadzor.people.roles import ROLE_NAMES, Role
from nadzor.portal.sheets import Chip, State
from nadzor.portal.words import day, language, number, reference, said
from nadzor.procedures.run import Run

TONES: Final = {
    "running": "calm",
    "paused": "warn",
    "met": "good",
    "late": "warn",
    "breached": "alarm",
    "unknown": "warn",
}
SOON_DAYS: Final = 2  # the term's own days: from here on a running clock is shown as pressing


class Due(Struct, frozen=True):
    """One last day: what it says, where its arithmetic is, its norm, its tone, and what to know beside it."""

    text: str
    href: str
    norm: Chip
    state: State
    what: str
    whose: str
    note: str = ""


def due_of(run: Run, *, filing: str, index: int, filed: date | None) -> Due:
    """The due of one run of a filing's clock; `index` is its place on the filing's card."""
    return Due(
        text=_last_day(run),
        href=reverse("filing-clock", args=[filing, index]),
        norm=norm_of(run, filed=filed),
        state=run_state(run),
        what=what_of(run),
        whose=role_label(run.responsible),
        note=doubt(run),
    )


def norm_of(run: Run, *, filed: date | None) -> Chip:
    """The chip of the norm a run rests on; it opens the norm's page with this very arithmetic."""
    asked = {"start": run.started.isoformat()} | ({"filed": filed.isoformat()} if filed else {})
    fact = norms()[run.key][1].fact
    text = fact or (reference(run.norm.cite) if run.norm else run.key)
    internal = run.norm is not None and run.norm.status == "house"
    return Chip(text, f"{reverse('norm', args=[run.key])}?{urlencode(asked)}", is_internal=internal)


def what_of(run: Run) -> str:
    """What a clock limits; known even where no edition of its norm is in force."""
    return said(norms()[run.key][1].what)


def run_state(run: Run) -> State:
    """How a clock stands, in words: what is left, or by how much it is over."""
    if run.state == "running" and run.left is not None:
        return State(_left(run), "warn" if run.left <= SOON_DAYS else "calm")
    over = days(-run.left, run) if run.left is not None else "?"
    names = {
        "paused": _("stands still"),
        "met": _("met"),
        "late": _("met too late"),
        "breached": _("overdue by %(days)s") % {"days": over},
        "unknown": _("no date can be given"),
        "running": _("running"),
    }
    return State(names[run.state], TONES[run.state])


def doubt(run: Run) -> str:
    """Why a date must be read with care; empty for a norm that was verified."""
    if run.norm is None:
        return said(run.why) if run.why else ""
    notes = {
        "reported": _("the norm is reported, not read in the act"),
        "unverified": _("the norm is unverified: its date decides nothing by itself"),
        "house": _("our own rule, not law"),
    }
    return notes.get(run.norm.status, "")


def role_label(role: str) -> str:
    """Who must act, in words; the house itself when nobody else."""
    if role in {Role.MANUFACTURER_ADMIN, Role.MANUFACTURER_REPORTER, Role.REPRESENTATIVE}:
        return _("applicant")
    return ROLE_NAMES[Role(role)][language()] if role in ROLE_NAMES else _("the platform")


def days(n: int, run: Run) -> str:
    """A number of a term's own days, in words."""
    if run.norm is not None and run.norm.unit == "calendar_day":
        return ngettext("%(n)s calendar day", "%(n)s calendar days", n) % {"n": number(n)}
    return ngettext("%(n)s working day", "%(n)s working days", n) % {"n": number(n)}


def _left(run: Run) -> str:
    assert run.left is not None
    return _("%(days)s left") % {"days": days(run.left, run)} if run.left else _("the last day is today")


def _last_day(run: Run) -> str:
    if run.due is not None:
        return day(run.due)
    return _("not known while it stands still") if run.state == "paused" else _("unknown")
