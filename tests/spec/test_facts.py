# SPDX-License-Identifier: Apache-2.0
"""Every fact of the law as a table: number, value, how surely known, when it ends, what contradicts it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest

from nadzor.law.conflict import bodies, conflicts, holes
from nadzor.law.lapse import lapses
from nadzor.law.load import acts, norm, norms, resolve
from nadzor.law.norm import NormMissing

TODAY = date(2026, 11, 22)

NUMBERS = """
L 1-21
R 1-21 30-37 40-51 60-72 80-82 90-102 110-121 130-132 140-144 150-157 190-192
T 1-29
F 1-6
"""

LIMITS = """
fact   | key                                   | value | unit         | status     | act
T-01   | registration.completeness_check       | 5     | working_day  | seed       | decree-1684
T-02   | registration.start_decision           | 3     | working_day  | seed       | decree-1684
T-03   | registration.cure                     | 30    | calendar_day | seed       | decree-1684
T-04   | expertise.conclusion                  | 10    | working_day  | seed       | decree-1684
T-05   | expertise.dispatch                    | 10    | working_day  | seed       | decree-1684
T-06   | objections.filing                     | 10    | working_day  | seed       | decree-1684
T-07   | objections.consideration              | 30    | working_day  | seed       | decree-1684
T-08   | registration.simplified_limit         | 31    | working_day  | seed       | decree-1684
T-09   | accelerated.expertise                 | 25    | working_day  | seed       | decree-1684
T-10   | accelerated.correction                | 35    | working_day  | seed       | decree-1684
T-11   | accelerated.decision                  | 10    | working_day  | seed       | decree-1684
T-12   | trials.technical                      | 30    | working_day  | seed       | order-885n
T-13   | trials.preliminary_analysis           | 10    | working_day  | seed       | order-885n
T-14   | trials.ais_entry                      | 3     | working_day  | seed       | order-885n
T-15   | registration.version_amendment        | 5     | working_day  | seed       | decree-1684
T-16   | amendment.expert_question             | 2     | working_day  | read       | decree-1684
T-18   | monitoring.report                     | 02-01 | date         | seed       | order-1113n
T-19   | vigilance.message                     | 20    | working_day  | reported   | order-1113n
T-20   | vigilance.report.public_health_threat | 2     | calendar_day | reported   | order-1113n
T-21   | vigilance.report.death                | 10    | calendar_day | reported   | order-1113n
T-22   | vigilance.report.other                | 30    | calendar_day | reported   | order-1113n
T-23   | telemetry.report_period               | month | period       | unverified | order-4472
T-24   | amendment.without_expertise           | 10    | working_day  | reported   | draft-regulation
T-25   | amendment.with_expertise              | 36    | working_day  | reported   | draft-regulation
T-26.1 | leak.first_notice                     | 24    | hour         | reported   | federal-law-152
T-26.2 | leak.inquiry_result                   | 72    | hour         | reported   | federal-law-152
T-27.1 | incident.significant_object           | 3     | hour         | unverified | federal-law-187
T-27.2 | incident.other_object                 | 24    | hour         | unverified | federal-law-187
T-28.1 | protection.kzi_recompute              | 6     | month        | reported   | order-fstec-117
T-28.2 | protection.maturity_recompute         | 24    | month        | reported   | order-fstec-117
T-28.3 | protection.fstec_report               | 5     | working_day  | reported   | order-fstec-117
T-29   | protection.critical_vulnerability     | 24    | hour         | reported   | order-fstec-117
"""

STATUSES = """
fact    | status
L-01    | seed
L-02    | seed
L-02.1  | reported
L-03    | unverified
L-04    | reported
L-05    | unverified
L-08    | seed
L-11    | reported
L-12    | seed
L-13    | seed
L-18    | read
L-19    | reported
L-21    | reported
R-001   | seed
R-006   | seed
R-007   | seed
R-007a  | unverified
R-012   | seed
R-033   | seed
R-036   | unverified
R-037   | reported
R-042   | seed
R-044   | seed
R-049   | reported
R-050   | read
R-051   | reported
R-062   | read
R-063   | seed
R-067   | reported
R-070   | seed
R-072   | seed
R-082   | reported
R-094   | reported
R-100   | seed
R-111   | seed
R-112   | read
R-115   | read
R-118   | read
R-120   | house
R-121   | reported
R-130   | reported
R-141.1 | seed
R-143   | reported
R-152   | house
R-157   | house
R-190   | reported
R-191   | read
"""

DUTIES = """
fact   | roubles | status
F-01   | 11000   | seed
F-02.1 | 72000   | seed
F-02.2a| 104000  | seed
F-02.2b| 136000  | seed
F-02.3 | 184000  | seed
F-04   | 2500    | reported
F-06   | 2500    | unverified
"""

ENDS = """
fact   | last day
L-02   | 2028-12-31
L-02.1 | 2027-12-31
L-04   | 2028-12-31
L-05   | 2027-12-31
L-07   | 2031-08-31
L-08   | 2026-12-31
L-09   | 2027-08-31
L-12   | 2026-12-31
L-13   | 2026-12-31
L-21   | 2028-12-31
T-01   | 2028-12-31
T-12   | 2026-12-31
T-15   | 2028-12-31
T-18   | 2026-12-31
T-19   | 2026-12-31
T-22   | 2026-12-31
T-23   | 2027-12-31
"""

LISTS = """
fact  | keys
R-001 | prevention diagnosis treatment rehabilitation monitoring research anatomy pregnancy
R-007 | formulas unit_conversion statistics display deviation_signal forms
R-008 | model_viewer stroke diagnosis morphometry pacs
R-030 | 1 2a 2b 3
R-063 | ai transmission
R-070 | goals methods statistics population criteria sample_size comparison_groups
R-100 | a b c d e
R-111 | numbering_only purpose_unaffected transmission
R-118 | purpose models maker_and_site
R-130 | application court threat unreliable not_device
R-157 | declared access_granted connected test_passed transmitting eligible
"""


def rows(table: str) -> list[list[str]]:
    """The cells of a table without its heading."""
    return [[cell.strip() for cell in row.split("|")] for row in table.strip().split("\n")[1:]]


def expected() -> set[str]:
    """Every stem the facts must have, R-007a among them."""
    found = {"R-007a"}
    for row in NUMBERS.strip().split("\n"):
        letter, *spans = row.split()
        for first, last in (map(int, span.split("-")) for span in spans):
            found |= {number(letter, each) for each in range(first, last + 1)}
    return found


def number(letter: str, count: int) -> str:
    """A fact's number as the files write it: R-007, but T-07."""
    return f"{letter}-{count:0{3 if letter == 'R' else 2}}"


