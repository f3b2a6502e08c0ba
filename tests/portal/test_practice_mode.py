# SPDX-License-Identifier: Apache-2.0
"""A house to learn in: marked on every page and paper and in its log's name; a real one is never marked."""

from __future__ import annotations

import json
from typing import Final

import pytest

from nadzor.actions.send_mail import send_mail
from nadzor.base.home import Home
from nadzor.base.problems import Text
from nadzor.portal.frame import PRACTICE
from nadzor.portal.printing import draw, laid_out
from nadzor.records import notices
from tests.register_samples import NOW

TEXT: Final = Text("Ждёт вас: 2026-000001", "Waits for you: 2026-000001")
BODY: Final = '<body><p>x</p><p style="break-before: page">y</p></body>'
PAGE: Final = f'<html lang="ru"><head><title>t</title></head>{BODY}</html>'
PLACES: Final = [(None, "/register/"), (None, "/nowhere/"), ("registrar", "/filings/"),
                 ("clinic", "/clinic/"), (None, "/login/")]  # fmt: skip


def _texts(box):
    """All words of a laid-out box and of what stands in it."""
    inside = getattr(box, "children", ())
    return [getattr(box, "text", ""), *(text for child in inside for text in _texts(child))]


def _marks():
    """For each sheet of a drawn paper, how often the mark stands on it."""
    sheets = laid_out(PAGE, base="http://x").pages
    return ["".join(_texts(sheet._page_box)).count("Practice") for sheet in sheets]


@pytest.fixture
def learning(house, settings, tmp_path):
    """The town, served from a house to learn in."""
    settings.HOME = Home.create(tmp_path / "learning", practice=True, second_factor=False)
    return settings.HOME


@pytest.mark.parametrize(("role", "address"), PLACES)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_page_is_marked(client_of, learning, role, address, language):
    """Whoever looks, whatever the page and the language: the mark stands in words."""
    page = client_of(role, language).get(address).content.decode()
    assert f"<b>{PRACTICE}</b>" in page


def test_a_real_house_is_not_marked(client_of):
    """The mark stands nowhere else."""
    assert PRACTICE not in client_of().get("/register/").content.decode()


def test_every_page_of_a_paper_is_marked(learning):
    """Each sheet of a printed paper carries the mark, above and beside; the first in its text as well."""
    assert _marks() == [3, 2]
    assert draw(PAGE, base="http://x").startswith(b"%PDF")


def test_a_paper_of_a_real_house_is_not_marked(house):
    """A real paper has no mark."""
    assert _marks() == [0, 0]


def test_its_log_says_so_in_its_name(learning):
    """Receipts are signed under the log's name, so that none of them passes for a real one."""
    assert learning.settings.origin == "practice.nadzor.local/log"
    assert learning.log_vkey.startswith("practice.nadzor.local/log+")


def test_a_house_of_an_earlier_release_still_opens(learning):
    """A settings file without the word is a real house."""
    told = json.loads(learning.config.read_text("utf-8"))
    del told["practice"]
    learning.config.write_text(json.dumps(told), "utf-8")
    assert not Home.open(learning.root).settings.practice


def test_a_house_to_learn_in_mails_nobody(learning, mailoutbox, monkeypatch):
    """Its notices stand in the portal alone: not even the server is asked."""
    monkeypatch.setattr("nadzor.actions.send_mail.get_connection", lambda: pytest.fail("a server was asked"))
    notices.to_role("inspector", subject="2026-000001", text=TEXT, now=NOW)
    assert send_mail(now=NOW) == 0
    assert mailoutbox == []
