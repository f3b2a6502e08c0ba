# SPDX-License-Identifier: Apache-2.0
"""The interview in the portal: one question a page, nothing lost, an opinion to store or to print."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from django.test import Client

DEVICE: Final = {
    "route": "national",
    "product": "«Лёгочный помощник», версия 1.2",
    "complex": "no",
    "software.program": "yes",
    "software.integral_part": "no",
    "software.purposes": ["diagnosis", "monitoring"],
    "software.health_care": "yes",
    "software.functions": ["interpretation", "statistics"],
    "software.mode": "automatic",
    "software.decisions": "yes",
    "software.natures": "none",
    "software.interpretation": "Вероятность узелков в лёгких по данным КТ.",
    "software.source": "Томографы.",
    "software.use": "Врачи-рентгенологи.",
    "software.platform": "Сервер.",
    "software.access": "Подписка.",
}
WELLNESS: Final = DEVICE | {
    "software.purposes": "none",
    "software.health_care": "no",
    "software.functions": ["statistics"],
    "software.natures": ["wellness"],
}
UNCLEAR: Final = DEVICE | {"software.functions": ["editing"]}
COMPLEX: Final = {
    "route": "national",
    "product": "Пульс-комплекс",
    "complex": "yes",
    "parts": ["sensing", "software", "channel"],
    "sensing.program": "no",
    "sensing.health_care": "no",
    **{key: value for key, value in DEVICE.items() if key.startswith("software.")},
    "channel.program": "no",
}


def walk(client: Client, answers: dict[str, Any], *, first: str = "route") -> str:
    """Answer question by question as the pages lead, and return where it ends."""
    address = f"/qualify/{first}/"
    for _ in range(60):
        key = address.split("/")[2]
        if key not in answers:
            return address
        sent = client.post(address, {"answer": answers[key]})
        assert sent.status_code == 302, sent.content.decode()
        address = sent["Location"]
    raise AssertionError("the interview does not end")


def verdict(page: str) -> str:
    """The verdict as the page shows it."""
    return re.findall(r'class="verdict.*?<h2>([^<]+)</h2>', page, re.DOTALL)[0]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (DEVICE, "A medical device"),
        (WELLNESS, "Not a medical device"),
        (UNCLEAR, "To be reviewed by a person"),
    ],
)
def test_the_interview_ends_in_one_of_three_answers(client_of, answers, said):
    """Yes, no, or a person: each with steps, chips that lead to norms, their marks, and the caveat."""
    client = client_of(language="en")
    assert walk(client, answers) == "/qualify/result/"
    page = client.get("/qualify/result/").content.decode()
    assert verdict(page) == said
    assert len(re.findall(r'class="step-head"', page)) >= 6
    norms = set(re.findall(r'class="norm[^"]*" href="(/norms/[^"]+)"', page))
    assert len(norms) >= 5 and {client.get(norm).status_code for norm in norms} == {200}
    assert "verified by the founding text" in page and "The law has no clear criteria" in page
    assert ("not verified" in page or "reported by others" in page) == (answers is UNCLEAR)


def test_a_complex_is_judged_part_by_part(client_of):
    """Each part has its own questions and verdict; one device among them makes the complex hold a device."""
    client = client_of(language="en")
    assert walk(client, COMPLEX) == "/qualify/result/"
    page = client.get("/qualify/result/").content.decode()
    assert verdict(page) == "A part of the complex is a medical device"
    headings = re.findall(r'class="section-head"><h2>([^<]+)</h2>', page)
    assert len(headings) == 3 and any("(the sensor)" in heading for heading in headings)
    assert page.count("Not a medical device") >= 1


def test_the_eaeu_route_ends_at_once_and_judges_nothing(client_of):
    """Who goes by the law of the EAEU is told so; there is nothing to store."""
    client = client_of("registrar", "en")
    assert walk(client, {"route": "eaeu"}) == "/qualify/result/"
    page = client.get("/qualify/result/").content.decode()
    assert verdict(page) == "Not judged" and 'action="/opinions/"' not in page
    assert client.post("/opinions/")["Location"] == "/qualify/result/"
    assert client.get("/qualify/result.pdf").status_code == 200


def test_a_question_shows_its_words_examples_and_what_was_said(client_of):
    """The title is the question; the letter's examples stand beside it; earlier answers can be changed."""
    client = client_of()
    assert walk(client, {key: DEVICE[key] for key in list(DEVICE)[:7]}) == "/qualify/software.functions/"
    page = client.get("/qualify/software.functions/").content.decode()
    assert "<h1" in page and "Что продукт делает с данными?" in page
    assert "поддержка клинических решений при инсульте" in page
    assert 'aria-labelledby="question"' in page and 'aria-current="step"' in page
    assert page.count(">Изменить<") == 7
    assert 'href="/qualify/software.health_care/">Назад' in page


