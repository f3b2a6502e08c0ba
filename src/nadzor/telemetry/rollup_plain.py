# SPDX-License-Identifier: Apache-2.0
"""The rollup in plain Python: slow, obvious, and the judge of every fast engine.

Method: for each date, count everything that stood at the end of that date; a row is the difference between
two such dates.  Nothing here knows how the lake is cut, joined or grouped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

from nadzor.base.clock import moscow_date
from nadzor.journal.bodies import Shredded
from nadzor.measures.bins import Bins, bin_of
from nadzor.measures.catalogue import catalogue
from nadzor.measures.rollup import ALL, NO_BIN, Row, add_up, column_bytes
from nadzor.telemetry import line as said
from nadzor.telemetry.columns import first_problem, hour_of
from nadzor.telemetry.sealing import GROUPS
from nadzor.telemetry.stored import StoredBatch, rejections
from nadzor_wire.batch import split_lines


class Heard(NamedTuple):
    """A line of the journal that counts, and where it came from.  `until` is the date it was taken back."""

    line: said.Line
    batch: StoredBatch
    known: date
    until: date = date.max

    def stands(self, day: date) -> bool:
        """Whether it was known and not taken back at the end of a day."""
        return self.known <= day < self.until


class Count(NamedTuple):
    """One cell, as seen from one date: a row without `known` and `n`."""

    day: date
    device: str
    version: str
    build: str
    site: str
    installation: str
    dimension: str
    stratum: str
    measure: str
    finding: str = ""
    bin: int = NO_BIN


class Told(NamedTuple):
    """A reading, or a person, on one finding of one study."""

    by: Heard
    finding: said.Finding | said.Presence


def roll_up_plain(batches: Iterable[StoredBatch], *, bins: Bins) -> list[Row]:
    """Every row of the rollup of a journal, in canonical order."""
    journal = list(batches)
    heard, repeats = _heard(journal)
    rows: list[Row] = []
    before: Counter[Count] = Counter()
    for known in sorted({moscow_date(batch.received_at) for batch in journal}):
        after = _counts(heard, known, bins)
        after.update(_intake(journal, repeats, known))
        for cell in after.keys() | before.keys():
            n = after[cell] - before[cell]
            rows.append(Row(cell.day, known, *cell[1:], n))
        before = after
    return add_up(rows)


def plain_digest(rows: Iterable[Row]) -> str:
    """The digest of a rollup, from its rows alone."""
    lines = []
    for known, some in groupby(sorted(add_up(rows), key=lambda row: row.known), key=lambda row: row.known):
        told = list(some)
        seal = sha256()
        for names in GROUPS:
            seal.update(column_bytes(["\t".join(getattr(row, name) for name in names) for row in told]))
        for name in ("day", "bin", "n"):
            seal.update(column_bytes([getattr(row, name) for row in told], wide=name == "n"))
        lines.append(f"{known}\t{len(told)}\t{seal.hexdigest()}\n")
    return sha256("".join(lines).encode()).hexdigest()


def _heard(journal: list[StoredBatch]) -> tuple[list[Heard], Counter[int]]:
    """Lines that count, the first of each id; and how many repeats each batch held."""
    seen: dict[tuple[str, str], Heard] = {}
    repeats: Counter[int] = Counter()
    for batch in journal:
        for line in _accepted(batch):
            key = (batch.installation, line.id)
            if key in seen:
                repeats[batch.index] += 1
            else:
                seen[key] = Heard(line, batch, moscow_date(batch.received_at))
    clinical = {key: heard for key, heard in seen.items() if heard.line.purpose == "clinical"}
    taken = _taken_back(clinical)
    return [heard._replace(until=_until(heard, taken.get(key))) for key, heard in clinical.items()], repeats


def _accepted(batch: StoredBatch) -> list[said.Line]:
    refused = rejections(batch)
    try:
        lines = split_lines(batch.body())
    except Shredded:
        return []
    return [said.read_line(raw) for offset, raw in enumerate(lines) if offset not in refused]


def _taken_back(clinical: dict[tuple[str, str], Heard]) -> dict[tuple[str, str], date]:
    """The first date on which a correction of an event was known, by the event's installation and id."""
    taken: dict[tuple[str, str], date] = {}
    for (installation, _), heard in clinical.items():
        if isinstance(heard.line, said.Correct):
            key = (installation, heard.line.corrects)
            taken[key] = min(heard.known, taken.get(key, date.max))
    return taken


def _until(heard: Heard, taken: date | None) -> date:
    """When an event ceased to stand; a correction itself cannot be taken back."""
    if taken is None or isinstance(heard.line, said.Correct):
        return date.max
    return max(heard.known, taken)


