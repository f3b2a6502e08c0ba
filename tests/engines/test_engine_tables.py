# SPDX-License-Identifier: Apache-2.0
"""What a day adds up to, as tables that every engine must give."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from nadzor.measures.bins import Bins
from nadzor.measures.catalogue import Text, catalogue
from nadzor.measures.rollup import Row
from tests.engines.engine import ENGINES
from tests.engines.pipe_table import journal, shown, table
from tests.engines.twin import TwinJournal

BINS: Bins = {("ai-001", "edema"): [5000, 5040]}
DAY, FIFTH = date(2026, 10, 1), date(2026, 10, 5)
HEAD = "known | kind | study | positive | score | present"
Engine = Callable[[TwinJournal, Bins], list[Row]]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    return ENGINES[request.param]


def test_studies_and_their_outcomes(engine: Engine) -> None:
    """A study counts once by its outcome, on the day written in it, known on the day of receipt."""
    rows = engine(
        journal("""
            known | day | kind  | study | outcome   | stage
            02    | 1   | study | a     | processed |
            02    | 1   | study | b     | failed    | network
            03    | 1   | study | c     | failed    | output
        """),
        BINS,
    )
    assert shown(rows, "day | known | measure | n", measure="studies", dimension="all") == table("""
        day | known | measure | n
        01  | 02    | studies | 2
        01  | 03    | studies | 1
    """)
    assert shown(rows, "known | stratum | n", measure="failed", dimension="stage") == table("""
        known | stratum | n
        02    | network | 1
        03    | output  | 1
    """)


def test_only_clinical_events_count(engine: Engine) -> None:
    """Tests and phantoms are received but not counted."""
    rows = engine(
        journal("""
            known | kind  | study | purpose
            02    | study | a     | clinical
            02    | study | b     | test
            02    | study | c     | phantom
        """),
        BINS,
    )
    assert shown(rows, "measure | n", measure="studies", dimension="all") == [
        {"measure": "studies", "n": "1"}
    ]
    assert shown(rows, "measure | n", measure="accepted") == [{"measure": "accepted", "n": "3"}]


def test_value_on_a_bin_edge_belongs_to_the_bin_it_starts(engine: Engine) -> None:
    """Edges 5000 and 5040 make three bins; a value on an edge is in the bin that starts there."""
    rows = engine(
        journal("""
            known | kind  | study | score
            02    | study | a     | 4999
            02    | study | b     | 5000
            02    | study | c     | 5039
            02    | study | d     | 5040
            02    | study | e     | 10000
        """),
        BINS,
    )
    assert shown(rows, "bin | n", measure="scores", dimension="all") == table("""
        bin | n
        0   | 1
        1   | 2
        2   | 2
    """)
    assert {row.site for row in rows if row.measure == "scores"} == {""}


def test_scores_without_registered_bins_have_no_histogram(engine: Engine) -> None:
    """No registered edges, no histogram; how many were scored is still said."""
    rows = engine(journal("known | kind | study | score\n02 | study | a | 7"), {})
    assert shown(rows, "measure | n", measure="scores") == []
    assert shown(rows, "measure | n", measure="scored") == [{"measure": "scored", "n": "1"}]


@pytest.mark.parametrize(("duration", "bin"), [("99", "0"), ("100", "1"), ("599999", "10"), ("600000", "11")])
def test_durations_on_edges(engine: Engine, duration: str, bin: str) -> None:
    """The fixed bins of a duration start at their edges too."""
    rows = engine(journal(f"known | kind | study | duration\n02 | study | a | {duration}"), BINS)
    assert shown(rows, "bin | n", measure="duration") == [{"bin": bin, "n": "1"}]


@pytest.mark.parametrize(("offset", "bin"), [("-1001", "3"), ("-1000", "4"), ("1000", "4"), ("1001", "5")])
def test_clock_offsets_on_edges(engine: Engine, offset: str, bin: str) -> None:
    """A clock within a second is in the middle bin, on both sides."""
    rows = engine(journal(f"known | kind | offset\n02 | heartbeat | {offset}"), BINS)
    assert shown(rows, "bin | n", measure="skew") == [{"bin": bin, "n": "1"}]


@pytest.mark.parametrize(
    ("positive", "present", "measure"),
    [("1", "1", "tp"), ("1", "0", "fp"), ("0", "1", "fn"), ("0", "0", "tn")],
)
def test_a_label_and_a_study_meet_once_both_are_known(
    engine: Engine, positive: str, present: str, measure: str
) -> None:
    """Decision and truth are added on the study's day, known on the later of both dates."""
    study = f"02 | study | a | {positive} | 7000 |"
    late = engine(journal(f"{HEAD}\n{study}\n09 | truth | a | | | {present}"), BINS)
    early = engine(
        journal(f"{HEAD}\n02 | truth | a | | | {present}\n09 | study | a | {positive} | 7000 |"), BINS
    )
    expected = [{"day": "01", "known": "09", "n": "1"}]
    assert shown(late, "day | known | n", measure=measure, dimension="all") == expected
    assert shown(early, "day | known | n", measure=measure, dimension="all") == expected
    assert {row.measure for row in late} & {"tp", "fp", "fn", "tn"} == {measure}


