# SPDX-License-Identifier: Apache-2.0
"""Signing in with a real browser: an app set up without JavaScript, a virtual key, somebody else's key."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from nadzor.base import clock
from nadzor.people import totp
from tests.town import PASSWORD, ROOT

pytestmark = pytest.mark.browser
SCRIPT: Final = """
import sys
from nadzor.actions.create_home import create_home
from nadzor.site.django import setup
setup(create_home(sys.argv[1], portal_url=sys.argv[2]))
from nadzor.people.models import User
for role in ("inspector", "head", "auditor", "operator", "manufacturer_admin"):
    User.objects.create_user(role, password=sys.argv[3], role=role)
"""
FIRST: Final = {"en": "First set up a second factor", "ru": "Сначала настройте второй фактор входа"}
KEY: Final = {
    "protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A portal that asks staff for a second factor, at an address a key can sign for."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    directory, address = tmp_path_factory.mktemp("strict") / "home", f"http://localhost:{port}"
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(directory), address, PASSWORD], cwd=ROOT, env=clean, check=True
    )
    command = [sys.executable, "-m", "uvicorn", "nadzor.site.asgi:application", "--port", str(port)]
    environment = clean | {"NADZOR_HOME": str(directory)}
    server = subprocess.Popen([*command, "--log-level", "warning"], cwd=ROOT, env=environment)
    try:
        _wait(port, server)
        yield address
    finally:
        server.terminate()
        server.wait(20)


class Desk:
    """A browser of somebody, with what its console said."""

    def __init__(self, chromium: Browser, address: str, language: str, **more: Any) -> None:
        self.context = chromium.new_context(locale=language, **more)
        self.page: Page = self.context.new_page()
        self.address, self.complaints = address, []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, username: str) -> None:
        """The first step."""
        self.page.goto(f"{self.address}/login/")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", PASSWORD)
        self.press("main form button.button")

    def press(self, selector: str) -> None:
        """Press what leads to another page."""
        with self.page.expect_navigation():
            self.page.click(selector)

    def virtual_key(self) -> Any:
        """Put a key into this browser that answers by itself."""
        wire = self.context.new_cdp_session(self.page)
        wire.send("WebAuthn.enable")
        wire.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        return wire

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.complaints.append(message.text)


@pytest.mark.parametrize(("language", "role"), [("en", "inspector"), ("ru", "head")])
def test_staff_set_up_an_app_without_javascript(chromium, strict, language, role):
    """Nothing else opens first; the square and the secret, the code, ten recovery codes; then the desk."""
    desk = Desk(chromium, strict, language, java_script_enabled=False)
    desk.sign_in(role)
    page = desk.page
    page.goto(f"{strict}/devices/")
    assert page.url.endswith("/account/security/") and FIRST[language] in page.content()
    desk.press("a[href='/account/security/app/']")
    assert page.locator("svg.square").bounding_box()["width"] > 150
    secret = page.inner_text("#secret").replace(" ", "")
    now = clock.now()
    page.fill("#code", totp.code_of(secret, totp.step_of(now)))
    desk.press("main form button.button")
    assert page.locator("ol.codes code").count() == 10
    page.goto(f"{strict}/devices/")
    assert page.url.endswith("/devices/")
    desk.press("form[action='/logout/'] button")
    desk.sign_in(role)
    assert page.url.endswith("/login/second/")
    page.fill("#code", totp.code_of(secret, totp.step_of(now + timedelta(seconds=totp.STEP_S))))
    desk.press("main form button.button")
    assert page.url.endswith("/morning/" if role == "inspector" else "/head/")
    desk.context.close()


@pytest.mark.parametrize(("language", "role"), [("en", "auditor"), ("ru", "operator")])
def test_staff_sign_in_with_a_key(chromium, strict, language, role):
    """The key is added, named, asked for at the next sign-in; the console stays silent under our policy."""
    desk = Desk(chromium, strict, language)
    desk.virtual_key()
    desk.sign_in(role)
    page = desk.page
    page.goto(f"{strict}/account/security/key/")
    page.fill("#name", "blue stick")
    desk.press("[data-passkey-button]")
    assert page.locator("ol.codes code").count() == 10
    page.goto(f"{strict}/account/security/")
    assert "blue stick" in page.content() and page.locator("form[action$='/remove/']").count() == 0
    desk.press("form[action='/logout/'] button")
    desk.sign_in(role)
    assert page.url.endswith("/login/second/")
    desk.press("[data-passkey-button]")
    assert "/login/" not in page.url
    page.goto(f"{strict}/account/security/")
    assert re.search("last used|последний раз", page.inner_text("#factors"))
    assert desk.complaints == []
    desk.context.close()


def test_a_key_of_somebody_else_opens_nothing(chromium, strict):
    """A browser with another key is told so, and a recovery code is still there."""
    desk = Desk(chromium, strict, "en")
    desk.virtual_key()
    desk.sign_in("manufacturer_admin")
    desk.page.goto(f"{strict}/account/security/key/")
    desk.press("[data-passkey-button]")
    spare = desk.page.inner_text("ol.codes li >> nth=0")
    desk.context.close()
    thief = Desk(chromium, strict, "en")
    thief.virtual_key()
    thief.sign_in("manufacturer_admin")
    thief.page.click("[data-passkey-button]")
    thief.page.wait_for_selector("[data-passkey-wrong]:visible", timeout=70_000)
    assert thief.page.url.endswith("/login/second/")
    thief.page.fill("#code", spare)
    thief.press("form:has(#code) button.button")
    assert thief.page.url.endswith("/account/")
    thief.context.close()


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/health/live")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError("the portal did not come up")