@pytest.mark.parametrize(
    ("key", "given", "said"),
    [
        ("route", "", "Choose one answer."),
        ("product", "  ", "Write an answer"),
        ("product", "x" * 301, "300"),
        ("product", "Helper of Mr. John Smith", "personal details"),
        ("complex", ["yes", "no"], "Choose one answer."),
        ("parts", [], "Mark at least one."),
        ("parts", ["none"], "Mark at least one."),
        ("software.purposes", [], "Mark at least one."),
        ("software.purposes", ["none", "diagnosis"], "not both"),
    ],
)
def test_a_mistake_stays_on_the_page_as_it_was_typed(client_of, key, given, said):
    """422, a summary that leads to the field, what was typed still there, and no earlier answer lost."""
    client = client_of(language="en")
    walk(client, COMPLEX)
    answer = client.post(f"/qualify/{key}/", {"answer": given})
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page
    assert re.search(r'role="alert"[^>]*>.*?<a href="#answer', page, re.DOTALL)
    assert re.search(r"<title>\s*Error", page)
    typed = given if isinstance(given, list) else [given]
    marked = re.findall(r'value="(\w+)" checked', page)
    assert all(one in marked or one.strip() in page for one in typed)
    assert client.get("/qualify/result/").status_code == 200


def test_no_visitor_fills_the_disk(client_of):
    """Of what is far too long the visit keeps a few pages, and of boxes no more than a question has."""
    client = client_of(None)
    walk(client, {"route": "national"})
    sent = client.post("/qualify/product/", {"answer": ["ж" * 1_000_000, *["x" * 100_000] * 60]})
    assert sent.status_code == 422
    kept = client.session["qualify"]["draft"]["product"]
    assert len(kept) == 50 and max(map(len, kept)) == 8_000


def test_a_mistake_survives_a_change_of_language(client_of):
    """The draft waits in the visit: the same page in the other language shows it, with the error."""
    client = client_of(language="en")
    walk(client, {"route": "national"})
    client.post("/qualify/product/", {"answer": "я" * 400})
    client.post("/preferences/", {"language": "ru", "next": "/qualify/product/"})
    page = client.get("/qualify/product/").content.decode()
    assert "Сократите ответ до 300 знаков" in page and "я" * 400 in page


def test_going_back_and_changing_ones_mind_loses_nothing(client_of):
    """What an answer makes needless is put by, and is there again when the answer is changed back."""
    client = client_of()
    walk(client, DEVICE)
    before = client.get("/qualify/result/").content.decode()
    assert client.post("/qualify/software.program/", {"answer": "no"})["Location"] == "/qualify/result/"
    assert "Не медицинское изделие" in client.get("/qualify/result/").content.decode()
    assert client.get("/qualify/software.mode/")["Location"] == "/qualify/result/"
    client.post("/qualify/software.program/", {"answer": "yes"})
    assert verdict(client.get("/qualify/result/").content.decode()) == verdict(before)


def test_an_answer_that_is_no_choice_is_refused(client_of):
    """A form of somebody's own making is answered as a mistake, too."""
    answer = client_of(language="en").post("/qualify/route/", {"answer": "sideways"})
    assert answer.status_code == 422 and "Choose one answer." in answer.content.decode()


def test_addresses_lead_on_or_nowhere(client_of):
    """No interview has such a question: 404; a later page before its time leads to the next question."""
    client = client_of()
    assert client.get("/qualify/nonsense/").status_code == 404
    assert client.get("/qualify/software.nonsense/").status_code == 404
    for early in ("software.mode/", "result/", "result.pdf"):
        assert client.get(f"/qualify/{early}")["Location"] == "/qualify/route/"


