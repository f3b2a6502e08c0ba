# SPDX-License-Identifier: Apache-2.0
"""Every way to amend an entry, walked in the browser by everybody it takes, in both languages."""

from __future__ import annotations

import pytest

from tests.browser import wizard
from tests.browser.walks import MAKER

pytestmark = pytest.mark.browser

ENTERED = [
    "40 submit", "38 find_complete", "37 start", "36 send_task", "30 conclude_positive", "28 register",
]  # fmt: skip


@pytest.fixture
def device(play):
    """A registered device of the town's own maker, new for each test."""

    def make(name):
        product = {"ru": f"{name} изделие", "en": f"{name} device"}
        return f"ai-{play(procedure='registration_simplified', maker='own', product=product, steps=ENTERED)}"

    return make


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_version_is_entered_though_the_gate_has_nothing_to_show(walk, device, language):
    """The gate's evidence stands beside the decision, each sentence with its norm; it bars nothing."""
    code = device(f"Версия {language}")
    here = walk(language)
    wizard.amend(here, code, "version_numbering", procedure="amendment_version")
    page = here.at(MAKER).page
    page.get_by_label(wizard.label(here, "amendment.version"), exact=True).fill("3.0")
    sworn = page.get_by_role("group", name=wizard.label(here, "amendment.liability"))
    sworn.get_by_label(here.ui("Yes"), exact=True).check()
    wizard.onward(here)
    for msgid in ("Day the version was released", "Builds of the version"):
        page.get_by_label(here.ui(msgid), exact=True).fill(wizard.ENTRY[msgid])
    wizard.onward(here)
    assert wizard.hand_in(here) == "considering"
    proofs = here.card("registrar").locator("#gate li")
    assert proofs.count() >= 1 and proofs.locator("a.norm, a[href*='/norms/']").count() >= 1
    assert here.ui("missing") in proofs.first.inner_text()
    assert here.does("registrar", "enter_version") == "entered"
    assert "3.0" in here.at("public").go(f"/register/{code}/").locator("main").inner_text()
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_version_is_refused_by_a_norm_reversed_and_rerouted(walk, play, device, language):
    """A refusal cites its norm, in the letter too; a court reverses it; then another way is shown."""
    code = device(f"Отказ версии {language}")
    number = play(procedure="amendment_version", maker="own", device=code, version="3.1", steps=["2 submit"])
    here = walk(language).take("amendment_version", number)
    assert here.does("registrar", "refuse", norm_cite="amendment.version_conditions") == "refused"
    assert here.seen_card().locator("#way a[href*='/norms/amendment.version_conditions']").count() >= 1
    page = here.card(MAKER)
    page.locator("#letters a").first.click()
    page.wait_for_url("**/letters/*/")
    assert page.locator("a[href*='/norms/']").count() >= 1
    assert here.does("head", "court_reversal") == "considering"
    assert here.does("head", "reroute", norm_cite="amendment.version_conditions") == "rerouted"
    here.quiet()


