# SPDX-License-Identifier: Apache-2.0
"""Why a limit ends on its day: norm, edition, start, the days counted, the days it stood still, the last day.

The last line always ends in the last day itself; without a date it says what is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby

from msgspec.structs import replace

from nadzor.base.problems import Text
from nadzor.law.load import norms
from nadzor.law.norm import Norm
from nadzor.procedures.counting import TERMS_KEPT, counts, nominal_end, stands
from nadzor.procedures.ledger import Clock, Pause
from nadzor.procedures.moves import Procedure
from nadzor.procedures.phrases import phrases, sentence, spoken_day, spoken_days, spoken_ranges
from nadzor.procedures.reckoning import held
from nadzor.procedures.run import Line, Run, Suspension, unit_of
from nadzor.procedures.words import words
from nadzor.workdays.arithmetic import Unit
from nadzor.workdays.calendar import ONE_DAY, year_of

FROM_THE_NEXT_DAY = "Civil Code art. 191"
TO_A_WORKING_DAY = "Civil Code art. 193"


def derived(procedure: Procedure, run: Run, clock: Clock, *, filed: date | None) -> Run:
    """A run with its derivation.

    Law: the norm's edition, its switches, the production calendar; Civil Code art. 191, 193.
    """
    verbs = words()[procedure.name].verbs
    lines = [_started(run, verbs[clock.verb]), *_edition(run, filed)]
    if run.missing:
        lines.append(Line(sentence("unknown", why=_unended(run.why)), None, "", run.key))
    elif run.norm is not None:
        lines += [*_days(run, run.norm, verbs), *_end(run, run.norm)]
    return replace(run, derivation=tuple(lines))


def _started(run: Run, verb: Text) -> Line:
    what = norms()[run.key][1].what
    day = spoken_day(run.started)
    return Line(sentence("started", day=day, verb=verb, what=what), run.started, FROM_THE_NEXT_DAY, run.key)


def _unended(why: Text | None) -> Text:
    """A reason that another sentence carries: without the full stop of its own."""
    return Text(ru=why.ru.rstrip(". "), en=why.en.rstrip(". ")) if why else Text(ru="", en="")


def _edition(run: Run, filed: date | None) -> Iterable[Line]:
    if run.norm is None:
        return
    limit = spoken_days(run.norm.number, unit_of(run.norm))
    day = spoken_day(run.started)
    yield Line(sentence("edition", day=day, limit=limit), run.started, run.norm.cite, run.key)
    if said := phrases().statuses.get(run.norm.status):
        yield Line(sentence("unconfirmed", status=said), run.started, run.norm.cite, run.key)
    ended = run.norm.until is not None and run.norm.until <= run.started
    if ended and filed is not None:
        yield Line(sentence("transitional", day=spoken_day(filed)), filed, run.norm.cite, run.key)


def _days(run: Run, norm: Norm, verbs: dict[str, Text]) -> Iterable[Line]:
    """Days counted and days stood still, in the order of time."""
    stood = [_suspension(each, verbs) for each in run.suspensions if not run.due or each.since < run.due]
    rows = sorted([*stood, *_flowed(run, norm)], key=lambda row: row[0])
    return [line for _, line in rows]


def _suspension(each: Suspension, verbs: dict[str, Text]) -> tuple[date, Line]:
    first = each.since + ONE_DAY
    day, cite, key, verb = each.until or first, each.switch.cite, each.switch.key, verbs[each.why]
    if not each.holds:
        return first, Line(sentence("ran_on", first=spoken_day(each.since), verb=verb), each.since, cite, key)
    if each.until is None:
        return first, Line(sentence("stands", first=spoken_day(first), verb=verb), first, cite, key)
    last = spoken_day(each.until)
    return first, Line(sentence("stood", first=spoken_day(first), last=last, verb=verb), day, cite, key)


def _flowed(run: Run, norm: Norm) -> Sequence[tuple[date, Line]]:
    """Each stretch of flowing days, with what was not counted in it."""
    return _stretches(run.started, norm.number, unit_of(norm), held(run))


@lru_cache(maxsize=TERMS_KEPT)
def _stretches(
    started: date, number: int, unit: Unit, standing: tuple[Pause, ...]
) -> tuple[tuple[date, Line], ...]:
    end = nominal_end(started, number, unit, standing)
    stop = end or min(pause.since for pause in standing if pause.until is None)
    span = [started + n * ONE_DAY for n in range(1, (stop - started).days + 1)]
    found = [list(days) for still, days in groupby(span, lambda day: stands(day, standing)) if not still]
    return tuple((days[0], _stretch(days, unit)) for days in found)


def _stretch(days: list[date], unit: Unit) -> Line:
    skipped = [day for day in days if not counts(day, unit, ())]
    count = spoken_days(len(days) - len(skipped), unit)
    cite = FROM_THE_NEXT_DAY if unit == "calendar_day" else _calendar(days)
    facts = {"first": spoken_day(days[0]), "last": spoken_day(days[-1]), "count": count}
    if not skipped:
        return Line(sentence("counted_all", **facts), days[-1], cite, "")
    passed = spoken_ranges(_joined(skipped))
    return Line(sentence("counted", **facts, skipped=passed), days[-1], cite, "")


def _joined(days: list[date]) -> Iterable[tuple[date, date]]:
    """Consecutive days as runs, first and last."""
    for _, run in groupby(enumerate(days), key=lambda row: row[1].toordinal() - row[0]):
        found = [day for _, day in run]
        yield found[0], found[-1]


def _calendar(days: list[date]) -> str:
    return "; ".join(dict.fromkeys(year_of(day).cite for day in days))


def _end(run: Run, norm: Norm) -> Iterable[Line]:
    unit, standing = unit_of(norm), held(run)
    if run.due is None:
        count = spoken_days(run.left or 0, unit)
        return (Line(sentence("left", count=count), None, norm.cite, run.key),)
    nominal = nominal_end(run.started, norm.number, unit, standing)
    due = Line(sentence("due", day=spoken_day(run.due)), run.due, norm.cite, run.key)
    if nominal is None or nominal == run.due:
        return (due,)
    return (Line(sentence("moved", day=spoken_day(nominal)), nominal, TO_A_WORKING_DAY, run.key), due)
