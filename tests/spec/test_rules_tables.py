# SPDX-License-Identifier: Apache-2.0
"""Class, cost and procedure as tables: what goes in, what comes out, by which rule."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.base.problems import Refusal
from nadzor.law.norm import NormMissing
from nadzor.procedures.rules.amendment_route import Facts as Changes
from nadzor.procedures.rules.amendment_route import route, words
from nadzor.procedures.rules.duties import duty, read_act
from nadzor.procedures.rules.risk_class import Facts, classify, matrix, read_class, settle

DAY = date(2026, 11, 22)

# information · category · class that the unverified table proposes
PROPOSED = """
I1 A 3
I1 B 2b
I1 C 2a
I2 A 2b
I2 B 2a
I2 C 1
I3 A 2a
I3 B 1
I3 C 1
"""

# what changes · AI · transmits · procedure · reasons
ROUTES = [
    ("version_numbering", True, True, "amendment_version", "version_only ai_only testing_first"),
    ("version_numbering", True, False, "amendment_expertise", "no_transmission expertise"),
    ("version_numbering", False, True, "amendment_expertise", "not_ai expertise"),
    ("version_numbering functional_purpose", True, True, "amendment_new_registration", "new_purpose"),
    ("principle_of_operation", None, None, "amendment_new_registration", "new_principle"),
    ("models_added", None, None, "amendment_new_registration", "new_models"),
    ("sites maker", None, None, "amendment_new_registration", "new_maker_and_sites"),
    ("maker", None, None, "amendment_expertise", "expertise"),
    ("sites", None, None, "amendment_expertise", "expertise"),
    ("maker_requisites representative", None, None, "amendment_plain", "plain"),
    ("address_renamed", None, None, "amendment_plain", "plain"),
    ("document_validity", None, None, "amendment_plain", "plain"),
    ("other", None, None, "amendment_expertise", "expertise"),
    ("other representative", None, None, "amendment_expertise", "expertise"),
    ("version_numbering representative", True, True, "amendment_expertise", "version_among_others expertise"),
]


def changes(names, *, ai=None, transmits=None):
    """Facts about some changes."""
    return Changes(changes=tuple(names.split()), ai=ai, transmits=transmits)


@pytest.mark.parametrize(("names", "ai", "transmits", "procedure", "reasons"), ROUTES)
def test_a_change_takes_its_procedure(names, ai, transmits, procedure, reasons):
    """R-120: point 110, then the simplified version, then point 111, then expertise."""
    found = route(changes(names, ai=ai, transmits=transmits), DAY)
    assert (found.procedure, " ".join(each.code for each in found.reasons)) == (procedure, reasons)
    assert found.settled
    assert all(each.rule.cite for each in found.reasons)


def test_the_version_route_tells_what_is_disputed_and_what_else_is_open():
    """X5 is a note, the seed decides; the general way stays open (R-114)."""
    found = route(changes("version_numbering", ai=True, transmits=True), DAY)
    assert [note.key for note in found.conflicts] == ["X1", "X5"]
    assert "principle" in found.conflicts[1].outside.en
    assert [(each.procedure, each.why.rule.fact) for each in found.alternatives] == [
        ("amendment_expertise", "R-114")
    ]
    assert found.term == "registration.version_amendment"
    assert found.term_rule.fact == "T-15"


def test_mixed_changes_may_be_filed_apart():
    """What would be simpler alone is named as an alternative."""
    found = route(changes("version_numbering representative other", ai=True, transmits=True), DAY)
    assert [each.procedure for each in found.alternatives] == ["amendment_version", "amendment_plain"]
    assert found.term_rule.status == "reported"
    plain = route(changes("version_numbering other", ai=True, transmits=False), DAY)
    assert plain.alternatives == ()


@pytest.mark.parametrize(
    ("names", "ai", "at"),
    [
        ("", None, "$.changes"),
        ("version_numbering", None, "$.ai"),
        ("version_numbering", True, "$.transmits"),
    ],
)
def test_a_missing_fact_is_asked_for_where_it_matters(names, ai, at):
    """AI and transmission are asked for only when the version alone changes."""
    with pytest.raises(Refusal) as refused:
        route(changes(names, ai=ai), DAY)
    assert (refused.value.code, refused.value.at) == ("rules.fact-missing", at)


def test_before_the_first_notice_nobody_asks_for_testing():
    """R-115 is known since the regulator's notice; the route is the same before it."""
    early = route(changes("version_numbering", ai=True, transmits=True), date(2025, 6, 1))
    assert [each.code for each in early.reasons] == ["version_only", "ai_only"]


@pytest.mark.parametrize("day", [date(2025, 2, 28), date(2029, 1, 1)])
def test_outside_the_decree_no_procedure_is_named(day):
    """Decree 1684 is in force from 2025-03-01 to 2028-12-31."""
    with pytest.raises(NormMissing):
        route(changes("other"), day)


def test_every_change_and_procedure_has_a_name():
    """Nothing a person can choose is a bare key."""
    asked = {name for names, *_ in ROUTES for name in names.split()}
    assert set(words().changes) == asked
    assert set(words().procedures) == {row[3] for row in ROUTES}


@pytest.mark.parametrize("row", PROPOSED.split("\n")[1:-1])
def test_the_table_only_proposes_a_class(row):
    """R-030 to R-032: an unverified table proposes, and a named officer settles."""
    information, category, wanted = row.split()
    found = classify(Facts(device=True, ai=False, information=(information,), categories=(category,)), DAY)
    assert (found.risk_class, found.final, found.needs_confirmation) == (wanted, False, True)
    assert {each.status for each in found.reasons} == {"unverified"}
    assert set(matrix().information) == {"I1", "I2", "I3"}