def test_a_finding_without_decision_still_gives_its_labelled_score(engine: Engine) -> None:
    """No decision, no true or false positive; the integer score is kept all the same."""
    rows = engine(journal(f"{HEAD}\n02 | study | a | | 5021 |\n03 | truth | a | | | 1"), BINS)
    assert not {row.measure for row in rows} & {"tp", "fp", "fn", "tn", "decided"}
    assert shown(rows, "known | bin | n", measure="score_present", dimension="all") == [
        {"known": "03", "bin": "5021", "n": "1"}
    ]


def test_a_later_label_supersedes(engine: Engine) -> None:
    """The second statement on a finding takes the first one back on its own date."""
    rows = engine(
        journal("""
            known | kind  | study | positive | present
            02    | study | a     | 1        |
            03    | truth | a     |          | 1
            05    | truth | a     |          | 0
        """),
        BINS,
    )
    judged = [row for row in rows if row.measure in {"labels", "tp", "fp", "fn", "tn"}]
    assert shown(judged, "known | measure | n", dimension="all", day=DAY) == table("""
        known | measure | n
        03    | labels  | 1
        03    | tp      | 1
        05    | fp      | 1
        05    | tp      | -1
    """)


def test_a_correction_takes_back_everything_an_event_said(engine: Engine) -> None:
    """Minus one on the correction's date for the study, its findings, its label and its agreement."""
    rows = engine(
        journal("""
            known | kind    | id | study | positive | score | present | corrects
            02    | study   | s  | a     | 1        | 5000  |         |
            03    | truth   |    | a     |          |       | 1       |
            03    | review  |    | a     |          |       | 0       |
            06    | correct |    |       |          |       |         | s
        """),
        BINS,
    )
    taken = {
        "studies",
        "processed",
        "delay",
        "decided",
        "positives",
        "scored",
        "scores",
        "tp",
        "disagree",
        "score_present",
        "time_to_sign",
    }
    assert {row.measure for row in rows if row.known.day == 6 and row.n < 0} == taken
    assert shown(rows, "measure | n", measure="corrected", dimension="all") == [
        {"measure": "corrected", "n": "1"}
    ]
    assert all(sum(row.n for row in rows if row.measure == measure) == 0 for measure in taken)


def test_a_corrected_label_lets_the_earlier_one_stand_again(engine: Engine) -> None:
    """Taking back the superseding statement restores what it had superseded."""
    rows = engine(
        journal("""
            known | kind    | id | study | positive | present | corrects
            02    | study   |    | a     | 1        |         |
            03    | truth   |    | a     |          | 1       |
            05    | truth   | t  | a     |          | 0       |
            08    | correct |    |       |          |         | t
        """),
        BINS,
    )
    assert shown(rows, "known | measure | n", measure="tp", dimension="all") == table("""
        known | measure | n
        03    | tp      | 1
        05    | tp      | -1
        08    | tp      | 1
    """)


def test_a_corrected_study_sent_again_takes_its_label_over(engine: Engine) -> None:
    """Void and resend, the ordinary way to mend a mistake: the label judges the new report from then on."""
    rows = engine(
        journal("""
            known | kind    | id | study | positive | present | corrects
            02    | study   | s  | a     | 1        |         |
            03    | truth   |    | a     |          | 0       |
            05    | correct |    |       |          |         | s
            05    | study   |    | a     | 0        |         |
        """),
        BINS,
    )
    assert shown(rows, "known | measure | n", dimension="all", measure="fp") == table("""
        known | measure | n
        03    | fp      | 1
        05    | fp      | -1
    """)
    assert shown(rows, "known | measure | n", dimension="all", measure="tn") == table("""
        known | measure | n
        05    | tn      | 1
    """)


def test_a_correction_that_comes_first_leaves_nothing(engine: Engine) -> None:
    """What is taken back before or on the day it arrives was never counted."""
    rows = engine(
        journal("""
            known | kind    | id | study | corrects
            02    | correct |    |       | s
            04    | study   | s  | a     |
        """),
        BINS,
    )
    assert not [row for row in rows if row.measure == "studies"]


def test_a_correction_reaches_only_its_own_installation(engine: Engine) -> None:
    """One installation cannot take back what another said."""
    rows = engine(
        journal("""
            known | kind    | id | study | corrects | inst
            02    | study   | s  | a     |          | a
            04    | correct |    |       | s        | b
        """),
        BINS,
    )
    assert shown(rows, "known | n", measure="studies", dimension="all") == [{"known": "02", "n": "1"}]