@pytest.mark.parametrize(("language", "decides"), [("ru", "head"), ("en", "registrar")])
def test_a_plain_amendment_is_decided_by_the_head_or_a_delegate(walk, device, language, decides):
    """A renamed address needs no expertise; the registrar decides it by the head's order, and it says so."""
    code = device(f"Адрес {language}")
    here = walk(language)
    wizard.amend(here, code, "address_renamed", procedure="amendment_plain")
    wizard.onward(here)
    page = here.at(MAKER).page
    page.get_by_label(here.ui("What changes, in your words")).fill("Улица переименована.")
    page.get_by_label(here.ui("Name in English"), exact=True).fill(f"Renamed {language}")
    wizard.onward(here)
    assert wizard.hand_in(here) == "considering"
    note = here.ui("You decide by the head's delegation.")
    form = here.opened(here.card(decides), "enter_amendment")
    assert (note in form.inner_text()) is (decides == "registrar")
    assert here.does(decides, "enter_amendment") == "entered"
    english = here.visit(language="en", signed_in=False).go(f"/register/{code}/")
    assert f"Renamed {language}" in english.locator("h1").inner_text()
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_plain_amendment_is_returned_withdrawn_or_refused(walk, play, device, language):
    """Every other end of it: returned with a norm and filed anew, refused, withdrawn."""
    code = device(f"Концы {language}")

    def fresh():
        return play(procedure="amendment_plain", maker="own", device=code, steps=["3 submit"])

    here = walk(language).take("amendment_plain", fresh())
    assert here.does("registrar", "return_filing") == "returned"
    here.take("amendment_plain", fresh())
    assert here.does("head", "refuse") == "refused"
    assert here.does("head", "court_reversal") == "considering"
    assert here.does(MAKER, "withdraw") == "withdrawn"
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_expert_asks_once_and_the_maker_answers(walk, device, tmp_path, language):
    """An amendment with expertise: the question goes by the registrar, the answer with a paper comes back."""
    code = device(f"Вопрос {language}")
    here = walk(language)
    wizard.amend(here, code, "other", procedure="amendment_expertise")
    wizard.onward(here)
    here.at(MAKER).page.get_by_label(here.ui("What changes, in your words")).fill("Новый набор данных.")
    wizard.onward(here)
    assert wizard.hand_in(here) == "checking"
    here.walk("registrar start", "registrar send_task")
    assert here.does("expert", "ask_applicant") == "asking"
    assert here.does("registrar", "pass_question") == "answering"
    here.attach(MAKER, tmp_path, name="answer.pdf")
    assert here.does(MAKER, "answer") == "expertise"
    assert here.verb("ask_applicant") not in here.offered("expert")
    assert here.does("expert", "conclude_positive") == "deciding"
    assert here.does("head", "enter_amendment") == "entered"
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_without_an_answer_the_expertise_goes_on_to_a_refusal(walk, play, device, language):
    """The limit for an answer is not known and bars nobody; a negative conclusion is objected to in vain."""
    code = device(f"Без ответа {language}")
    asked = ["9 submit", "8 start", "8 send_task", "6 ask_applicant", "5 pass_question"]
    number = play(procedure="amendment_expertise", maker="own", device=code, papers=True, steps=asked)
    here = walk(language).take("amendment_expertise", number)
    assert here.does("expert", "go_on_without_answer") == "expertise"
    assert here.does("expert", "conclude_negative") == "notifying"
    assert here.does("registrar", "notify_negative") == "refusal_held"
    assert here.does(MAKER, "object") == "objecting"
    assert here.does("head", "reject_objections") == "refused"
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_new_purpose_is_directed_to_a_new_registration(walk, device, language):
    """The head says so by a norm, and the maker opens the registration with what was written already."""
    code = device(f"Назначение {language}")
    here = walk(language)
    wizard.amend(here, code, "functional_purpose", procedure="amendment_new_registration")
    assert wizard.hand_in(here) == "considering"
    assert here.does("head", "direct_to_registration") == "directed"
    page, old = here.card(MAKER), here.number
    here.send(here.opened(page, "open_registration"), "open_registration")
    here.take("registration_simplified", page.url.rstrip("/").rpartition("/")[2])
    assert here.state() == "draft" and page.get_by_role("link", name=old, exact=True).count() >= 1
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_two_amendments_of_one_field_meet(walk, device, language):
    """Each card names the other; the later one is entered only when the head confirms the changed entry."""
    code, here = device(f"Встреча {language}"), walk(language)
    numbers = [_renamed(here, code, name) for name in (f"First {language}", f"Second {language}")]
    assert numbers[1] in here.take("amendment_plain", numbers[0]).card("head").locator("#main").inner_text()
    assert here.does("head", "enter_amendment") == "entered"
    here.take("amendment_plain", numbers[1])
    over = here.ui("The entry has changed since this was filed")
    told = here.refused("head", "enter_amendment")
    assert "name" in told
    page = here.card("head")
    page.locator("#do-enter_amendment summary").click()
    page.get_by_role("group", name=over).get_by_role("checkbox").check()
    form = page.locator("#do-enter_amendment")
    form.get_by_label(here.ui("Grounds"), exact=True).fill("Сверено с действующей записью.")
    here.send(form, "enter_amendment")
    assert here.state() == "entered"
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_while_the_device_is_suspended_an_amendment_waits(walk, play, device, language):
    """It is received and considered; entering it is refused until the device is back in use."""
    code = device(f"Ждёт {language}")
    stopped = ["9 open_matter", "8 confirm_deviation", "8 inquire", "7 answer", "7 suspend"]
    case = play(procedure="case", maker="own", device=code, steps=stopped)
    number = play(procedure="amendment_plain", maker="own", device=code, steps=["3 submit"])
    here = walk(language).take("amendment_plain", number)
    assert here.refused("head", "enter_amendment")
    here.take("case", case)
    assert here.does("head", "resume_use") == "resumed"
    here.take("amendment_plain", number)
    assert here.does("head", "enter_amendment") == "entered"
    here.quiet()


def _renamed(here, code, name):
    wizard.amend(here, code, "address_renamed", procedure="amendment_plain")
    wizard.onward(here)
    here.at(MAKER).page.get_by_label(here.ui("Name in English"), exact=True).fill(name)
    wizard.onward(here)
    assert wizard.hand_in(here) == "considering"
    return here.number
