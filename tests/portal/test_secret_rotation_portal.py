# SPDX-License-Identifier: Apache-2.0
"""`nadzor secret rotate` as people live through it: they stay signed in, and their factors open as before."""

from __future__ import annotations

from typing import Any

import pytest

from nadzor.actions.create_home import create_home
from nadzor.base.home import FACTORS, Home
from nadzor.records.models import AuditEntry
from tests.sign_in_samples import Hands, account, browser, code, give_password, set_up_app
from tests.unit.cli.console import answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict(tmp_path: Any, settings: Any) -> Home:
    """A house of an earlier release that asks for a second factor."""
    home = create_home(tmp_path / "data", second_factor=True)
    (home.keys / f"{FACTORS}.key").unlink()
    settings.HOME = home
    _started(home, settings)
    return home


def _started(home: Home, settings: Any) -> None:
    """What `nadzor serve` reads when it begins."""
    settings.SECRET_KEY = home.secret("secret").hex()
    settings.SECRET_KEY_FALLBACKS = [former.hex() for former in home.former_secrets()]


def test_sessions_and_factors_survive_a_rotation(strict, settings, monkeypatch):
    """Who was signed in goes on, also after the end; app and recovery code open; it is on record."""
    hands = Hands()
    monkeypatch.setattr("nadzor.base.clock.now", hands.now)
    account("inspector")
    awake, asleep = browser(), browser()
    give_password(awake, "inspector")
    secret, codes = set_up_app(awake)
    _sign_in(asleep, code(secret, later=1))
    answer(strict, "secret", "rotate")
    _started(strict, settings)
    assert awake.get("/devices/").status_code == 200
    answer(strict, "secret", "rotate", "--finish")
    _started(strict, settings)
    assert awake.get("/devices/").status_code == 200
    assert asleep.get("/devices/")["Location"].startswith("/login/")
    hands.tick(120)
    for typed in (code(secret), codes[0]):
        fresh = browser()
        _sign_in(fresh, typed)
        assert fresh.get("/devices/").status_code == 200
    kept = AuditEntry.objects.filter(verb__startswith="people.secret.").order_by("seq")
    assert [entry.verb.rpartition(".")[2] for entry in kept] == ["begin", "end", "finish"]


def test_a_session_under_a_secret_long_gone_opens_nothing(strict, settings):
    """Neither the secret nor the former one is heeded once both were changed."""
    account("auditor")
    client = browser()
    give_password(client, "auditor")
    for _time in range(2):
        answer(strict, "secret", "rotate")
        answer(strict, "secret", "rotate", "--finish")
    _started(strict, settings)
    assert client.get("/devices/")["Location"].startswith("/login/")


def _sign_in(client: Any, typed: str) -> None:
    give_password(client, "inspector")
    client.post("/login/second/", {"code": typed})
