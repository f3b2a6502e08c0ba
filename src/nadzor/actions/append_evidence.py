# SPDX-License-Identifier: Apache-2.0
"""Append what a run of the detectors says of a signal: once a day, and only when something new is said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from nadzor.actions.return_signal import return_signal
from nadzor.actions.run_detectors import check_claims, read
from nadzor.base.clock import moscow_date
from nadzor.detect.claim_check.verdict import Verdict
from nadzor.detect.finding import Finding
from nadzor.detect.suite import detector
from nadzor.detect.words import severity
from nadzor.measures.catalogue import catalogue
from nadzor.measures.rollup import Row
from nadzor.procedures.signal import ARCHIVED
from nadzor.records import audit
from nadzor.register import queries as register
from nadzor.telemetry.store import Rollups
from nadzor.vigilance import circumstances as around
from nadzor.vigilance.cards import Circumstances
from nadzor.vigilance.course import Lately, Word, course, escalates, word_of
from nadzor.vigilance.lately import DAYS, days_of, lately, where_of
from nadzor.vigilance.measured import measured
from nadzor.vigilance.models import Signal, SignalEvidence
from nadzor.vigilance.rows import finding_of
from nadzor.vigilance.triage import strength
from nadzor.workdays.calendar import ONE_DAY

AGAIN: Final = 7 * ONE_DAY
"""While a signal waits, its evidence is written anew after so long even if nothing new is said."""


class Told(Struct, frozen=True):
    """The newest finding of a matter, and how many episodes of it were found."""

    finding: Finding
    episodes: int


def told_of(found: Sequence[Finding]) -> Told:
    """What the findings of one matter say together: the newest of them, and how many there are."""
    return Told(found[-1], len(found))


class Surroundings:
    """What surrounds findings on a day, read from the rollups and the register once for each device."""

    def __init__(self, rollups: Rollups, *, on: date) -> None:
        self.rollups = rollups
        self.on = on
        self._rows: dict[str, tuple[Sequence[Row], Sequence[Verdict]]] = {}

    def of(self, finding: Finding) -> Circumstances:
        """What surrounds a finding."""
        rows, verdicts = self._of_device(finding.device)
        seen = around.Seen(
            rows=rows, measures=measures_of(finding), verdicts=verdicts,
            versions={each.version for each in register.versions(finding.device) if each.registered_on},
        )  # fmt: skip
        told = around.circumstances(finding, seen, on=self.on)
        return msgspec.structs.replace(told, lately=self.lately(finding))

    def lately(self, finding: Finding) -> Lately | None:
        """The figure behind a finding over the last closed days; None for all devices at once."""
        what = measured(finding, measures_of(finding))
        if what is None or not finding.device or {*what.over, *what.under} - set(catalogue().measures):
            return None
        first = self.on - DAYS * ONE_DAY
        since = min(finding.baseline.first or first, first)
        by = ("bin",) if what.shape == "bins" else ()
        asked = where_of(finding, what) | {"since": since, "until": self.on}
        sums = {name: self.rollups.daily(name, by=by, **asked) for name in (*what.over, *what.under)}
        return lately(finding, what, days_of(what, sums), on=self.on)

    def _of_device(self, device: str) -> tuple[Sequence[Row], Sequence[Verdict]]:
        if not device:
            return (), ()
        if device not in self._rows:
            rows = read(self.rollups, around.READS.items(), device=device)
            self._rows[device] = rows, check_claims(self.rollups, device=device)
        return self._rows[device]


def measures_of(finding: Finding) -> Collection[str]:
    """The measures that a finding's detector reads."""
    return {measure for measure, _ in detector(finding.detector).READS}


def append_first(row: Signal, told: Told, seen: Surroundings, *, now: datetime) -> None:
    """The evidence with which a signal is filed."""
    _write(row, told, seen.of(told.finding), stands=True, now=now)


def append_evidence(row: Signal, told: Told | None, seen: Surroundings, *, now: datetime) -> str:
    """Append what a run says of a signal; without a finding, that it no longer stands.  Returns the fate.

    Why: a repeated word is not news, but while a signal waits the last days are measured again every week.
    """
    last = row.appended.order_by("-id").first()
    if last is None or last.day >= moscow_date(now):
        return "standing"
    before = finding_of(last.finding)
    stands = told is not None
    told = told or Told(before, last.episodes)
    is_news = last.stands != stands or last.digest != digest_of(told.finding)
    is_due = row.closed_on is None and stands and moscow_date(now) - last.day >= AGAIN
    if not (is_news or is_due):
        return "standing"
    _write(row, told, seen.of(told.finding), stands=stands, now=now)
    audit.record(
        "vigilance.signal.append", f"signal {row.pk}", by="house", because=told.finding.detector, now=now,
        rows=told.finding.rows_hash, stands=stands,
    )  # fmt: skip
    return "appended"


def _write(row: Signal, told: Told, around: Circumstances, *, stands: bool, now: datetime) -> None:
    finding = told.finding
    SignalEvidence.objects.create(
        signal=row, at=now, day=moscow_date(now), finding=msgspec.to_builtins(finding),
        circumstances=msgspec.to_builtins(around), digest=digest_of(finding), stands=stands,
        episodes=told.episodes,
    )  # fmt: skip
    words = [_word(each) for each in row.appended.order_by("id")]
    row.course, row.changed_at = course(words), now
    row.severity, row.strength = severity(finding), strength(finding)
    row.save(update_fields=["course", "changed_at", "severity", "strength"])
    _heed_growth(row, words, now=now)


def _heed_growth(row: Signal, words: Sequence[Word], *, now: datetime) -> None:
    """An archived signal that has grown beyond what was archived waits again."""
    if row.state != ARCHIVED:
        return
    put_off = row.moves.filter(to=ARCHIVED).order_by("-id").first()
    seen = row.appended.filter(at__lte=put_off.at).count() if put_off else 1
    if escalates(words[-1], since=words[max(seen, 1) - 1]):
        return_signal(row, because="evidence", now=now)


def _word(row: SignalEvidence) -> Word:
    told = msgspec.convert(row.circumstances, Circumstances)
    return word_of(finding_of(row.finding), stands=row.stands, episodes=row.episodes, lately=told.lately)


def digest_of(finding: Finding) -> str:
    """What a finding says, apart from how much journal it had seen: the same word twice is not news."""
    told = msgspec.structs.replace(finding, journal_size=None)
    return sha256(msgspec.json.encode(told, order="sorted")).hexdigest()
