# SPDX-License-Identifier: Apache-2.0
"""Words for warnings: kinds, answers, progress; and a letter as pages and papers print it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Text
from nadzor.disclosure.guard import Hidden
from nadzor.disclosure.guard import said as figure_said
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.portal.filing_letters import Rests
from nadzor.portal.law_marks import norm_mark
from nadzor.portal.printing import print_pdf
from nadzor.portal.sheets import Chip, Fact, State
from nadzor.portal.words import day, language, moment, number, said
from nadzor.register import queries as register
from nadzor.vigilance.warning_cards import Progress
from nadzor.vigilance.warning_letters import answers_of
from nadzor.workdays.arithmetic import workdays_until
from nadzor.workdays.calendar import CalendarMissing

CLOCK: Final = "warning.confirm_by"
TONES: Final = {
    "deviation": "warn", "threat": "warn", "suspension": "alarm", "cancellation": "alarm",
    "resumption": "good", "ended": "good", "maker": "calm",
}  # fmt: skip


class Paper(Struct, frozen=True, kw_only=True):
    """A letter as it is read."""

    title: str
    paragraphs: Sequence[str]
    norms: Sequence[Rests]


class Bar(Struct, frozen=True, kw_only=True):
    """One line of progress: what, how many in words, and how long the bar is; none when it is hidden."""

    label: str
    words: str
    n: int | None
    of: int
    note: str = ""


def kind_state(kind: str) -> State:
    """What a letter is about."""
    names = {
        "deviation": _("deviation confirmed"),
        "threat": _("caution, not confirmed"),
        "suspension": _("use suspended"),
        "resumption": _("use may go on"),
        "cancellation": _("registration cancelled"),
        "ended": _("case closed, in use"),
        "maker": _("the maker's notice"),
    }
    return State(names[kind], TONES[kind])


def answer_names() -> dict[str, str]:
    """What clinics answer."""
    return {
        "stopped": _("we have stopped using it"),
        "watching": _("we use it and check every study"),
        "not_used": _("it is not used here"),
        "noted": _("we have read it"),
    }


def answers_to(kind: str) -> dict[str, str]:
    """The answers a kind of letter takes."""
    return {name: answer_names()[name] for name in answers_of(kind)}


def device_name(code: str) -> str:
    """A device by name."""
    return register.device(code).name(language())


def versions_words(versions: Sequence[str]) -> str:
    """Versions, or all of them."""
    return ", ".join(versions) or _("all versions")


def target_fact(by: date | None) -> Fact:
    """Until when the house would like an answer; it looks unlike a legal date."""
    if by is None:
        return Fact(_("Answer wanted by"), _("no day can be given"))
    return Fact(
        _("Answer wanted by"), day(by), href=reverse("norm", args=[CLOCK]), note=_("our own rule, not law")
    )


def target_chip(on: date) -> Chip | None:
    """The chip of the house's target."""
    try:
        return norm_mark(norm(CLOCK, on))
    except NormMissing:
        return None


def bars(found: Progress) -> list[Bar]:
    """The stages of a warning, each with its count."""
    lines = (
        (_("Sites where it works"), found.sites, ""),
        (_("Reached"), found.reached, _("somebody has an account there")),
        (_("Opened"), found.opened, ""),
        (_("Confirmed"), found.confirmed, ""),
        (_("Reminded"), found.reminded, ""),
    )
    return [
        Bar(label=label, words=count_words(n, found), n=n, of=found.sites or 0, note=note)
        for label, n, note in lines
    ]


def count_words(n: int | None, found: Progress) -> str:
    """A count; one below the disclosure minimum is said to be hidden, and zero is zero."""
    if n is None:
        return figure_said(Hidden("organisations", found.floor), language())
    return number(n)


def open_for(at: datetime, today: date) -> str:
    """How many working days a warning has been out."""
    try:
        return number(max(0, workdays_until(moscow_date(at), today)))
    except CalendarMissing:
        return _("not known")


def paper_of(title: Text, text: Text, cites: Sequence[str], *, on: date) -> Paper:
    """A letter in this request's language."""
    rests = [_rests(key, on) for key in cites]
    return Paper(
        title=said(title),
        paragraphs=said(text).split("\n\n"),
        norms=[one for one in rests if one is not None],
    )


def printed(paper: Paper, facts: Sequence[Fact], *, number: str, at: datetime, below: str) -> bytes:
    """A letter as a tagged PDF."""
    shown: dict[str, Any] = {
        "sheet": paper, "facts": facts, "above_left": number, "above_right": moment(at),
        "below_left": below, "made": at.isoformat(timespec="seconds"),
    }  # fmt: skip
    return print_pdf("portal/letter_paper.html", shown, title=paper.title, lang=language())


def _rests(key: str, on: date) -> Rests | None:
    """A norm in force on the letter's day; what was not in force is not cited."""
    try:
        found = norm(key, on)
    except NormMissing:
        return None
    return Rests(said(found.what), norm_mark(found))