def texts(value: Any) -> Iterator[tuple[str, str]]:
    """Every pair of sentences in both languages, however deep."""
    if isinstance(value, dict):
        if {"ru", "en"} <= set(value):
            yield value["ru"], value["en"]
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from texts(each)


def test_every_fact_is_there_once() -> None:
    """Each number is one norm or a family with distinct parts; none is missing and none was invented."""
    families = defaultdict(list)
    for _, entry in norms().values():
        if entry.fact:
            stem, _, part = entry.fact.partition(".")
            families[stem].append(part)
    assert set(families) == expected()
    assert all(len(set(parts)) == len(parts) for parts in families.values())


@pytest.mark.parametrize("row", rows(LIMITS), ids=lambda row: row[0])
def test_each_limit(row: list[str]) -> None:
    """Each limit has its key, number, unit, standing and act, and says who, since when and what if not."""
    fact, key, value, unit, status, act = row
    found = norm(fact, TODAY)
    assert [found.key, str(found.value), found.unit, found.status, found.act] == [
        key,
        value,
        unit,
        status,
        act,
    ]
    assert found.term is not None
    assert resolve(fact) == (key,)


def test_an_unread_limit_is_never_guessed() -> None:
    """The number of days for answering the expert could not be read: there is a hole, and no date."""
    with pytest.raises(NormMissing) as missing:
        norm("T-17", TODAY)
    assert (missing.value.key, norms()["amendment.question_answer"][1].values) == (
        "amendment.question_answer",
        (),
    )
    assert "оборванном" in missing.value.why.ru


@pytest.mark.parametrize("row", rows(STATUSES), ids=lambda row: row[0])
def test_each_status(row: list[str]) -> None:
    """A fact is marked as surely known as its source allows, today."""
    fact, status = row
    assert norm(fact, TODAY).status == status


@pytest.mark.parametrize("row", rows(DUTIES), ids=lambda row: row[0])
def test_each_duty(row: list[str]) -> None:
    """Each duty is an amount in roubles with its standing."""
    fact, roubles, status = row
    found = norm(fact, TODAY)
    assert (found.number, found.unit, found.status) == (int(roubles), "roubles", status)


def test_software_with_ai_pays_195000() -> None:
    """Certificate and class 3 expertise make 195 000 roubles together."""
    assert norm("F-01", TODAY).number + norm("F-02.3", TODAY).number == 195_000


def test_a_disputed_duty_has_no_amount() -> None:
    """Sources contradict each other on amendment expertise: no amount is chosen, every variant is told."""
    for part, amounts in {"1": "32 72", "2a": "48 104", "2b": "64 136", "3": "88 184"}.items():
        with pytest.raises(NormMissing) as missing:
            norm(f"F-05.{part}", TODAY)
        assert all(f"{amount} 000" in missing.value.why.en for amount in amounts.split())
    assert [item.key for item in norm("F-05.variants", TODAY).items] == ["old", "raised", "agency"]


def test_an_older_duty_is_found_by_its_day() -> None:
    """Before 2022 an amendment cost 1 500 roubles."""
    assert norm("F-04", date(2021, 12, 31)).number == 1500