def test_a_repeated_event_is_counted_as_a_duplicate(engine: Engine) -> None:
    """The same id of one installation counts once, the first in the journal."""
    rows = engine(
        journal("""
            known | kind  | id | study | inst
            02    | study | s  | a     | a
            03    | study | s  | a     | a
            04    | study | s  | a     | b
        """),
        BINS,
    )
    assert shown(rows, "known | n", measure="studies", dimension="all") == table("known | n\n02 | 1\n04 | 1")
    assert shown(rows, "known | n", measure="duplicates") == table("known | n\n03 | 1")


def test_versions_that_read_the_same_study_are_both_judged(engine: Engine) -> None:
    """A label speaks of the patient: every version that read the study is measured by it."""
    rows = engine(
        journal("""
            known | kind  | study | version | positive | present
            02    | study | a     | 1.0     | 1        |
            02    | study | a     | 1.1     | 0        |
            03    | truth | a     |         |          | 1
        """),
        BINS,
    )
    assert shown(rows, "version | n", measure="tp", dimension="all") == [{"version": "1.0", "n": "1"}]
    assert shown(rows, "version | n", measure="fn", dimension="all") == [{"version": "1.1", "n": "1"}]


def test_agreement_pools_readers_and_studies(engine: Engine) -> None:
    """Every reader's finding is compared with the device's decision on the same study."""
    rows = engine(
        journal("""
            known | kind   | study | positive | present | verdict
            02    | study  | a     | 1        |         |
            03    | review | a     |          | 1       | accepted
            03    | review | a     |          | 0       | rejected
            03    | review | a     |          | 1       | not_reviewed
        """),
        BINS,
    )
    assert shown(rows, "measure | n", measure="agree", dimension="all") == [{"measure": "agree", "n": "2"}]
    assert shown(rows, "measure | n", measure="disagree", dimension="all") == [
        {"measure": "disagree", "n": "1"}
    ]
    assert shown(rows, "measure | n", measure="not_reviewed") == [{"measure": "not_reviewed", "n": "1"}]


def test_agreement_is_split_by_equipment_age_and_sex(engine: Engine) -> None:
    """The strata of each dimension add up to the whole; age and sex never tell the site."""
    rows = engine(
        journal("""
            known | kind   | study | positive | present | equipment | age_band | sex
            02    | study  | a     | 1        |         | ge        | 40-49    | f
            02    | study  | b     | 0        |         | canon     | 80+      | m
            03    | review | a     |          | 1       |           |          |
            03    | review | b     |          | 0       |           |          |
        """),
        BINS,
    )
    agree = [row for row in rows if row.measure == "agree"]
    told = {(row.dimension, row.stratum, bool(row.site), row.n) for row in agree if row.dimension != "all"}
    assert told == {
        ("equipment", "ge", True, 1),
        ("equipment", "canon", True, 1),
        ("age_band", "40-49", False, 1),
        ("age_band", "80+", False, 1),
        ("sex", "f", False, 1),
        ("sex", "m", False, 1),
    }


def test_labels_are_split_by_age_and_sex(engine: Engine) -> None:
    """A true positive is counted once for the age and once for the sex of the study."""
    rows = engine(
        journal("""
            known | kind   | study | positive | present | age_band | sex
            02    | study  | a     | 1        |         | 40-49    | f
            05    | truth  | a     |          | 1       |          |
        """),
        BINS,
    )
    told = {
        (row.dimension, row.stratum) for row in rows if row.measure == "tp" and row.n == 1 and not row.site
    }
    assert told == {("age_band", "40-49"), ("sex", "f")}


def test_hours_to_the_review_are_counted_without_a_site(engine: Engine) -> None:
    """A review on the next day lies in a bin of hours; it tells neither site nor reader."""
    rows = engine(
        journal("""
            known | kind   | study | day | present
            02    | study  | a     | 1   |
            04    | review | a     | 3   | 1
        """),
        BINS,
    )
    (row,) = [row for row in rows if row.measure == "time_to_sign"]
    assert (row.n, row.site, row.installation, row.day.day) == (1, "", "", 1)
    assert catalogue().bin_label("time_to_sign", row.bin) == Text("2–4 сут", "2–4 d")


def test_what_intake_saw(engine: Engine) -> None:
    """Rejections, gaps and their late fills are counted on the day of receipt."""
    rows = engine(
        journal("""
            known | kind     | first | rejected
            02    | fault    | 1     |
            02    | fault    | 2     | event.malformed
            03    | fault    | 6     |
            04    | fault    | 4     |
            05    | withheld | 7     |
            05    | lost     | 8     |
        """),
        BINS,
    )
    assert shown(rows, "known | n", measure="gaps") == table("known | n\n03 | 3\n04 | -1")
    assert shown(rows, "stratum | n", measure="rejected", dimension="code") == [
        {"stratum": "event.malformed", "n": "1"}
    ]
    assert shown(rows, "known | measure | n", dimension="code", known=FIFTH) == table("""
        known | measure  | n
        05    | lost     | 5
        05    | withheld | 1
    """)