def test_an_interview_of_another_time_begins_anew(client_of):
    """A visit that holds what no interview asks today is not an error of the visitor."""
    client = client_of()
    walk(client, {"route": "national"})
    session = client.session
    session["qualify"] = {"said": {"route": "sideways"}, "draft": {}}
    session.save()
    assert client.get("/qualify/result/")["Location"] == "/qualify/route/"


def test_anew_forgets_everything(client_of):
    """Only a POST forgets; then the start page offers to begin."""
    client = client_of(language="en")
    walk(client, DEVICE)
    assert ">Go on<" in client.get("/qualify/").content.decode()
    assert client.get("/qualify/anew/").status_code == 405
    assert client.post("/qualify/anew/")["Location"] == "/qualify/"
    assert ">Begin<" in client.get("/qualify/").content.decode()


def test_forms_ask_for_a_token(client_of):
    """Another site can neither answer nor forget for a visitor."""
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/qualify/route/", {"answer": "national"}).status_code == 403
    assert strict.post("/qualify/anew/").status_code == 403


@pytest.mark.parametrize(("language", "mark"), [("ru", "/Lang (ru)"), ("en", "/Lang (en)")])
def test_anybody_prints_the_answer_without_a_name(client_of, language, mark):
    """A tagged PDF in the reader's language; it says that nobody stands behind it."""
    client = client_of(language=language)
    walk(client, DEVICE)
    paper = client.get("/qualify/result.pdf")
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    assert mark.encode() in opened(paper.content) and b"/StructTreeRoot" in opened(paper.content)


def test_a_signed_in_person_stores_and_prints_an_opinion(client_of):
    """Stored with number, author and date; shown as it was given; printed with its digest; listed."""
    client = client_of("manufacturer_admin", "en")
    walk(client, DEVICE)
    sent = client.post("/opinions/")
    assert sent.status_code == 302 and re.fullmatch(r"/opinions/O-\d{4}-\d+/", sent["Location"])
    page = client.get(sent["Location"]).content.decode()
    assert "manufacturer_admin" in page and verdict(page) == "A medical device"
    assert len(re.findall(r'class="hash">[0-9a-f]{64}<', page)) == 1
    paper = client.get(sent["Location"].rstrip("/") + ".pdf")
    assert paper.content.startswith(b"%PDF") and "opinion-O-" in paper["Content-Disposition"]
    assert sent["Location"] in client.get("/opinions/").content.decode()
    assert ">Begin<" in client.get("/qualify/").content.decode()


def test_a_stored_opinion_is_not_everybodys(client_of):
    """A stranger's opinion does not exist; the public signs in first; the regulator's staff read all."""
    author = client_of("manufacturer_admin")
    walk(author, DEVICE)
    address = author.post("/opinions/")["Location"]
    stranger, staff = client_of("clinic"), client_of("registrar")
    assert stranger.get(address).status_code == 404
    assert stranger.get(address.rstrip("/") + ".pdf").status_code == 404
    assert staff.get(address).status_code == 200
    assert client_of().get(address)["Location"].startswith("/login/")
    assert "Пока ничего не сохранено" in stranger.get("/opinions/").content.decode()


def test_signing_in_to_store_keeps_the_answers(client_of, house):
    """The public's answers are there after signing in, and can be stored then."""
    from tests.town import PASSWORD

    client = client_of(language="en")
    walk(client, DEVICE)
    assert client.post("/opinions/")["Location"] == "/login/?next=/qualify/result/"
    signed = client.post(
        "/login/?next=/qualify/result/",
        {"username": "inspector", "password": PASSWORD, "next": "/qualify/result/"},
    )
    assert signed["Location"] == "/qualify/result/"
    assert verdict(client.get("/qualify/result/").content.decode()) == "A medical device"
    assert client.post("/opinions/")["Location"].startswith("/opinions/O-")


def test_an_unfinished_interview_is_not_stored(client_of):
    """A POST before the end leads back to the question."""
    client = client_of("registrar")
    walk(client, {"route": "national"})
    assert client.post("/opinions/", follow=True).redirect_chain[-1][0] == "/qualify/product/"


def opened(paper: bytes) -> bytes:
    """The file with its packed streams unpacked beside it."""
    import zlib

    packed = re.findall(rb"stream\r?\n(x.*?)\r?\nendstream", paper, re.DOTALL)
    return paper + b"".join(zlib.decompressobj().decompress(stream) for stream in packed)
