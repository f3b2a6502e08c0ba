# SPDX-License-Identifier: Apache-2.0
"""A house that asks for a second factor, one person of each kind, and what they type."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final

from django.test import Client

from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.people import totp

PASSWORD: Final = "correct horse battery"


class Hands:
    """The hands of the house's clock: they stand until they are turned."""

    def __init__(self) -> None:
        self.moment = clock.now()

    def now(self) -> datetime:
        """What the clock says."""
        return self.moment

    def tick(self, seconds: int) -> None:
        """Turn the hands."""
        self.moment += timedelta(seconds=seconds)


def strict_home(path: Any) -> Home:
    """A house that asks staff for a second factor."""
    return Home.create(path, second_factor=True)


def account(username: str, role: str = "") -> Any:
    """An account with the password of these tests."""
    from nadzor.people.models import User

    return User.objects.create_user(
        username, password=PASSWORD, role=role or username, email=f"{username}@example.org"
    )


def browser(address: str = "10.0.0.1", language: str = "en") -> Client:
    """A browser at an address."""
    return Client(headers={"accept-language": language}, REMOTE_ADDR=address)


def give_password(client: Client, username: str, password: str = PASSWORD, **more: str) -> Any:
    """The first step of signing in."""
    return client.post("/login/", {"username": username, "password": password, **more})


def secret_of(page: str) -> str:
    """The secret that the set-up page shows."""
    found = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', page)
    assert found is not None
    return found[1].replace(" ", "")


def code(secret: str, *, later: int = 0) -> str:
    """The code an app shows now, or some steps later."""
    return totp.code_of(secret, totp.step_of(clock.now()) + later)


def set_up_app(client: Client) -> tuple[str, list[str]]:
    """Walk through the set-up of an app; returns its secret and the recovery codes."""
    secret = secret_of(client.get("/account/security/app/").content.decode())
    page = client.post("/account/security/app/", {"code": code(secret)}).content.decode()
    return secret, re.findall(r"<li><code>([a-z2-7-]+)</code></li>", page)