@pytest.mark.parametrize("row", rows(ENDS), ids=lambda row: row[0])
def test_each_end(row: list[str]) -> None:
    """The last day a norm applies, and that the next day has none."""
    fact, last = row[0], date.fromisoformat(row[1])
    following = norm(fact, last).until
    assert following is not None
    assert (following - last).days == 1
    with pytest.raises(NormMissing):
        norm(fact, following)


def test_what_lapses_next() -> None:
    """Two months ahead, 885n, 980n and 1113n are warned of; only 885n has a known successor."""
    ahead = {lapse.act: lapse for lapse in lapses(TODAY) if lapse.state == "ahead"}
    assert set(ahead) == {"order-885n", "order-980n", "order-1113n"}
    assert {lapse.until for lapse in ahead.values()} == {date(2027, 1, 1)}
    assert {act for act, lapse in ahead.items() if lapse.successor} == {"order-885n"}


def test_what_was_filed_finishes_under_885n() -> None:
    """A case filed under Order 885n keeps its terms after the order ends; a new one gets none."""
    late = date(2027, 2, 1)
    assert norm("T-12", late, filed=date(2026, 12, 1)).number == 30
    with pytest.raises(NormMissing):
        norm("T-12", late)


def test_a_ground_starts_later_than_its_act() -> None:
    """The cancellation ground of item "e" is there from September 2025 on, the others from the start."""
    early, late = (norm("R-130", day).items for day in (date(2025, 8, 31), date(2025, 9, 1)))
    assert late[: len(early)] == early
    assert [item.key for item in late[len(early) :]] == ["not_device"]


@pytest.mark.parametrize("row", rows(LISTS), ids=lambda row: row[0])
def test_each_list(row: list[str]) -> None:
    """The items of a list that code names, in order."""
    fact, keys = row
    assert [item.key for item in norm(fact, TODAY).items] == keys.split()


def test_conflicts_point_both_ways() -> None:
    """X1 to X12 name known facts, each of those norms names its conflict, and no other norm does."""
    assert list(conflicts()) == [f"X{count}" for count in range(1, 13)]
    told = {(key, fact) for key, conflict in conflicts().items() for fact in conflict.facts}
    assert all(resolve(fact) for _, fact in told)
    assert told == {(key, entry.fact) for _, entry in norms().values() for key in entry.conflicts}


def test_holes_name_known_facts() -> None:
    """Each of the thirteen holes names at least one fact, and only facts that exist."""
    assert len(holes()) == 13
    assert all(hole.facts and all(resolve(fact) for fact in hole.facts) for hole in holes())


def test_bodies_are_cited() -> None:
    """Expertise and inspection belong to two institutes; a class of bodies says how to tell a member."""
    assert {body.code for body in bodies() if "expertise" in body.may} == {"nik", "vniiimt"}
    assert {body.code for body in bodies() if "inspection" in body.may} == {"nik", "vniiimt"}
    assert {body.code for body in bodies() if "accelerated_trial" in body.may} == {"moscow-centre"}
    assert {body.code for body in bodies() if body.rule} == {"accredited-laboratory", "listed-clinic"}
    assert all(body.cite and body.status == "seed" for body in bodies())


def test_both_languages_everywhere() -> None:
    """Every Russian text is in Cyrillic letters and no English one is, in every file of the law."""
    told = msgspec.to_builtins([acts(), conflicts(), holes(), bodies()])
    wrong = [
        pair for pair in texts(told) if not re.search("[а-яё]", pair[0]) or re.search("[А-Яа-яЁё]", pair[1])
    ]
    assert wrong == []


def test_every_value_is_cited() -> None:
    """No value without a citation, no hole without a reason, no norm without a question."""
    for key, (_, entry) in norms().items():
        assert entry.values or entry.hole, key
        assert all(value.cite.strip() for value in entry.values), key
        assert entry.what.ru.strip() and entry.what.en.strip(), key


def test_assumptions_are_switches_and_unverified() -> None:
    """What stops a clock is nowhere confirmed: four switches, on, each unverified and explained."""
    fourth = "switch.monitoring_fourth_report"  # asks whether a report is owed and stops no clock: it is off
    assert (norm(fourth, TODAY).value, norm(fourth, TODAY).status) == (0, "unverified")
    stays = "retention."  # what is kept stops no clock
    switches = {key for key, (_, entry) in norms().items() if entry.unit == "switch"} - {fourth}
    switches = {key for key in switches if not key.startswith(stays)}
    stems = "cure_stops_clock objections_pause_limit query_pauses_limit standing_still_stops_clock"
    assert switches == {f"switch.{stem}" for stem in stems.split()}
    for key in switches:
        assert (norm(key, TODAY).value, norm(key, TODAY).status) == (1, "unverified")
        assert norm(key, TODAY).note is not None
