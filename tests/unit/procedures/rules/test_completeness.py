# SPDX-License-Identifier: Apache-2.0
"""Every defect of a dossier at once, each with its rule; advice never blocks."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from nadzor.law.conflict import bodies
from nadzor.procedures.rules.completeness import answer_on, check
from nadzor.procedures.rules.dossier import Dossier
from nadzor.procedures.rules.soundness import years_later
from tests.unit.procedures.rules.dossiers import DAY, FILE, changed, codes, complete, evidence

OTHER_ROUTES = {
    "registration_accelerated": {"evidence": [evidence("inspection", "vniiimt")]},
    "amendment_new_registration": {"amendment": {"number": "РЗН 2025/25937"}},
    "amendment_version": {
        "amendment": {
            "number": "РЗН 2025/25937",
            "registered_on": "2025-07-24",
            "version": "1.1",
            "liability": True,
        }
    },
    "amendment_plain": {"amendment": {"number": "РЗН 2025/25937"}},
    "amendment_expertise": {"amendment": {"number": "РЗН 2025/25937"}},
}
REPRESENTATIVE = "applicant.representative.name"

# place · value (None: taken away) · item · code · fact · blocks
SPOILED = [
    ("product/name", " ", "product.name", "missing", "R-066", True),
    ("product/ai", None, "product.ai", "missing", "R-063", True),
    ("product/transmits", None, "product.transmits", "missing", "R-063", True),
    ("product/risk_class", "2b", "product.risk_class", "ai_class", "R-033", True),
    ("applicant/role", "manufacturer", "applicant.role", "foreign_alone", "R-048", True),
    ("applicant/representative/inn", "7707083894", "applicant.representative.inn", "inn", "T-01", True),
    ("applicant/representative/ogrn", "1027700132196", "applicant.representative.ogrn", "ogrn", "T-01", True),
    ("applicant/representative/foreign", True, REPRESENTATIVE, "representative_foreign", "R-048", True),
    ("powers/until", "2026-11-21", "powers.issued", "powers_ended", "R-048", True),
    ("powers/issued", "2026-12-01", "powers.issued", "in_future", "R-048", True),
    ("files/powers_document", None, "powers_document", "missing_file", "R-048", True),
    ("files/images_interface", FILE, "images_interface", "not_an_image", "R-065", True),
    ("files/risk_file", [FILE[0] | {"size": 0}], "risk_file", "empty_file", "R-071", True),
    ("files/site_document", None, "site_document", "missing_file", "R-067", False),
    ("ticks/technical.protocols", "", "technical.protocols", "missing_place", "R-080", True),
    ("ticks/operating.consumers", None, "operating.consumers", "missing_place", "R-081", True),
    ("plan/goals", "", "plan.goals", "missing", "R-070", True),
    ("plan/sample_size", 0, "plan.sample_size", "no_subjects", "R-070", True),
    ("plan/comparison", None, "plan.comparison", "missing", "R-070", True),
    ("plan/ends", "2029-12-31", "plan.ends", "plan_short", "R-141.2", True),
    ("plan/starts", None, "plan.starts", "missing", "R-141.2", False),
    ("payments", [], "duty_registration", "missing", "F-01", True),
    ("payments/0/amount", 194999, "duty_registration", "underpaid", "F-01", True),
    ("payments/0/amount", 195001, "duty_registration", "overpaid", "F-01", False),
    ("payments/0/order", "", "duty_registration", "order_bare", "F-01", True),
    ("payments/0/paid_on", "2026-11-23", "duty_registration", "in_future", "F-01", True),
    ("evidence/0/name", None, "technical_trial", "body_unnamed", "R-090", True),
    ("evidence/0/body", None, "technical_trial", "body_missing", "R-090", True),
    ("evidence/1/number", None, "clinical_trial", "report_bare", "R-093", True),
    ("evidence/2/body", "moscow-centre", "inspection", "body_not_allowed", "R-096", True),
    ("evidence/2/issued", "2026-12-01", "inspection", "in_future", "R-072", True),
    ("evidence/2/issued", "2021-11-21", "inspection", "report_expired", "R-097", False),
    ("evidence/2/until", "2026-10-01", "inspection", "report_expired", "R-097", False),
]  # fmt: skip


def test_a_complete_dossier_has_no_defect():
    """Nothing missing, nothing wrong, nothing to advise."""
    assert codes(msgspec.convert(complete(), Dossier)) == []
    assert answer_on(msgspec.convert(complete(), Dossier), DAY).complete


@pytest.mark.parametrize(("place", "value", "item", "code", "fact", "blocks"), SPOILED)
def test_each_defect_is_found_with_its_rule(place, value, item, code, fact, blocks):
    """One place spoiled, that defect named; what a retelling asks for never blocks."""
    assert (item, code, fact, blocks) in codes(changed(place, value))


def test_all_defects_come_at_once_in_the_order_of_the_pages():
    """Three things wrong on three pages: three defects, none hidden by another, each with a cure."""
    plain = complete()
    plain["payments"][0]["amount"] = 1
    plain["product"]["name"] = ""
    found = check(changed("plan/tasks", "", base=plain), DAY)
    assert [each.item for each in found] == ["product.name", "plan.tasks", "duty_registration"]
    assert all(each.cure.ru and each.cite and each.key for each in found)
    assert found[2].wrong.en == "Paid 1 roubles, while the duty is 195000"


def test_an_empty_dossier_is_told_everything_the_commonest_way_asks():
    """With no procedure chosen what is certain is a defect, and the rest is announced."""
    found = answer_on(Dossier(), DAY)
    assert not found.complete
    assert [each.item for each in found.defects if each.blocking] == [
        "route", "product.name", "applicant.role", "applicant.maker.name", "applicant.maker.foreign",
    ]  # fmt: skip
    assert {each.code for each in found.defects if not each.blocking} == {"may_be_needed"}
    assert found.blocking + found.advice == len(found.defects)


@pytest.mark.parametrize("route", OTHER_ROUTES)
def test_every_route_can_be_complete(route):
    """The same dossier on another route lacks nothing that blocks once its own fields are there."""
    dossier = msgspec.convert(complete() | OTHER_ROUTES[route] | {"route": route}, Dossier)
    assert [each for each in check(dossier, DAY) if each.blocking] == []


@pytest.mark.parametrize(
    ("route", "place", "value", "code", "fact"),
    [
        ("registration_accelerated", "product/radiology", False, "not_accelerated", "R-044"),
        ("registration_accelerated", "product/ai", False, "not_accelerated", "R-044"),
        ("amendment_version", "product/transmits", False, "not_transmitting", "R-111"),
        ("amendment_version", "product/ai", False, "not_ai_version", "R-110"),
        ("amendment_version", "amendment/liability", False, "liability_refused", "R-113"),
        ("amendment_version", "amendment/version", "1.0", "same_version", "R-113"),
        ("amendment_version", "amendment/registered_on", "2027-01-01", "in_future", "R-113"),
    ],
)
def test_a_route_that_does_not_fit_is_named(route, place, value, code, fact):
    """The facts of the product clash with the procedure chosen: a defect with the rule and the other way."""
    base = complete() | OTHER_ROUTES[route] | {"route": route}
    found = codes(changed(place, value, base=base))
    assert (code, fact, True) in {(each[1], each[2], each[3]) for each in found}


def test_advice_of_the_version_route_does_not_block():
    """R-082 is reported, the amount of F-06 is assumed, the number's form is a custom: all advice."""
    base = complete() | OTHER_ROUTES["amendment_version"] | {"route": "amendment_version", "ticks": {}}
    found = answer_on(changed("amendment/number", "RZN-1", base=base), DAY)
    assert found.complete
    assert [each.code for each in found.defects] == [
        "number_unusual", "missing_place", "missing_place", "amount_open",
    ]  # fmt: skip


