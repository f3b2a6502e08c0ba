# SPDX-License-Identifier: Apache-2.0
"""An opinion is a document that a page only prints: ordered, bilingual, cited."""

from __future__ import annotations

from datetime import date

from nadzor.procedures.rules.answers import Answers, Part
from nadzor.procedures.rules.opinion import opinion
from nadzor.procedures.rules.qualification import determine

DAY = date(2026, 11, 22)
SOFTWARE = Part(
    program=True, integral_part=False, purposes=("diagnosis",), health_care=True, natures=(),
    functions=("interpretation",), mode="automatic", decisions=True, interpretation="finds nodules",
    source="CT", use="radiologist", platform="server", access="licence",
)  # fmt: skip


def printed(answers):
    """The document of some answers."""
    return opinion(determine(answers, DAY), by="I. Ivanova", given=date(2026, 11, 23))


def test_an_opinion_holds_everything_in_order():
    """Facts, description, criteria, steps, reasons, cautions, editions; author, day and digest."""
    found = printed(
        Answers(route="national", product="Lung", complex=False, components={"software": SOFTWARE})
    )
    assert [section.kind for section in found.sections] == [
        "facts", "description", "criteria", "steps", "reasons", "cautions", "editions",
    ]  # fmt: skip
    facts = {line.label.en: line.says.en for line in found.sections[0].lines}
    assert facts["Author"] == "I. Ivanova"
    assert facts["Date"] == "23.11.2026"
    assert facts["Digest (SHA-256)"] == found.digest
    assert len(found.digest) == 64
    assert [line.says.en for line in found.sections[1].lines] == [
        "finds nodules", "CT", "radiologist", "server", "licence",
    ]  # fmt: skip


def test_every_step_of_an_opinion_is_cited():
    """Question, answer, what follows, and the norm with its status, in both languages."""
    found = printed(
        Answers(route="national", product="Lung", complex=False, components={"software": SOFTWARE})
    )
    steps = found.sections[3].lines
    assert [line.cited.fact for line in steps][:3] == ["R-003", "R-004", "R-001"]
    assert all(line.follows.ru and line.says.ru and line.cited.cite and line.cited.status for line in steps)
    assert {line.cited.fact for line in found.sections[5].lines} == {"R-019", "R-020"}


def test_a_complex_has_sections_for_each_part():
    """Headings name the part, so that nobody reads one part's steps as another's."""
    answers = Answers(
        route="national", product="Set", complex=True, parts=("software", "channel"),
        components={"software": SOFTWARE, "channel": Part(program=False)},
    )  # fmt: skip
    titles = [section.title.en for section in printed(answers).sections if section.kind == "steps"]
    assert titles == ["Steps: the software", "Steps: the transmission channel or cloud storage"]


def test_an_opinion_on_the_union_route_only_says_so():
    """No verdict, no steps: the statement and who gave it when."""
    found = printed(Answers(route="eaeu"))
    assert [section.kind for section in found.sections] == ["facts"]
    assert "EAEU" in found.verdict.en
