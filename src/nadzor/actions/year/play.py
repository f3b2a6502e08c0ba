# SPDX-License-Identifier: Apache-2.0
"""Play a year day by day in fake time: the jobs of the night, then what people do, then the accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from msgspec import Struct

from nadzor.actions.build_month import build_month
from nadzor.actions.choose_quiet import choose_quiet
from nadzor.actions.find_duplicates import find_duplicates
from nadzor.actions.raise_signals import raise_signals
from nadzor.actions.remind_warnings import remind_warnings
from nadzor.actions.send_warnings import send_warnings
from nadzor.actions.warn_lapses import warn_lapses
from nadzor.actions.watch_deadlines import watch_deadlines
from nadzor.actions.watch_events import watch_events
from nadzor.actions.watch_monitoring import watch_monitoring
from nadzor.actions.watch_signals import watch_signals
from nadzor.actions.year.accounts import Accounts, accounts
from nadzor.actions.year.affairs import Players
from nadzor.actions.year.players import answer_events, confirm_warnings, review_events, tell
from nadzor.actions.year.stage import EVENING, MORNING, NOON, Stage, at, days
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.records.models import Notice
from nadzor.register.models import Filing
from nadzor.simulate.world import World
from nadzor.simulate.year import happenings, steps_of
from nadzor.vigilance.models import AdverseEvent, Alert, MonitoringReport, SafetyWarning, Signal, WarningCopy

KEPT_ON: Final = 2  # a month is kept once nothing can be added to its last day any more


class YearReport(Struct, frozen=True, kw_only=True):
    """What a year came to: its days, how much of everything there was, and the accounts of its last days."""

    first: date
    after: date
    counts: dict[str, int]
    cases: dict[str, str]
    fates: dict[str, int]
    by_clock: dict[str, dict[str, int]]
    unaccounted: tuple[str, ...]


def play_year(
    home: Home, world: World, *, first: date, after: date, step: Callable[[], None] = lambda: None
) -> YearReport:
    """Play [first, after) of a world in an empty house; the world begins earlier, so that much is known."""
    stage = Stage(home, world)
    stage.raise_curtain(first)
    players, told = Players(stage), defaultdict(list)
    for each in happenings(world, first=first, after=after):
        told[each.day].append(each)
    moves = defaultdict(list)
    for move in steps_of(first):
        moves[move.day].append(move)
    for on in days(first, after):
        _night(stage, on, is_first=on == first)
        for each in told[on]:
            tell(stage, each, on=on)
        _warn(home, now=at(on, NOON))
        for move in moves[on]:
            players.play(move)
        answer_events(stage, on=on)
        review_events(stage, on=on)
        players.decide(on=on)
        confirm_warnings(stage, on=on)
        _warn(home, now=at(on, EVENING))
        step()
    return _report(accounts(today=after, first=first), first=first, after=after)


def _night(stage: Stage, on: date, *, is_first: bool) -> None:
    """The jobs of a night; detectors look once a week, so that a year is played in minutes."""
    home, now = stage.home, at(on, MORNING)
    fresh = stage.enter(on)
    if is_first or fresh or on.weekday() == 0 or on.day == KEPT_ON:
        stage.know(on)
        raise_signals(home, now=now)
        choose_quiet(home, now=now)
        find_duplicates(home, now=now)
    if on.day == KEPT_ON and not is_first:
        build_month(home, Month.of(on).previous(), now=now, keep=True)
    warn_lapses(now=now)
    watch_deadlines(now=now)
    watch_events(home, now=now)
    watch_monitoring(home, now=now)
    watch_signals(now=now)


def _warn(home: Home, *, now: datetime) -> None:
    send_warnings(home, now=now)
    remind_warnings(home, now=now)


def _report(found: Accounts, *, first: date, after: date) -> YearReport:
    return YearReport(
        first=first, after=after, fates=found.fates, by_clock=found.by_clock,
        cases={row.number: row.state for row in Filing.objects.filter(procedure="case")},
        unaccounted=tuple(f"{row.subject} {row.clock} due {row.due}" for row in found.unaccounted),
        counts={
            "adverse_events": AdverseEvent.objects.count(), "alerts": Alert.objects.count(),
            "alerts_escalated": Alert.objects.exclude(escalated_at=None).count(),
            "signals": Signal.objects.count(), "warnings": SafetyWarning.objects.count(),
            "copies": WarningCopy.objects.count(),
            "copies_confirmed": WarningCopy.objects.exclude(confirmed_at=None).count(),
            "yearly_reports": MonitoringReport.objects.count(), "notices": Notice.objects.count(),
        },
    )  # fmt: skip
