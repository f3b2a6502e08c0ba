# SPDX-License-Identifier: Apache-2.0
"""The register's public pages: the card with its mirror, the history, an entry as it stood."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from django.test import Client
from django.utils import translation

from nadzor.actions.correct_entry import correct_entry, enter_number
from nadzor.actions.import_register import import_register
from nadzor.actions.sync_mirror import sync_mirror
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE
from tests.register_samples import NOW, device, foreign_device, register

pytestmark = pytest.mark.django_db
CARD, HISTORY = "/register/ai-901/", "/register/ai-901/history/"
ENTRY = {"number": "P3H 2025/90901", "name": "Лучик Лёгкие-КТ", "status": "действует"}


@pytest.fixture(autouse=True)
def _filled(home):
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)
    yield
    translation.deactivate()


def read(address: str, language: str = "en", **headers) -> str:
    """A page as the public reads it."""
    answer = Client(headers={"accept-language": language}).get(address, headers=headers)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def suspend(**form) -> None:
    """Suspend the device by a correction."""
    told = {"because": "a threat", "cause": "correction", "status": "suspended", **form}
    correct_entry("ai-901", told, valid_from=date(2026, 11, 1), by=CONSOLE, now=NOW)


def sync(*rows, now=NOW) -> None:
    """Read a dump of the official register."""
    content = msgspec.json.encode({"v": 1, "entries": list(rows)})
    sync_mirror(content, source="official", by=CONSOLE, now=now)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_legal_date_leads_to_its_norm(language):
    """The day of registration links to the norm in force that day; where none was, nothing is cited."""
    page = read(CARD, language)
    assert 'href="/norms/registration.decision"' in page
    older = device(registered_on="2020-01-01")
    import_register(register(older), by=CONSOLE, now=NOW)
    assert "<dd>1 Jan 2020</dd>" in read(CARD)


def test_a_suspension_is_seen_first():
    """A banner with the day; one that came with a file says that the file does not say since when."""
    assert "Registration suspended" not in read(CARD)
    suspend()
    page = read(CARD)
    assert "Registration suspended" in page and "Since 1 Nov 2026." in page
    assert "what still runs goes on reporting" in page
    import_register(register(foreign_device(status="cancelled")), by=CONSOLE, now=NOW)
    other = read("/register/ai-902/")
    assert "Registration cancelled" in other and "does not say since when" in other
    assert "Registration suspended" in read(HISTORY)


def test_the_mirror_is_never_said_to_miss_what_could_not_be_checked():
    """Never checked, the same, differs, not there; and a failed reading says since when."""
    assert "never checked" in read(CARD)
    sync(ENTRY)
    assert "the same there" in read(CARD)
    assert "not there" in read("/register/ai-902/")
    sync(ENTRY | {"risk_class": "2b"}, now=NOW + timedelta(hours=1))
    page = read(CARD)
    assert "differs there" in page and "2b" in page
    with pytest.raises(Refusal):
        sync_mirror(b"", source="official", by=CONSOLE, now=NOW + timedelta(hours=2))
    for code in ("ai-901", "ai-902"):
        page = read(f"/register/{code}/")
        assert "could not check" in page and "Since 21 Nov 2026, 14:00" in page
    assert "could not be read since" in read("/register/")
    sync(ENTRY, now=NOW + timedelta(hours=3))
    assert "Compared with the official register as read 21 Nov 2026, 15:00" in read("/register/")


def test_a_draft_number_is_called_ours():
    """Nobody takes it for an official one."""
    sync(ENTRY)
    enter_number("ai-902", "ПРОЕКТ 2026-000009", by=CONSOLE, now=NOW)
    page = read("/register/ai-902/")
    assert "our own number until the official one is known" in page
    assert "official number not known yet" in page


def test_history_tells_each_edition():
    """What changed, since when, known since when."""
    suspend(name={"ru": "Новое", "en": "New name"})
    page = read(HISTORY)
    assert page.index("Edition 2") < page.index("Edition 1")
    assert "New name" in page and "Luchik Lung CT" in page
    assert "holds since 1 Nov 2026" in page and "known here since 21 Nov 2026, 12:00" in page
    assert "Редакция 2" in read(HISTORY, "ru")


def test_an_entry_is_shown_as_it_stood():
    """By both times, with what is different today; before it began nothing held."""
    suspend(name={"ru": "Новое", "en": "New name"})
    then = read(f"{HISTORY}?valid_on=2026-10-01")
    assert "As it stood on 1 Oct 2026, as known now" in then
    assert "What is different today" in then and "New name" in then
    before = read(f"{HISTORY}?valid_on=2026-11-10&known_at=2026-11-21T12:00")
    assert "as known 21 Nov 2026, 12:00" in before
    same = read(f"{HISTORY}?known_at=2026-11-21T12:00:00%2B03:00")
    assert "Nothing: the entry says the same today." in same
    assert "No entry held then" in read(f"{HISTORY}?valid_on=2020-01-01")


@pytest.mark.parametrize("asked", ["valid_on=yesterday", "known_at=noon", "valid_on=2026-13-01"])
def test_a_day_that_is_none_is_a_problem_page(asked):
    """422 with what to do."""
    answer = Client().get(f"{HISTORY}?{asked}")
    assert answer.status_code == 422
    assert "register.day" in answer.content.decode()


def test_the_register_page_offers_files():
    """Of the register and of its changes, in three formats."""
    page = read("/register/")
    for name in ("devices", "changes"):
        for kind in ("json", "csv", "xlsx"):
            assert f'href="/api/v1/register/{name}.{kind}"' in page


@pytest.mark.parametrize("address", ["/register/ai-999/", "/register/ai-999/history/"])
def test_an_unknown_entry_is_not_found(address):
    """As a problem page."""
    assert Client().get(address).status_code == 404
