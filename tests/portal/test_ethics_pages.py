# SPDX-License-Identifier: Apache-2.0
"""The self-assessment by the Code of Ethics: the maker answers, staff read, others learn nothing of it."""

from __future__ import annotations

import pytest

from nadzor.actions.answer_ethics import Said, answer_ethics
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.people.queries import person
from nadzor.portal import ethics as pages
from nadzor.register import queries as register
from nadzor.vigilance.ethics import EthicsAnswer, checklist, standing

KEY = "end.criteria"


@pytest.fixture
def maker(house):
    """A person of a maker, and one device of theirs."""
    who = person(User.objects.get(username="manufacturer_reporter"))
    return who, register.readable(who)[0].code


def _keep(maker, answer="partly", note="Критерии в приложении 4.", line=KEY):
    who, device = maker
    return answer_ethics(device, {line: Said(answer, note)}, by=who, now=clock.now())


def test_the_maker_answers_and_the_newest_answer_stands(client_of, maker):
    """What was answered stands with who and when; a second answer replaces it and the first is kept."""
    _who, device = maker
    client = client_of("manufacturer_reporter")
    sent = {f"answer-{KEY}": "no", f"note-{KEY}": "", "answer-end.way": ""}
    assert client.post(f"/devices/{device}/ethics/answer/", sent).status_code == 302
    assert _keep(maker) == 1
    assert (standing(device)[KEY].answer, EthicsAnswer.objects.count()) == ("partly", 2)
    page = client.get(f"/devices/{device}/ethics/").content.decode()
    assert "Критерии в приложении 4." in page
    assert "«частично»: 1" in page


def test_the_same_answer_again_is_kept_once(maker):
    """Sending a form twice adds nothing."""
    assert (_keep(maker), _keep(maker)) == (1, 0)
    assert EthicsAnswer.objects.count() == 1


@pytest.mark.parametrize("language", ["ru", "en"])
def test_staff_read_it_and_cannot_answer(client_of, maker, language):
    """An inspector reads every line as advice; there is nothing to press, and a try is refused."""
    _keep(maker)
    client, device = client_of("inspector", language), maker[1]
    page = client.get(f"/devices/{device}/ethics/").content.decode()
    lines = checklist().lines.values()
    assert all((line.says.en if language == "en" else line.says.ru) in page for line in lines)
    assert ("Рекомендация, не закон" in page) is (language == "ru")
    assert "ethics/answer/" not in page
    answer = client.post(f"/devices/{device}/ethics/answer/", {f"answer-{KEY}": "yes"})
    assert answer.status_code in (403, 404)
    assert EthicsAnswer.objects.count() == 1


def test_others_do_not_learn_that_it_is_there(client_of, maker):
    """A stranger signs in first; a maker of other devices is told that there is no such device."""
    who, _device = maker
    other = next(card.code for card in register.devices() if card.maker.code != who.organisation)
    assert client_of().get(f"/devices/{other}/ethics/").status_code == 302
    refused = client_of("manufacturer_reporter").get(f"/devices/{other}/ethics/")
    assert refused.status_code == 404


def test_evidence_leads_to_its_page(client_of, maker):
    """What the platform holds stands beside a line with a link that opens; nothing held is said as such."""
    client, device = client_of("inspector"), maker[1]
    page = client.get(f"/devices/{device}/ethics/")
    facts = [fact for part in page.context["parts"] for row in part.rows for fact in row.evidence]
    places = {fact.href for fact in facts}
    assert [href for href in places if client.get(href).status_code != 200] == []
    assert {fact.label for fact in facts} >= {"заявленные показатели", "версии в реестре"}


def test_the_answers_print(client_of, maker):
    """The answers come as a paper that says it has no legal effect."""
    _keep(maker)
    answer = client_of("manufacturer_reporter").get(f"/devices/{maker[1]}/ethics.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("line", "answer", "note", "code"),
    [
        ("no.such", "yes", "", "ethics.line-unknown"),
        (KEY, "maybe", "", "ethics.answer"),
        (KEY, "yes", "x" * 2001, "ethics.note-too-long"),
        (KEY, "yes", "Звоните +7 912 345-67-89", "ethics.note-personal"),
    ],
    ids=["line", "answer", "long", "personal"],
)
def test_what_is_no_answer_is_refused(maker, line, answer, note, code):
    """Unknown lines and answers, long notes and personal details are refused, and nothing is kept."""
    with pytest.raises(Refusal) as refused:
        _keep(maker, answer, note, line)
    assert refused.value.code == code
    assert not EthicsAnswer.objects.exists()


def test_a_refused_answer_stands_with_what_is_wrong(client_of, maker):
    """The form comes back as typed, with the fault beside its field."""
    sent = {f"answer-{KEY}": "yes", f"note-{KEY}": "Звоните +7 912 345-67-89"}
    answer = client_of("manufacturer_reporter").post(f"/devices/{maker[1]}/ethics/answer/", sent)
    assert answer.status_code == 422
    assert "личные сведения" in answer.content.decode()
    assert "Звоните" in answer.content.decode()


def test_every_kind_of_evidence_has_a_name_and_a_page(house):
    """No line of the checklist points at evidence the page cannot name."""
    kinds = {kind for line in checklist().lines.values() for kind in line.evidence}
    assert kinds == set(pages.EVIDENCE)