def test_of_several_classes_the_highest_is_proposed():
    """R-036: where several fit, the highest."""
    facts = Facts(device=True, ai=False, information=("I3", "I1"), categories=("C", "B"))
    found = classify(facts, DAY)
    assert (found.risk_class, len(found.cells)) == ("2b", 4)
    assert "R-036" in {each.rule.fact for each in found.reasons if each.rule}


@pytest.mark.parametrize("works_with", [None, "1", "2a", "2b", "3"])
def test_ai_is_class_three_whatever_it_works_with(works_with):
    """R-033 and R-034: always 3, final, independent of the other device."""
    found = classify(Facts(device=True, ai=True, categories=("C",), works_with=works_with), DAY)
    assert (found.risk_class, found.final, found.needs_confirmation) == ("3", True, False)
    assert [each.rule.fact for each in found.reasons] == ["R-033", "R-034"][: 1 + bool(works_with)]


def test_what_is_no_device_has_no_class():
    """Classes belong to medical devices."""
    found = classify(Facts(device=False, ai=True), DAY)
    assert (found.risk_class, found.name, found.final) == (None, None, True)


@pytest.mark.parametrize(
    ("facts", "at"),
    [
        (Facts(device=True), "$.ai"),
        (Facts(device=True, ai=False), "$.information"),
        (Facts(device=True, ai=False, information=("I1",)), "$.categories"),
    ],
)
def test_a_class_needs_its_inputs(facts, at):
    """A missing input is named, never assumed."""
    with pytest.raises(Refusal) as refused:
        classify(facts, DAY)
    assert (refused.value.code, refused.value.at) == ("rules.fact-missing", at)


def test_only_a_named_officer_settles_a_class():
    """Without a name or grounds nothing is final; what is final is not settled again."""
    found = classify(Facts(device=True, ai=False, information=("I1",), categories=("B",)), DAY)
    settled = settle(found, by="I. Ivanova", on=DAY, because="order 4n, point 5")
    assert (settled.final, settled.needs_confirmation, settled.settled.by) == (True, False, "I. Ivanova")
    for by, because, case in (("", "x", found), ("x", " ", found), ("x", "x", settled)):
        with pytest.raises(Refusal, match="rules.class-unsettled"):
            settle(case, by=by, on=DAY, because=because)


@pytest.mark.parametrize(("typed", "read"), [("3", "3"), (" 2A ", "2a"), ("2Б", "2b"), ("2а", "2a")])
def test_a_class_is_read_on_either_keyboard(typed, read):
    """Cyrillic letters of a class are the same class."""
    assert read_class(typed) == read


@pytest.mark.parametrize("typed", ["", "2", "4", "IIa"])
def test_an_unknown_class_is_refused(typed):
    """Only the four classes exist."""
    with pytest.raises(Refusal, match="rules.class-unknown"):
        read_class(typed)


@pytest.mark.parametrize(("named", "total"), [("1", 83000), ("2a", 115000), ("2b", 147000), ("3", 195000)])
def test_registration_costs_certificate_and_expertise(named, total):
    """F-01 plus F-02; tests and studies are by contract and outside the total (F-03)."""
    bill = duty("registration", named, DAY)
    assert (bill.total, bill.complete, bill.confirmed) == (total, False, True)
    assert [item.amount for item in bill.items] == [11000, total - 11000, None]
    assert bill.items[2].apart
    assert [item.fact for item in bill.items] == ["F-01", f"F-02.{named}", "F-03"]


@pytest.mark.parametrize(
    ("act", "fact", "status"), [("plain", "F-04", "reported"), ("version", "F-06", "unverified")]
)
def test_an_unconfirmed_duty_says_so(act, fact, status):
    """The amount is shown with its status, and the bill is not confirmed."""
    bill = duty(f"amendment_{act}", None, DAY)
    assert (bill.total, bill.complete, bill.confirmed) == (2500, True, False)
    assert [(item.fact, item.status) for item in bill.items] == [(fact, status)]
    assert len(bill.notes) == 1


@pytest.mark.parametrize(("named", "low", "high"), [("1", "32 000", "72 000"), ("3", "88 000", "184 000")])
def test_a_disputed_duty_has_no_total(named, low, high):
    """F-05: sources differ, both variants are told, nothing is summed."""
    bill = duty("amendment_expertise", named, DAY)
    assert (bill.total, bill.complete, bill.items[0].amount) == (None, False, None)
    assert low in bill.items[0].disputed.en
    assert high in bill.items[0].disputed.ru


@pytest.mark.parametrize("act", ["registration", "amendment_expertise"])
def test_before_the_tariff_nothing_is_computed(act):
    """No norm in force, no amount: 2021-12-31 is the day before the first known rate."""
    with pytest.raises(NormMissing):
        duty(act, "3", date(2021, 12, 31))


def test_a_duty_needs_its_act_and_class():
    """An unknown act and a missing class are named."""
    assert read_act(" Amendment-Plain ") == "amendment_plain"
    with pytest.raises(Refusal, match="rules.act-unknown"):
        read_act("parking")
    with pytest.raises(Refusal, match="rules.class-needed"):
        duty("registration", None, DAY)