def _counts(heard: list[Heard], on: date, bins: Bins) -> Counter[Count]:
    standing = [h for h in heard if h.stands(on)]
    readings = _readings(standing)
    counts: Counter[Count] = Counter()
    for h in standing:
        counts.update(_own(h, bins))
        if isinstance(h.line, said.Lost):
            counts.update(dict.fromkeys(_own(h, bins), h.line.last - h.line.first))
        if isinstance(h.line, said.Review):
            counts.update(_agreement(h, readings))
            counts.update(_signed(h, readings))
    for label in _labels(standing):
        counts.update(_label(label, readings))
    return counts


def _readings(standing: list[Heard]) -> dict[tuple[str, str], list[Heard]]:
    """By installation and study, the last standing report of each version."""
    last: dict[tuple[str, str, str], Heard] = {}
    for h in standing:
        if isinstance(h.line, said.Study):
            last[h.batch.installation, h.line.study, h.line.version] = h
    readings: dict[tuple[str, str], list[Heard]] = {}
    for (installation, study, _), h in last.items():
        readings.setdefault((installation, study), []).append(h)
    return readings


def _labels(standing: list[Heard]) -> list[Told]:
    """The last standing statement on each finding of each study."""
    last: dict[tuple[str, str, str], Told] = {}
    for h in standing:
        if isinstance(h.line, said.Truth):
            for finding in h.line.findings:
                last[h.batch.installation, h.line.study, finding.code] = Told(h, finding)
    return list(last.values())


def _own(h: Heard, bins: Bins) -> Iterator[Count]:
    """What an event counts for by itself."""
    match h.line:
        case said.Study():
            yield from _study(h, h.line)
            for finding in h.line.findings:
                yield from _finding(h, h.line, finding, bins)
        case said.Review():
            yield from _split(h, "reviews", verdict=h.line.verdict)
            if h.line.verdict == "not_reviewed":
                yield _cell(h, "not_reviewed")
            yield _unsited(h, "reading_time", ("reading_time", h.line.reading_time))
        case _:
            yield from _life(h)


