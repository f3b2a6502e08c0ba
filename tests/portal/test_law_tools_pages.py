# SPDX-License-Identifier: Apache-2.0
"""Class, duty and way of amendment as public tools: a form is an address, an answer names its norms."""

from __future__ import annotations

import re

import pytest

FORMS = ("/law/class/", "/law/duty/", "/law/amendment/")


def outcome(page: str) -> str:
    """The answer in large letters."""
    return " ".join(re.findall(r'class="verdict.*?<h2>([^<]+)</h2>', page, re.DOTALL)).replace("\xa0", " ")


@pytest.mark.parametrize("address", FORMS)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_an_empty_form_asks_and_answers_nothing(client_of, address, language):
    """Without a question there is no answer and no reproach."""
    page = client_of(language=language).get(address).content.decode()
    assert 'id="outcome"' not in page and 'role="alert"' not in page and "<fieldset" in page


@pytest.mark.parametrize(
    ("query", "said", "state"),
    [
        ("device=no", "No class", "by rule"),
        ("device=yes&ai=yes", "Class 3", "by rule"),
        ("device=yes&ai=yes&information=I3&categories=C", "Class 3", "by rule"),
        ("device=yes&ai=no&information=I1&categories=A", "Proposal: class 3", "not final"),
        ("device=yes&ai=no&information=I1&information=I2&categories=B", "Proposal: class 2b", "not final"),
    ],
)
def test_ai_is_class_three_and_the_rest_is_a_proposal(client_of, query, said, state):
    """R-033 settles; the table proposes, shown as unverified, and a person settles."""
    page = client_of(language="en").get(f"/law/class/?{query}").content.decode()
    assert outcome(page) == said and state in page
    assert ("not verified" in page.split('id="outcome"')[1]) is True
    assert set(re.findall(r'class="norm[^"]*" href="(/norms/[^"]+)"', page))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("ai=yes", "device"),
        ("device=yes", "ai"),
        ("device=yes&ai=no", "information"),
        ("device=yes&ai=no&information=I1&information=I9", "categories"),
        ("device=yes&ai=maybe", "ai"),
    ],
)
def test_a_class_that_lacks_a_fact_says_which(client_of, query, field):
    """The summary of errors leads to the question; what was marked stays marked."""
    page = client_of(language="en").get(f"/law/class/?{query}").content.decode()
    assert f'href="#{field}-1"' in page and 'id="outcome"' not in page
    assert len(re.findall("checked", page)) == len(re.findall(r"=(?:yes|no|I1)(?:&|$)", query))


def test_registration_of_ai_costs_195_000(client_of):
    """Two duties with their norms, confirmed by the founding text; tests are paid by contract, apart."""
    page = client_of(language="en").get("/law/duty/?act=registration&class=3&on=2026-11-22").content.decode()
    assert outcome(page) == "195,000 ₽" and "confirmed by the founding text" in page
    amounts = [text.replace("\xa0", " ") for text in re.findall(r'class="amount">([^<]+)<', page)]
    assert amounts == ["11,000 ₽", "184,000 ₽", "by contract", "195,000 ₽"]
    assert '/norms/duty.expertise.3?start=2026-11-22"' in page


def test_a_disputed_duty_shows_both_sums_and_no_total(client_of):
    """Sources differ: both variants stand there, none is chosen, nothing is added up."""
    page = client_of().get("/law/duty/?act=amendment_expertise&class=3").content.decode()
    assert outcome(page) == "Итог назвать нельзя" and "Итого" not in page
    assert "88 000" in page and "184 000" in page and "спорно" in page


def test_an_unconfirmed_duty_says_so(client_of):
    """Reported by others only: a sum, and the advice to check it."""
    page = client_of(language="en").get("/law/duty/?act=amendment_version&class=3").content.decode()
    assert outcome(page) == "2,500 ₽" and "check before you pay" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("class=3", "Choose what is to be done."),
        ("act=registration", "Choose the class"),
        ("act=registration&class=9", "Choose the class"),
        ("act=registration&class=3&on=yesterday", "year-month-day"),
    ],
)
def test_a_duty_that_lacks_a_fact_says_which(client_of, query, said):
    """An error summary, the field marked, the rest of the form as it was."""
    page = client_of(language="en").get(f"/law/duty/?{query}").content.decode()
    assert said in page and 'role="alert"' in page and 'id="outcome"' not in page


def test_a_day_that_is_none_stays_as_it_was_typed(client_of):
    """A date field would drop it: the form shows it as text, beside what is wrong."""
    page = client_of(language="en").get("/law/duty/?act=registration&class=3&on=31.12.2026").content.decode()
    assert re.search(r'<input type="text" id="on"[^>]* value="31\.12\.2026"', page)


def test_a_day_before_the_rates_has_no_sum(client_of):
    """No norm in force: the page says so and leads to the norm, and guesses nothing."""
    page = client_of(language="en").get("/law/duty/?act=registration&class=3&on=2010-01-01").content.decode()
    assert 'class="alert alert-warn"' in page and "₽" not in page
    assert "/norms/duty.certificate?start=2010-01-01" in page


@pytest.mark.parametrize(
    ("query", "said", "limit"),
    [
        (
            "changes=version_numbering&ai=yes&transmits=yes",
            "The simplified version amendment",
            "5 working days",
        ),
        ("changes=version_numbering&ai=yes&transmits=no", "An amendment with expertise", "36 working days"),
        ("changes=functional_purpose", "A new registration", "31 working days"),
        ("changes=representative", "An amendment without expertise", "10 working days"),
        ("changes=other", "An amendment with expertise", "36 working days"),
    ],
)
def test_the_way_of_an_amendment_names_its_limit_and_norms(client_of, query, said, limit):
    """The tree of R-120: procedure, limit with its norm and a last day, reasons with theirs."""
    page = client_of(language="en").get(f"/law/amendment/?{query}").content.decode()
    assert outcome(page) == said and limit in page
    assert re.search(r'href="/norms/[\w.]+\?start=\d{4}-\d\d-\d\d">\d+ \w+ \d{4}<', page)
    assert len(set(re.findall(r'class="norm[^"]*" href="(/norms/[^"]+)"', page))) >= 2


def test_disputes_and_other_ways_are_shown(client_of):
    """X1 and X5 beside the simplified way; a version among other changes may be filed by itself."""
    client = client_of(language="en")
    simple = client.get("/law/amendment/?changes=version_numbering&ai=yes&transmits=yes").content.decode()
    mixed = client.get(
        "/law/amendment/?changes=version_numbering&changes=other&ai=yes&transmits=yes"
    ).content.decode()
    assert "X1." in simple and "X5." in simple
    assert "What else is possible" in mixed and "The simplified version amendment" in mixed


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("ai=yes", "changes"),
        ("changes=nonsense", "changes"),
        ("changes=version_numbering", "ai"),
        ("changes=version_numbering&ai=yes", "transmits"),
    ],
)
def test_an_amendment_that_lacks_a_fact_says_which(client_of, query, field):
    """The summary leads to the question that is open."""
    page = client_of(language="en").get(f"/law/amendment/?{query}").content.decode()
    assert f'href="#{field}-1"' in page and 'id="outcome"' not in page


def test_only_links_that_lead_somewhere_are_offered(client_of):
    """What next: every way on answers, with an account or without."""
    client = client_of()
    page = client.get("/law/class/?device=yes&ai=yes").content.decode()
    ways = re.findall(r'<ul class="ways-on">(.*?)</ul>', page, re.DOTALL)[0]
    assert {client.get(href).status_code for href in re.findall(r'href="([^"]+)"', ways)} <= {200, 302}
