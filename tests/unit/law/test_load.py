# SPDX-License-Identifier: Apache-2.0
"""Norms by key and day: the edition in force, the end of an act, and the files that are refused."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.base.problems import Refusal
from nadzor.law import load
from nadzor.law.load import acts, join_acts, norm, norms, only, parse_act, resolve
from nadzor.law.norm import NormMissing, NormUnknown

ACT = """
act: ex-1
title: {ru: "Пример", en: "Example"}
cite: "EX-1"
norms:
  reply:
    what: {ru: "Срок ответа", en: "Time to answer"}
    unit: working_day
    values:
      - {from: 2030-01-01, until: 2032-03-01, value: 30, cite: "EX-1:p12", status: read}
      - {from: 2032-03-01, value: 20, cite: "EX-7:p4", status: read}
    checked: {day: 2030-01-02, by: "a lawyer", next: 2031-01-02}
"""


def test_the_edition_follows_the_day() -> None:
    """The month's norm of Order 4472 is reported for 2025 and unverified from 2026 on."""
    assert norm("telemetry.report_period", date(2025, 12, 31)).status == "reported"
    later = norm("telemetry.report_period", date(2026, 1, 1))
    assert (later.value, later.status, later.act) == ("month", "unverified", "order-4472")


def test_a_lapsed_act_has_no_norm() -> None:
    """Order 1113n ends with 2026: the last day has a term, the next has none, and no successor is guessed."""
    assert norm("vigilance.report.death", date(2026, 12, 31)).number == 10
    with pytest.raises(NormMissing) as missing:
        norm("vigilance.report.death", date(2027, 1, 1))
    assert missing.value.code == "law.norm-missing"
    assert (missing.value.key, missing.value.on) == ("vigilance.report.death", date(2027, 1, 1))


def test_an_unknown_key_is_a_mistake() -> None:
    """A key the house never had is a bug, not a gap in the law."""
    with pytest.raises(KeyError):
        norm("no.such.norm", date(2026, 11, 21))


def test_every_norm_is_cited_in_both_languages() -> None:
    """Every norm says what it is in Russian and English, cites each value and names its next review."""
    for key, (act, entry) in norms().items():
        assert entry.what.ru and entry.what.en, key
        assert all(value.cite for value in entry.values), key
        assert entry.checked.next > entry.checked.day, key
        assert act in {each.act for each in acts()}


def test_a_good_act_loads() -> None:
    """The example act is accepted as it stands, so that each refusal below has one cause."""
    assert parse_act(ACT).norms["reply"].values[1].value == 20


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("until: 2032-03-01", "until: 2032-04-01", "overlaps the one of 2032-03-01"),
        ("until: 2032-03-01, ", "", "overlaps the one of 2032-03-01"),
        ("until: 2032-03-01", "until: 2029-03-01", "before it starts"),
        ('"EX-7:p4"', '" "', "value from 2032-03-01 has no citation"),
        ('"a lawyer"', '""', "names nobody"),
        ("next: 2031-01-02", "next: 2030-01-02", "no later review date"),
        ("status: read", "status: certain", "Invalid enum value"),
    ],
)
def test_a_wrong_act_is_not_loaded(old: str, new: str, fault: str) -> None:
    """Overlaps, missing citations, missing reviews and unknown statuses stop the loading."""
    with pytest.raises(ValueError, match=fault):
        parse_act(ACT.replace(old, new, 1))


def test_an_empty_norm_is_not_loaded() -> None:
    """A norm with no edition at all is refused."""
    head, tail = ACT.split("values:", maxsplit=1)[0], ACT.split("status: read}\n")[2]
    with pytest.raises(ValueError, match="has no edition"):
        parse_act(head + "values: []\n" + tail)


def test_two_acts_cannot_claim_one_norm() -> None:
    """One question has one home."""
    act = parse_act(ACT)
    with pytest.raises(ValueError, match="reply is in ex-1 and in ex-1"):
        join_acts([act, act])


def test_a_norm_answers_to_its_key_and_to_its_number() -> None:
    """A key in any case, a fact's number however written, the Russian letter too: one norm."""
    keys = {only(text) for text in (" T-15 ", "t15", "т-15", "Registration.Version_Amendment")}
    assert keys == {"registration.version_amendment"}
    assert norm("L-02", date(2026, 11, 22)).key == "act.decree-1684"
    assert resolve("F-02") == tuple(f"duty.expertise.{risk}" for risk in ("1", "2a", "2b", "3"))


def test_a_number_of_several_norms_is_not_one() -> None:
    """Where one norm is asked for, a stem names its candidates instead of choosing."""
    with pytest.raises(Refusal) as refusal:
        only("F-02")
    assert refusal.value.code == "law.ambiguous"
    assert "duty.expertise.3" in refusal.value.facts["keys"]


def test_nobody_is_told_what_he_asked_for() -> None:
    """An unknown key is refused without repeating it: it came from outside."""
    with pytest.raises(NormUnknown) as refusal:
        resolve("<script>")
    assert (refusal.value.code, dict(refusal.value.facts)) == ("law.unknown", {})


def test_what_was_filed_before_finishes_under_its_edition() -> None:
    """A transitional rule keeps the edition of the day of filing; without it the day of the clock decides."""
    filed, later = date(2026, 12, 1), date(2027, 1, 11)
    assert norm("T-12", later, filed=filed).number == 30
    with pytest.raises(NormMissing) as missing:
        norm("T-12", later)
    assert "421n" in missing.value.why.en
    with pytest.raises(NormMissing):
        norm("vigilance.message", later, filed=filed)


def test_a_hole_is_told_as_the_reason() -> None:
    """A limit that nobody could read is refused with what could not be read."""
    with pytest.raises(NormMissing) as missing:
        norm("T-17", date(2026, 11, 20))
    assert "cut off" in missing.value.facts["why_en"]


def test_one_fact_has_one_norm() -> None:
    """Two norms of one number would be two answers to one question."""
    with_fact = ACT.replace("    unit:", "    fact: T-99\n    unit:")
    other = parse_act(with_fact.replace("  reply:", "  other:").replace("act: ex-1", "act: ex-2"))
    with pytest.raises(ValueError, match="fact T-99 is reply and other"):
        join_acts([parse_act(with_fact), other])


def test_all_facts_of_the_table_of_limits_have_a_norm() -> None:
    """Every number T-01 to T-29 leads to a norm with its actor, its start and its consequence."""
    for number in range(1, 30):
        for key in resolve(f"T-{number:02}"):
            term = norms()[key][1].term
            assert term is not None, key
            assert all((term.actor.ru, term.starts.ru, term.missed.ru)), key


def test_a_norm_gives_its_value_in_its_kind() -> None:
    """A rule its sentence, a list its items; asking for another kind is a mistake of ours."""
    rule, listed = (norm(key, date(2026, 11, 22)) for key in ("R-033", "R-063"))
    assert "3" in rule.text.ru
    assert all(item.key and item.ru and item.en for item in listed.items)
    with pytest.raises(AssertionError):
        rule.number  # noqa: B018


def test_files_that_do_not_fit_together_are_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A norm that names a conflict nobody described stops the loading."""
    monkeypatch.setattr(load, "conflicts", dict)
    with pytest.raises(ValueError, match="names unknown conflict X1"):
        load.norms.__wrapped__()