def _study(h: Heard, study: said.Study) -> Iterator[Count]:
    split = {"modality": study.modality, "age_band": study.age_band, "sex": study.sex}
    yield from _split(h, "studies", equipment=study.equipment, **split)
    if study.failure:
        yield from _split(h, "failed", stage=study.failure.stage, equipment=study.equipment)
    else:
        yield _cell(h, study.outcome)
    if study.duration_ms is not None:
        yield _cell(h, "duration", bin=_fixed("duration", study.duration_ms))
    yield _cell(h, "delay", bin=_fixed("delay", (h.batch.received_at - study.at) // timedelta(seconds=1)))


def _finding(h: Heard, study: said.Study, finding: said.Finding, bins: Bins) -> Iterator[Count]:
    measures = [] if finding.positive is None else ["decided", "positives"][: 1 + finding.positive]
    for measure in measures:
        yield from _split(h, measure, finding=finding.code, equipment=study.equipment)
        yield _unsited(h, measure, ("age_band", study.age_band), finding.code)
        yield _unsited(h, measure, ("sex", study.sex), finding.code)
    if finding.score is None:
        return
    yield _cell(h, "scored", finding=finding.code)
    edges = bins.get((h.batch.device, finding.code))
    if edges is not None:
        place = (finding.code, bin_of(edges, finding.score))
        yield _unsited(h, "scores", (ALL, ""), *place)
        yield _unsited(h, "scores", ("equipment", study.equipment), *place)


def _life(h: Heard) -> Iterator[Count]:
    match h.line:
        case said.Fault():
            yield from _split(h, "faults", stage=h.line.stage, severity=h.line.severity)
        case said.Heartbeat():
            yield _cell(h, "heartbeats")
            yield _cell(h, "skew", bin=_fixed("skew", h.line.clock_offset_ms))
        case said.Change():
            yield _cell(h, "changes")
        case said.AdverseEvent():
            problem = first_problem(h.line.problem_codes)
            yield from _split(h, "adverse_events", event_type=h.line.event_type, problem=problem)
        case said.Correct():
            yield from _split(h, "corrected", reason=h.line.reason)
        case said.Withheld() | said.Lost():
            for cell in _split(h, said.KIND[type(h.line)], code=h.line.code):
                yield cell._replace(day=h.known)


def _agreement(h: Heard, readings: dict[tuple[str, str], list[Heard]]) -> Iterator[Count]:
    assert isinstance(h.line, said.Review)
    for seen in h.line.findings:
        for reading, found in _readings_of(readings, h, h.line.study, seen.code):
            if found.positive is None:
                continue
            measure = "agree" if found.positive == seen.present else "disagree"
            cells = _by_people(reading, measure, found, _equipment(reading))
            yield from (cell._replace(day=h.line.study_day) for cell in cells)


def _signed(h: Heard, readings: dict[tuple[str, str], list[Heard]]) -> Iterator[Count]:
    """How many hours after its reading a study was reviewed."""
    assert isinstance(h.line, said.Review)
    for reading in readings.get((h.batch.installation, h.line.study), []):
        bin = _fixed("time_to_sign", hour_of(h.line.at) - hour_of(reading.line.at))
        yield _unsited(reading, "time_to_sign", (ALL, ""), bin=bin)._replace(day=h.line.study_day)


def _equipment(reading: Heard) -> dict[str, str]:
    assert isinstance(reading.line, said.Study)
    return {"equipment": reading.line.equipment}


def _by_people(reading: Heard, measure: str, found: said.Finding, split: dict[str, str]) -> Iterator[Count]:
    """One judgement, whole and split; by age and sex without the site."""
    assert isinstance(reading.line, said.Study)
    yield from _split(reading, measure, finding=found.code, **split)
    yield _unsited(reading, measure, ("age_band", reading.line.age_band), found.code)
    yield _unsited(reading, measure, ("sex", reading.line.sex), found.code)


def _label(label: Told, readings: dict[tuple[str, str], list[Heard]]) -> Iterator[Count]:
    truth, seen = label.by.line, label.finding
    assert isinstance(truth, said.Truth)
    assert isinstance(seen, said.Presence)
    day = truth.study_day
    for cell in _split(label.by, "labels", finding=seen.code, selection=truth.selection, source=truth.source):
        yield cell._replace(day=day)
    for reading, found in _readings_of(readings, label.by, truth.study, seen.code):
        for cell in _judged(reading, found, seen.present, truth.selection):
            yield cell._replace(day=day)


def _judged(reading: Heard, found: said.Finding, present: bool, selection: str) -> Iterator[Count]:
    if found.positive is not None:
        measure = {(1, 1): "tp", (1, 0): "fn", (0, 1): "fp", (0, 0): "tn"}[present, found.positive]
        yield from _by_people(reading, measure, found, {"selection": selection})
    if found.score is not None:
        measure = "score_present" if present else "score_absent"
        yield _unsited(reading, measure, (ALL, ""), found.code, found.score)
        yield _unsited(reading, measure, ("selection", selection), found.code, found.score)


def _readings_of(
    readings: dict[tuple[str, str], list[Heard]], h: Heard, study: str, code: str
) -> Iterator[tuple[Heard, said.Finding]]:
    for reading in readings.get((h.batch.installation, study), []):
        assert isinstance(reading.line, said.Study)
        yield from ((reading, finding) for finding in reading.line.findings if finding.code == code)


def _intake(journal: list[StoredBatch], repeats: Counter[int], on: date) -> Counter[Count]:
    counts: Counter[Count] = Counter()
    reached: Counter[bytes] = Counter()
    for batch in journal:
        known, last = moscow_date(batch.received_at), reached[batch.stream]
        reached[batch.stream] = max(last, batch.last)
        if known > on:
            continue
        place = (known, batch.device, "", "", batch.site, batch.installation)
        refused = rejections(batch)
        counts[Count(*place, ALL, "", "accepted")] += len(_accepted(batch)) - repeats[batch.index]
        counts[Count(*place, ALL, "", "duplicates")] += repeats[batch.index]
        counts[Count(*place, ALL, "", "rejected")] += len(refused)
        for code in refused.values():
            counts[Count(*place, "code", code, "rejected")] += 1
        counts[Count(*place, ALL, "", "gaps")] += _missing(batch, last)
    return counts


def _missing(batch: StoredBatch, reached: int) -> int:
    """Numbers that a batch shows to be missing, or brings back."""
    if batch.first > reached:
        return batch.first - reached - 1
    return -(batch.last - batch.first + 1)


def _split(h: Heard, measure: str, finding: str = "", **split: str) -> Iterator[Count]:
    yield _cell(h, measure, finding=finding)
    for dimension, stratum in split.items():
        yield _cell(h, measure, finding=finding)._replace(dimension=dimension, stratum=stratum)


def _cell(h: Heard, measure: str, *, finding: str = "", bin: int = NO_BIN) -> Count:
    version, build = _software(h.line)
    batch = h.batch
    place = (h.line.at.date(), batch.device, version, build, batch.site, batch.installation)
    return Count(*place, ALL, "", measure, finding, bin)


def _unsited(h: Heard, measure: str, split: tuple[str, str], finding: str = "", bin: int = NO_BIN) -> Count:
    cell = _cell(h, measure, finding=finding, bin=bin)
    return cell._replace(build="", site="", installation="", dimension=split[0], stratum=split[1])


def _software(line: said.Line) -> tuple[str, str]:
    version = getattr(line, "to_version", None) or getattr(line, "version", None)
    return version or "", getattr(line, "build", "")


def _fixed(bins: str, value: int) -> int:
    return bin_of(catalogue().edges(bins), value)
