# SPDX-License-Identifier: Apache-2.0
"""The letter's own examples, one by one: what it calls devices and what it does not."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.base.problems import Refusal
from nadzor.law.norm import NormMissing
from nadzor.procedures.rules.answers import Answers, Part
from nadzor.procedures.rules.qualification import determine

DAY = date(2026, 11, 22)
DESCRIBED = {
    "interpretation": "what it concludes", "source": "staff and equipment", "use": "any specialty",
    "platform": "a personal computer", "access": "a licence and media",
}  # fmt: skip
CARE = {
    "program": True, "integral_part": False, "purposes": ("diagnosis",), "health_care": True,
    "functions": ("interpretation",), "mode": "automatic", "decisions": True, "natures": (),
}  # fmt: skip
BARE = {
    "program": True, "integral_part": False, "purposes": (), "health_care": False,
    "functions": ("forms",), "natures": (),
}  # fmt: skip
SILENT = {"mode": None, "decisions": None}

# example · what is said of it
POSITIVE = {
    "3D model from CT for a physician": {
        "functions": ("interpretation", "display"),
        "mode": "set_by_clinician",
    },
    "decision support in stroke": {"purposes": ("diagnosis", "treatment")},
    "help in diagnosing given diseases": {"functions": ("interpretation",)},
    "help in morphometry": {"functions": ("interpretation", "formulas"), "mode": "set_by_clinician"},
    "radiological PACS that processes for a physician": {
        "functions": ("interpretation", "display", "forms"),
        "mode": "set_by_clinician",
        "natures": ("pacs",),
    },
    "colorectal cancer risk (R-009)": {"purposes": ("prevention", "diagnosis")},
}

# rule · example · what is said of it
NEGATIVE = {
    "R-010 automation of a clinic": ("administration", {}),
    "R-011 steps and pulse": ("wellness", {"functions": ("formulas", "display")}),
    "R-012 laboratory information system": (
        "information_system",
        {"purposes": ("diagnosis",), "health_care": True},
    ),
    "R-012 PACS without interpretation": (
        "pacs",
        {"purposes": ("diagnosis",), "health_care": True, "functions": ("display",)},
    ),
    "R-013 control of a device": ("device_control", {"functions": ("deviations",)}),
    "R-014 encrypting device data": ("not_for_care", {}),
    "R-015 telemedicine and booking": ("exchange", {"purposes": ("treatment",), "health_care": True}),
    "R-016 planning of repair": ("maintenance", {"functions": ("statistics",)}),
    "R-017 reference and choice of a doctor": ("reference", {}),
}


def said(**told):
    """A finished interview about one program."""
    return Answers(
        route="national", product="X", complex=False, components={"software": Part(**DESCRIBED | told)}
    )


@pytest.mark.parametrize("example", POSITIVE)
def test_what_the_letter_calls_a_device_is_one(example):
    """R-008 and R-009: every positive example comes out yes."""
    found = determine(said(**CARE | POSITIVE[example]), DAY)
    assert found.verdict == "yes"
    assert found.parts[0].criteria.all_met
    assert [line.field for line in found.parts[0].description] == list(DESCRIBED)


@pytest.mark.parametrize("example", NEGATIVE)
def test_what_the_letter_calls_no_device_is_none(example):
    """R-010 to R-017: every negative example comes out no, with the reason's own code and rule."""
    nature, told = NEGATIVE[example]
    found = determine(said(**BARE | {"natures": (nature,)} | told), DAY)
    assert found.verdict == "no"
    reasons = {reason.code: reason.rule.fact for reason in found.reasons}
    assert reasons[nature] == ("R-018" if nature == "pacs" else example[:5])


@pytest.mark.parametrize("function", ["formulas", "units", "statistics", "display", "deviations", "forms"])
def test_the_six_exclusions_are_not_interpretation(function):
    """R-007: a product that does nothing else fails the fourth criterion."""
    found = determine(said(**CARE | {"functions": (function,), **SILENT}), DAY)
    assert (found.verdict, found.parts[0].criteria.c4) == ("no", False)
    assert [reason.rule.fact for reason in found.reasons] == ["R-007"]


@pytest.mark.parametrize("function", ["editing", "limits_alerts", "admitted_sources"])
def test_an_unverified_exclusion_never_decides_alone(function):
    """R-007a is known from a retelling: a product that only does this goes to a person."""
    only = determine(said(**CARE | {"functions": (function, "units"), **SILENT}), DAY)
    assert (only.verdict, only.parts[0].criteria.c4) == ("manual_review", None)
    assert [reason.rule.fact for reason in only.reasons] == ["R-007a"]
    beside = determine(said(**CARE | {"functions": (function, "interpretation")}), DAY)
    assert beside.verdict == "yes"


