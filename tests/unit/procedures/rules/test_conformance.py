# SPDX-License-Identifier: Apache-2.0
"""The conformance test: what passes it, what fails each check, and what only advises."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from nadzor.procedures.rules.conformance import conformance, words
from nadzor.procedures.rules.conformance_checks import CHECKS
from nadzor.procedures.rules.sandbox_stream import Arrived, Heard, version_tested
from nadzor_wire.event import Fault
from tests.unit.procedures.rules.streams import (
    AT,
    BUILD,
    ON,
    beats,
    correction,
    events,
    month,
    stream,
    study,
    verdict,
)


def test_a_stream_that_shows_everything_passes():
    """Every check that counts passed; the correction, which is advice, was not tried."""
    result = conformance(stream(), on=ON)
    assert result.passed
    assert [check.key for check in result.checks if check.verdict != "passed"] == ["correct"]


def test_every_check_has_its_words_and_every_word_its_check():
    """In one order, each resting on a norm, a page of ours or the form."""
    assert set(words()) == set(CHECKS)
    assert [check.key for check in conformance(stream(), on=ON).checks] == list(words())
    assert all(check.cite and check.do.ru and check.saw.en for check in conformance(stream(), on=ON).checks)


def test_an_empty_stream_fails_nothing_and_passes_nothing():
    """Every check says that it saw nothing; the test is not passed."""
    result = conformance(stream(batches=(), versions={}, repeats=0, month=None, events=()), on=ON)
    assert {check.verdict for check in result.checks} == {"unseen"}
    assert not result.passed


@pytest.mark.parametrize(
    "key, changes",
    [
        ("continuity", {"gaps": 1}),
        ("continuity", {"forks": 1}),
        ("wellformed", {"batches": (Arrived(0, 1),)}),
        ("wellformed", {"refused": {"batch.count-mismatch": 1}}),
        ("personal", {"refused": {"batch.personal-data": 1}}),
        ("clock", {"batches": (Arrived(0, 0, ("event.future-time",)),)}),
        ("version", {"versions": {"2.0": frozenset()}}),
        ("build", {"versions": {"1.0": frozenset({"b" * 64})}}),
        ("month", {"month": month(attempts=22)}),
        ("month", {"month": month(network=2)}),
    ],
)
def test_a_wrong_stream_fails_its_check_and_the_test(key, changes):
    """One fact is wrong: its check says so, and there is no certificate."""
    made = stream(**changes)
    assert verdict(key, made) == "failed"
    assert not conformance(made, on=ON).passed


@pytest.mark.parametrize(
    "key, left_out",
    [
        ("adverse_event", "AdverseEvent"),
        ("heartbeats", "Heartbeat"),
        ("studies", "Study"),
        ("results", "Study"),
    ],
)
def test_what_was_not_tried_was_not_seen(key, left_out):
    """Without events of a kind its check neither passes nor fails, and the test is not passed."""
    made = stream([event for event in events() if type(event).__name__ != left_out])
    assert verdict(key, made) == "unseen"
    assert not conformance(made, on=ON).passed


def test_studies_must_be_enough_and_some_must_fail():
    """Nineteen are too few; twenty that all worked say nothing of failures."""
    rest = [event for event in events() if type(event).__name__ != "Study"]
    assert verdict("studies", stream([*rest, *map(study, range(20))])) == "unseen"
    assert verdict("studies", stream([*rest, *map(study, range(18)), study(99, stage="input")])) == "unseen"
    assert verdict("studies", stream([*rest, *map(study, range(19)), study(99, stage="input")])) == "passed"


def test_a_study_sent_twice_counts_once():
    """Repeats are the sender's virtue, not evidence."""
    twice = [event for event in events() for _ in range(2)]
    assert verdict("month", stream(twice)) == "passed"
    rest = [event for event in events() if type(event).__name__ != "Study"]
    assert verdict("studies", stream([*rest, *[study(1), study(2, stage="input")] * 15])) == "unseen"


def test_slow_heartbeats_fail_and_a_single_gap_does_not():
    """The usual interval counts: a night without power is no fault of the software."""
    rest = [event for event in events() if type(event).__name__ != "Heartbeat"]
    assert verdict("heartbeats", stream([*rest, *beats(every_s=601)])) == "failed"
    assert verdict("heartbeats", stream([*rest, *beats(every_s=600)])) == "passed"
    night = msgspec.structs.replace(beats(5)[4], at=AT + timedelta(hours=9))
    assert verdict("heartbeats", stream([*rest, *beats(4), night])) == "passed"


def test_a_clinical_event_in_the_sandbox_fails():
    """Real studies do not belong there."""
    assert verdict("purpose", stream([*events(), study(50, purpose="clinical")])) == "failed"


def test_a_clock_that_is_far_off_fails():
    """Beyond what a signature bears."""
    rest = [event for event in events() if type(event).__name__ != "Heartbeat"]
    assert verdict("clock", stream([*rest, *beats(offset_ms=-300_001)])) == "failed"
    assert verdict("clock", stream([*rest, *beats(offset_ms=300_000)])) == "passed"


def test_an_outage_and_a_repeat_have_to_be_tried():
    """Events that never waited, and answers that never got lost, prove nothing."""
    assert verdict("outage", stream(late_s=59)) == "unseen"
    assert verdict("outage", stream(late_s=60)) == "passed"
    assert verdict("repeat", stream(repeats=0)) == "unseen"


def test_a_correction_takes_its_study_out_of_the_data_set():
    """And one of an event that is not there fails its check, which is advice."""
    gone = study(0)
    mended = stream([*events(), correction(gone)], month=month(attempts=22))
    assert (verdict("correct", mended), verdict("month", mended)) == ("passed", "passed")
    stray = stream([*events(), correction(study(77))])
    assert verdict("correct", stray) == "failed"
    assert conformance(stray, on=ON).passed


def test_what_only_the_press_says_never_fails_the_test():
    """Kinds of error and the form's fields are known from drafts: their checks advise."""
    kinds = dict.fromkeys(month().errors, 0) | {"output": 1}
    bare = msgspec.structs.replace(month(attempts=21), given=frozenset(), errors=kinds)
    plain = [
        event for event in events() if not isinstance(event, Fault) and not getattr(event, "failure", None)
    ]
    result = conformance(stream([*plain, study(50, stage="output")], month=bare), on=ON)
    advice = {check.key: check.verdict for check in result.checks if check.advice}
    assert (advice["failures"], advice["fields"], result.passed) == ("unseen", "unseen", True)


def test_without_an_edition_in_force_nothing_is_asked_of_the_form():
    """The order lapsed: what rested on it advises and says so."""
    later = date(2028, 6, 1)
    checks = {check.key: check for check in conformance(stream(form=None, month=None), on=later).checks}
    assert (checks["fields"].advice, checks["fields"].cite, checks["fields"].verdict) == (True, "—", "unseen")


def test_the_digest_names_stream_and_result():
    """The same stream gives the same digest; other batches or another verdict another one."""
    first = conformance(stream(), on=ON).digest
    assert conformance(stream(), on=ON).digest == first
    assert conformance(stream(batches=(Arrived(1, 0),)), on=ON).digest != first
    assert conformance(stream(gaps=1), on=ON).digest != first


def test_the_version_tested_is_the_one_most_studies_came_from():
    """A stray study of another version does not name the certificate."""
    assert version_tested(stream([*events(), study(60, version="0.9")])) == "1.0"
    assert version_tested(stream(events=(Heard(beats()[0], AT),))) == ""
    assert BUILD in stream().versions["1.0"]
