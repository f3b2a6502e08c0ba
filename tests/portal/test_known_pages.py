# SPDX-License-Identifier: Apache-2.0
"""The page, the API and the replay of what was known: the town's own signals, devices and register."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from nadzor.actions.replay_signal import replay_signal
from nadzor.base import clock
from nadzor.people.queries import CONSOLE
from nadzor.vigilance.known.moment import end_of
from nadzor.vigilance.models import Signal
from tests.portal.maker_deeds import text


def ask(client: Any, kind: str, ref: str = "", on: str = "") -> Any:
    """The page's answer."""
    return client.get("/known/", {"kind": kind, "ref": ref, "on": on or clock.today().isoformat()})


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize(
    ("kind", "ref", "live"),
    [
        ("device", "ai-042", "/register/ai-042/"),
        ("signal", "1", "/signals/1/"),
        ("register", "", "/register/"),
    ],
)
def test_a_thing_is_shown_as_it_was_known(client_of, kind, ref, live, lang):
    """Each kind has its sheet, with the way to how it stands today."""
    answer = ask(client_of("inspector", lang), kind, ref)
    page = text(answer)
    assert answer.status_code == 200 and f'href="{live}"' in page and 'class="as-of"' in page


@pytest.mark.parametrize(
    ("kind", "ref", "on", "status", "code"),
    [
        ("signal", "1", "2020-01-01", 404, "known.not-yet"),
        ("signal", "9" * 30, "", 404, "signal.unknown"),
        ("signal", "x", "", 404, "signal.unknown"),
        ("device", "ai-999", "", 404, "register.device-unknown"),
        ("event", "AE-2020-000001", "", 404, "vigilance.event-unknown"),
        ("case", "2020-000001", "", 404, "filing.unknown"),
        ("poem", "", "", 404, "known.kind"),
        ("device", "ai-042", "soon", 422, "known.day"),
        ("device", "ai-042", "9998-01-01", 422, "known.future"),
    ],
)
def test_what_cannot_be_answered_is_said_above_the_form(client_of, kind, ref, on, status, code):
    """The form keeps what was typed; the refusal says what to do."""
    answer = ask(client_of("inspector", "en"), kind, ref, on)
    page = text(answer)
    assert answer.status_code == status and 'role="alert"' in page and 'name="on"' in page
    assert client_of("inspector").get(f"/problems/{code}").status_code == 200


def test_another_makers_signal_was_never_known(client_of):
    """A maker reads its own device's signal, and the answer about a foreign one is that there is none."""
    from nadzor.people.models import User
    from nadzor.register import queries as register
    from nadzor.vigilance.queries import signals

    own = User.objects.get(username="manufacturer_admin").organisation.code
    makers = {card.code: card.maker.code for card in register.devices()}
    rows = [row for row in signals().rows if row.device]
    for row in rows:
        found = ask(client_of("manufacturer_admin"), "signal", str(row.id)).status_code
        assert found == (200 if makers[row.device] == own else 404)
    assert ask(client_of(), "register").status_code == 302


def test_the_api_says_the_same(client_of):
    """The register is open to everyone, a signal to who may read it."""
    today = clock.today().isoformat()
    assert client_of().get("/api/v1/known/register", {"on": today}).json()["by_status"]["registered"] >= 1
    told = client_of("inspector").get("/api/v1/known/signals/1", {"on": today}).json()
    assert told["id"] == 1 and told["evidence"]
    assert client_of().get("/api/v1/known/signals/1", {"on": today}).status_code == 401
    assert client_of("clinic").get("/api/v1/known/signals/1", {"on": today}).status_code == 404
    refused = client_of("inspector").get("/api/v1/known/devices/ai-042", {"on": "soon"})
    assert (refused.status_code, refused.json()["code"]) == (422, "known.day")
    for address in ("events/AE-2020-000001", "filings/2020-000001"):
        assert client_of("inspector").get(f"/api/v1/known/{address}", {"on": today}).status_code == 404


def test_a_detector_run_again_on_that_knowledge_gives_the_same_figure(house):
    """The town's signals come back from the facts of their own day, to the very rows."""
    found = replay_signal(house, 1, end_of(clock.today()), by=CONSOLE)
    assert found.again is not None and found.same_figure and found.same_rows
    assert re.fullmatch(r"[0-9a-f]{64}", found.again.rows_hash)


@pytest.mark.parametrize(
    ("lang", "words"), [("ru", "Когда наши сведения менялись"), ("en", "Signal 1 raised")]
)
def test_the_timeline_leads_to_the_sheets_of_its_moments(client_of, lang, words):
    """Below the sheet of a device; each link answers, one is marked, the API says the same."""
    client = client_of("inspector", lang)
    (device,) = Signal.objects.filter(pk=1).values_list("device", flat=True)
    page = text(ask(client, "device", device))
    links = re.findall(r'<a href="(/known/[^"]+)"( aria-current="true")?><time', page)
    told = client.get("/api/v1/known/moments", {"kind": "device", "ref": device}).json()
    assert words in page and len(links) == len(told["items"]) > 0
    assert [bool(mark) for _, mark in links] == [True] + [False] * (len(links) - 1)
    oldest = client.get(unescape(links[-1][0]))
    assert oldest.status_code == 200 and 'aria-current="true"' in text(oldest)


def test_what_was_not_known_yet_says_when_it_was(client_of):
    """Asked of a day before, the page refuses the sheet and shows the moments; a stranger sees neither."""
    early = ask(client_of("inspector", "en"), "signal", "1", "2020-01-01")
    foreign = ask(client_of("clinic", "en"), "signal", "1", "2020-01-01")
    assert (early.status_code, foreign.status_code) == (404, 404)
    assert 'id="moments"' in text(early) and 'id="moments"' not in text(foreign)
    rubbish = client_of("inspector").get("/known/", {"kind": "register", "on": "", "before": "x"})
    assert rubbish.status_code == 422


def test_moments_are_refused_by_the_api_as_the_sheet_is(client_of):
    """Nobody's without an account, a foreign signal unknown, a kind that is none refused."""
    ways = {"clinic": 404, None: 401, "inspector": 200}
    asked = {"kind": "signal", "ref": "1"}
    told = {who: client_of(who).get("/api/v1/known/moments", asked).status_code for who in ways}
    assert told == ways
    assert client_of("inspector").get("/api/v1/known/moments", {"kind": "poem"}).status_code == 422