def test_an_unknown_class_leaves_the_sum_open():
    """Without a class the duty cannot be known: the sum is advice, the class is the defect."""
    found = codes(changed("product/risk_class", None))
    assert ("duty_registration", "amount_open", "F-01", False) in found
    assert ("product.risk_class", "missing", "R-030", True) in found
    assert ("inspection", "may_be_needed", "R-072", False) not in found


def test_after_a_lapse_a_missing_thing_is_advice_and_says_why():
    """Order 885n ends on 2026-12-31: from then on nobody can say that its report is required."""
    found = check(changed("evidence", []), date(2027, 1, 2))
    trial = next(each for each in found if each.item == "technical_trial")
    assert (trial.code, trial.blocking, trial.key) == ("rule_unknown", False, "")
    assert "norm" in trial.wrong.en


def test_before_order_181n_its_points_stand_as_one_advice():
    """No norm for the day, no list of points: one line instead of ten guesses."""
    found = [each.item for each in check(changed("ticks", {}), date(2025, 6, 1))]
    assert "technical" in found
    assert "technical.protocols" not in found


def test_without_a_tariff_the_sum_is_advice():
    """Where no amount is in force a payment cannot be short."""
    found = check(msgspec.convert(complete(), Dossier), date(2021, 6, 1))
    assert not any(each.code == "underpaid" for each in found)


def test_the_lists_of_bodies_can_be_given():
    """Without a single body on the list nobody may inspect."""
    found = check(msgspec.convert(complete(), Dossier), DAY, known_bodies=())
    assert {each.code for each in found} == {"body_not_allowed"}
    assert check(msgspec.convert(complete(), Dossier), DAY, known_bodies=bodies()) == ()


def test_a_term_of_years_ends_on_its_day():
    """29 February plus three years is 1 March."""
    assert years_later(date(2028, 2, 29), 3) == date(2031, 3, 1)
    assert years_later(date(2027, 1, 1), 3) == date(2030, 1, 1)
    assert years_later(date(9999, 1, 1), 3) == date.max