# what is said · verdict · the code of a reason
DOUBTS = {
    "a program inside another device": (CARE | {"integral_part": True}, "no", "integral_part"),
    "not for health care": (CARE | {"health_care": False}, "no", "health_care"),
    "no purpose of the definition": (
        BARE | {"functions": ("interpretation",), "mode": "automatic", "decisions": True},
        "no",
        "purposes",
    ),
    "care without a purpose": (CARE | {"purposes": ()}, "manual_review", "purposes"),
    "no function named": (CARE | {"functions": (), **SILENT}, "manual_review", "functions"),
    "a mode without interpretation": (CARE | {"functions": ("units",)}, "manual_review", "functions"),
    "no mode and no decisions, said aloud, without interpretation": (
        CARE | {"functions": ("display",), "mode": "neither", "decisions": False},
        "no",
        "functions",
    ),
    "decisions without interpretation": (
        CARE | {"functions": ("display",), "mode": "neither"},
        "manual_review",
        "functions",
    ),
    "neither automatic nor by a clinician": (CARE | {"mode": "neither"}, "no", "mode"),
    "no influence on decisions": (CARE | {"decisions": False}, "no", "decisions"),
    "a wellness application that meets every criterion": (
        CARE | {"natures": ("wellness",)},
        "manual_review",
        "wellness",
    ),
    "a records system that interprets": (CARE | {"natures": ("information_system",)}, "yes", "program"),
    "a records system of unclear function": (
        CARE | {"functions": ("editing",), **SILENT, "natures": ("information_system",)},
        "manual_review",
        "information_system",
    ),
    "a PACS of unclear function": (
        CARE | {"functions": (), **SILENT, "natures": ("pacs",)},
        "manual_review",
        "pacs",
    ),
    "not a program": ({"program": False}, "no", "program"),
}


@pytest.mark.parametrize("case", DOUBTS)
def test_doubts_go_where_the_rules_send_them(case):
    """A failed criterion is a no; a contradiction goes to a person; neither is guessed."""
    told, verdict, code = DOUBTS[case]
    found = determine(said(**told), DAY)
    assert found.verdict == verdict
    assert code in {reason.code for reason in found.reasons}


def complex_of(**parts):
    """A finished interview about a complex."""
    told = {kind: Part(**DESCRIBED | one) if one["program"] else Part(**one) for kind, one in parts.items()}
    return Answers(route="national", product="X", complex=True, parts=tuple(parts), components=told)


def test_of_a_complex_only_the_part_that_qualifies_is_a_device():
    """R-021: each part has a determination of its own; an instrument is not judged as software."""
    hardware = {"program": False}
    found = determine(
        complex_of(
            sensing=hardware | {"health_care": True}, software=CARE, channel=hardware, receiver=hardware
        ),
        DAY,
    )
    verdicts = {part.part: part.verdict for part in found.parts}
    assert verdicts == {"sensing": "manual_review", "software": "yes", "channel": "no", "receiver": "no"}
    assert found.verdict == "yes"
    assert "R-021" in {caution.rule.fact for caution in found.cautions}
    assert "channel" in found.statement.en
    assert found.statement.en.startswith("The complex holds a medical device: ")
    assert found.statement.ru.startswith("В комплексе есть медицинское изделие: ")


def test_a_complex_without_a_device_is_none_or_goes_to_a_person():
    """A part that needs a person keeps the whole open; otherwise all no is no."""
    sensor = {"program": False, "health_care": False}
    assert determine(complex_of(sensing=sensor, receiver={"program": False}), DAY).verdict == "no"
    doubtful = determine(complex_of(sensing=sensor | {"health_care": True}, receiver={"program": False}), DAY)
    assert doubtful.verdict == "manual_review"


def test_the_union_route_ends_with_a_statement_and_no_verdict():
    """Whether it is a device is not judged for somebody who files under EAEU law."""
    found = determine(Answers(route="eaeu"), DAY)
    assert (found.verdict, found.parts, found.rules) == (None, (), ())
    assert "EAEU" in found.statement.en
    assert "ЕАЭС" in found.statement.ru


def test_an_open_question_is_named():
    """An incomplete interview is refused with the question and its place."""
    with pytest.raises(Refusal) as refused:
        determine(said(**CARE | {"platform": " "}), DAY)
    assert (refused.value.code, refused.value.at) == (
        "rules.answer-missing",
        "$.components.software.platform",
    )


@pytest.mark.parametrize(
    ("answers", "at"),
    [
        (Answers(route="national", product="X", complex=False, parts=("channel",)), "$.parts"),
        (
            Answers(
                route="national",
                complex=True,
                parts=("channel",),
                components={"software": Part(program=True)},
            ),
            "$.components.software",
        ),
        (Answers(route="national", complex=False, components={"receiver": Part()}), "$.components.receiver"),
    ],
)
def test_an_answer_about_a_part_nobody_named_is_refused(answers, at):
    """Speaking of a part that the product is not said to have is a contradiction, at its place."""
    with pytest.raises(Refusal) as refused:
        determine(answers, DAY)
    assert (refused.value.code, refused.value.at) == ("rules.answer-contradicts", at)


def test_before_the_letter_nothing_is_determined():
    """No norm in force, no opinion: our knowledge ends loudly."""
    with pytest.raises(NormMissing):
        determine(said(**CARE), date(2019, 12, 31))
    early = determine(said(**CARE), date(2020, 6, 1))
    assert early.verdict == "yes"
    assert {caution.rule for caution in early.cautions} == {None}
