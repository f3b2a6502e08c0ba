# SPDX-License-Identifier: Apache-2.0
"""The chart of a signal: the days around it, baseline, threshold, the first day over it, releases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.append_evidence import measures_of
from nadzor.base import clock
from nadzor.detect.dossier import DETECTORS
from nadzor.detect.finding import Finding
from nadzor.detect.stats.cusum_arl import log_ratio_reference
from nadzor.portal.calendar_chart import calendar_figure
from nadzor.portal.charts import figure, order
from nadzor.portal.control_chart import control_figure
from nadzor.portal.counts import Counts, span
from nadzor.portal.figures import Figure
from nadzor.portal.fleet_chart import Sight, fleet_figure
from nadzor.portal.frame import house
from nadzor.portal.funnel_chart import funnel_figure
from nadzor.portal.performance import claims_figure, labels_of, verdict_table, verdicts
from nadzor.portal.ridge_chart import Scores, ridge_figure
from nadzor.portal.scope import Scope
from nadzor.portal.sheets import Table, columns, line
from nadzor.portal.versions import lanes_figure, runs_of
from nadzor.portal.words import day, number, share
from nadzor.register import queries as register
from nadzor.vigilance.cards import SignalCard
from nadzor.vigilance.measured import Measured, measured, split_of

BEFORE = timedelta(days=120)
AFTER = timedelta(days=30)
SEEN_AFTER = timedelta(weeks=10)
"""Weeks of scores drawn after a change; as many are drawn before it."""


class Day(Struct, frozen=True):
    """One day of the signal's stream."""

    day: date
    studies: int
    failed: int

    @property
    def share(self) -> float | None:
        """The share that failed; None on a day without studies."""
        return self.failed / self.studies if self.studies else None


def signal_figures(card: SignalCard, scope: Scope, *, theme: str) -> list[Figure]:
    """The figures of a signal, by what its finding says; none before a rollup.

    Why: a detector that comes later draws without a line here, by the measures it reads.
    """
    counts, finding = Counts(house()), card.latest.finding
    if counts.manifest is None:
        return []
    what = measured(finding, measures_of(finding)) if finding.detector in DETECTORS else None
    drawn = [_leading(card, what, counts, theme)]
    if what is not None and finding.device:
        drawn += _beside(finding, what, counts, (scope, theme))
    return [each for each in drawn if each is not None]


def _leading(card: SignalCard, what: Measured | None, counts: Counts, theme: str) -> Figure | None:
    """The figure that shows the deviation itself."""
    finding = card.latest.finding
    if finding.kind.startswith(("claim", "labels")):
        return _claim(card, counts, theme)
    if what is None:
        return None
    if what.key == "volume" and finding.kind.startswith("silence"):
        return _silence(card, counts, theme)
    if what.key == "failed" and finding.kind == "failure.rise" and finding.baseline.rate:
        return _failures(card, counts, theme)
    return control_figure(finding, what, counts, theme=theme) if finding.device else None


def _beside(finding: Finding, what: Measured, counts: Counts, look: tuple[Scope, str]) -> list[Figure | None]:
    """What else helps to judge: hills of scores, sites in a funnel, the calendar, the fleet."""
    scope, theme = look
    last = max(counts.last_day(clock.today()), finding.first_day)
    if finding.kind.startswith("version"):
        return [_lanes(finding.device, counts, last, theme=theme)]
    if what.key == "scores":
        label = scope.labels(finding.device).get(finding.finding, finding.finding)
        since = finding.located.day if finding.located else finding.first_day
        asked = Scores(
            device=finding.device, finding=finding.finding, label=label, version=finding.version,
            part=split_of(finding, what), since=since,
            until=min(last, since + SEEN_AFTER) + timedelta(days=1),
        )  # fmt: skip
        return [ridge_figure(counts, asked, theme=theme)]
    if what.shape == "share":
        return [
            funnel_figure(finding, what, counts, theme=theme),
            fleet_figure(finding.device, what, counts, Sight(scope, last, theme)),
        ]
    return [calendar_figure(finding.device, counts, last, theme=theme, site=finding.site)]


def _lanes(device: str, counts: Counts, last: date, *, theme: str) -> Figure | None:
    """Which version ran where: what a finding about versions is read beside."""
    runs = runs_of(device, counts, last)
    known = register.versions(device)
    return lanes_figure(device, runs, known, digest=counts.digest, theme=theme) if runs else None


def stream_days(finding: Finding, counts: Counts, first: date, after: date) -> list[Day]:
    """Studies and failures a day of the finding's device, version and site."""
    where: dict[str, Any] = {
        "device": finding.device or None,
        "since": first,
        "until": after,
        "site": finding.site or None,
    }
    if finding.stratum == "version":
        where["version"] = finding.version or None
    studies, failed = (dict(counts.daily(measure, **where)) for measure in ("studies", "failed"))
    return [Day(each, studies.get(each, 0), failed.get(each, 0)) for each in span(first, after)]


def excursion(days: list[Day], finding: Finding) -> list[float]:
    """The detector's sum, day by day, from daily counts and the finding's own baseline, phi and ratio.

    Method: S = max(0, S + failed/phi - k expected/phi), begun when the baseline ends, held at the threshold.
    """
    slope = log_ratio_reference(float(finding.facts.get("designed_for_ratio", 1.5)))  # type: ignore[arg-type]
    rate, phi = finding.baseline.rate or 0.0, max(finding.over_dispersion, 1.0)
    score, path = 0.0, []
    for each in days:
        if finding.baseline.after is None or each.day >= finding.baseline.after:
            score = max(0.0, score + (each.failed - slope * rate * each.studies) / phi)
        path.append(min(score, 1.5 * finding.threshold))
    return path


def _window(card: SignalCard, counts: Counts) -> tuple[date, date]:
    finding = card.latest.finding
    start = finding.located.day if finding.located else finding.first_day
    last = counts.last_day(finding.first_day + AFTER)
    return start - BEFORE, max(last, finding.first_day) + timedelta(days=1)


def _failures(card: SignalCard, counts: Counts, theme: str) -> Figure:
    finding = card.latest.finding
    first, after = _window(card, counts)
    days = stream_days(finding, counts, first, after)
    scores = excursion(days, finding)
    facts = {
        "days": [
            {"day": d.day.isoformat(), "share": d.share, "score": s}
            for d, s in zip(days, scores, strict=True)
        ],
        "baseline": finding.baseline.rate or 0.0,
        "threshold": finding.threshold,
        "threshold_word": _("threshold %(t)s") % {"t": number(finding.threshold, 2)},
        "releases": _releases(finding.device, first, after),
        "firsts": [
            _mark(
                finding.first_day,
                _("over the threshold since %(d)s") % {"d": day(finding.first_day)},
                first,
                after,
            )
        ],
        "share_word": _("share failed"),
        "score_word": _("sum of excess"),
    }
    made = order("rate", facts, digest=counts.digest, device=finding.device)
    words = (
        _("Share of failed studies by day, and the sum of the detector"),
        _failure_sentence(finding, days),
    )
    table = _table(days, scores)
    return figure(made, theme=theme, words=words, table=table, height=320)


def _failure_sentence(finding: Finding, days: list[Day]) -> str:
    start = finding.located.day if finding.located else finding.first_day
    since = [each for each in days if start <= each.day <= finding.first_day]
    studies = sum(each.studies for each in since)
    facts = {
        "now": share(sum(each.failed for each in since) / studies if studies else None, 2),
        "base": share(finding.baseline.rate, 2),
        "start": day(start),
        "first": day(finding.first_day),
    }
    return (
        _(
            "Since %(start)s %(now)s of studies failed, against %(base)s in the baseline; "
            "the threshold was passed on %(first)s."
        )
        % facts
    )


def _table(days: list[Day], scores: list[float]) -> Table:
    head = columns(
        _("Day"), _("Studies"), _("Failed"), _("Share failed"), _("Sum of excess"), numbers=(1, 2, 3, 4)
    )
    lines = [
        line(day(d.day), number(d.studies), number(d.failed), share(d.share, 2), number(s, 2))
        for d, s in zip(reversed(days), reversed(scores), strict=True)
    ]
    note = _(
        "The sum is recomputed here from daily counts and the device's own baseline; "
        "the detector weighs each site by its own."
    )
    return Table(_("Studies and failures by day"), head, lines, note=note)


def _silence(card: SignalCard, counts: Counts, theme: str) -> Figure:
    finding = card.latest.finding
    first, after = _window(card, counts)
    days = stream_days(finding, counts, first, after)
    start = finding.located.day if finding.located else finding.first_day
    usual = [each.studies for each in days if start - timedelta(days=56) <= each.day < start]
    gap_end = next((each.day for each in days if each.day > start and each.studies), after)
    facts = {
        "days": [{"day": each.day.isoformat(), "n": each.studies} for each in days],
        "expected": sum(usual) / len(usual) if usual else 0,
        "gap": [{"day": start.isoformat(), "after": gap_end.isoformat()}],
        "firsts": [
            _mark(
                finding.first_day,
                _("over the threshold since %(d)s") % {"d": day(finding.first_day)},
                first,
                after,
            )
        ],
    }
    told = {
        "start": day(start),
        "days": number((gap_end - start).days),
        "expected": number(float(finding.facts.get("studies_expected", 0)), 1),  # type: ignore[arg-type]
    }
    sentence = (
        _("No study since %(start)s, %(days)s days in all; about %(expected)s were expected until the alarm.")
        % told
    )
    table = Table(
        _("Studies by day"),
        columns(_("Day"), _("Studies"), numbers=(1,)),
        [line(day(d.day), number(d.studies)) for d in reversed(days)],
    )
    made = order("silence", facts, digest=counts.digest, device=finding.device)
    return figure(
        made, theme=theme, words=(_("Studies by day and the silence"), sentence), table=table, height=250
    )


def _claim(card: SignalCard, counts: Counts, theme: str) -> Figure | None:
    finding, labels = card.latest.finding, labels_of(card.row.device)
    found = verdicts(house(), finding.device, digest=counts.digest)
    near = [
        each
        for each in found
        if (each.claim.finding, each.claim.metric) == (finding.finding, finding.stratum)
    ]
    table = verdict_table(near, labels, {}, versions=True)
    return claims_figure(near, labels, table=table, look=(theme, counts.digest, finding.device))


def _releases(device: str, first: date, after: date) -> list[dict[str, Any]]:
    inside = [each for each in register.versions(device) if first <= each.released_on < after]
    return [
        _mark(each.released_on, _("version %(v)s") % {"v": each.version}, first, after) for each in inside
    ]


def _mark(at: date, word: str, first: date, after: date) -> dict[str, Any]:
    return {"day": at.isoformat(), "word": word, "late": (at - first) * 2 > after - first}
