# SPDX-License-Identifier: Apache-2.0
"""A real Chromium before a real server on the town's data directory; its console is watched all the time."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import Struct
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from nadzor.base.home import Home
from tests.browser.event_forms import PERSONAL, reports
from tests.browser.house_chores import house_chores
from tests.browser.stage import stage
from tests.browser.walks import Walk
from tests.town import PASSWORD, ROOT, town_copy

CHROMIUM: Final = "/usr/bin/chromium"
ARGUMENTS: Final = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_S: Final = 60


class Town(Struct, frozen=True):
    """The town being served: where, and its public key of the log."""

    address: str
    directory: Path
    log_vkey: str


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The town's portal as a process on a free port."""
    directory = town_copy(tmp_path_factory)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "nadzor.site.asgi:application", "--port", str(port)]
    environment = os.environ | {"NADZOR_HOME": str(directory)}
    server = subprocess.Popen([*command, "--log-level", "warning"], cwd=ROOT, env=environment)
    try:
        _wait(port, server)
        yield Town(f"http://127.0.0.1:{port}", directory, Home.open(directory).log_vkey)
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    if not shutil.which(CHROMIUM):
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def pass_cards(town: Town, chromium: Browser) -> Callable[[str], dict[str, Any]]:
    """A session for each role, signed in once, when it is first needed."""
    known: dict[str, dict[str, Any]] = {}

    def of(role: str) -> dict[str, Any]:
        if role not in known:
            known[role] = _signed_in(town, chromium, role)
        return known[role]

    return of


@pytest.fixture(scope="package")
def pass_card(pass_cards: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """The inspector's session."""
    return pass_cards("inspector")


def _signed_in(town: Town, chromium: Browser, role: str) -> dict[str, Any]:
    context = chromium.new_context(locale="ru-RU")
    page = context.new_page()
    page.goto(f"{town.address}/login/")
    page.fill("input[name=username]", role)
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("main button.button")
    assert "/login/" not in page.url
    state: dict[str, Any] = dict(context.storage_state())
    context.close()
    return state


class Visit:
    """One visit of the town: a page whose console and failures are collected."""

    def __init__(self, context: BrowserContext, town: Town) -> None:
        self.town = town
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, address: str) -> Page:
        """Open an address of the town."""
        self.page.goto(self.town.address + address)
        return self.page

    def follow(self, selector: str) -> Page:
        """Click what leads to another page, and be there: loaded, not only begun."""
        with self.page.expect_navigation():
            self.page.click(selector)
        return self.page

    def drawn(self) -> Page:
        """The page once its charts are there; they are drawn on first view and loaded when they come near."""
        self.page.evaluate(LOAD_IMAGES)
        return self.page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.complaints.append(message.text)


LOAD_IMAGES = """() => Promise.all([...document.images].map(image => {
    image.loading = "eager";
    return image.decode().catch(() => null);
}))"""


@pytest.fixture
def visit(town: Town, chromium: Browser, pass_cards: Callable[[str], dict[str, Any]]) -> Iterator[Any]:
    """Make a visit in a language, theme and width, in a role (by default the inspector) or as the public."""
    contexts: list[BrowserContext] = []

    def make(
        *,
        language: str = "ru",
        theme: str = "light",
        width: int = 1280,
        signed_in: bool = True,
        role: str = "inspector",
    ) -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            locale="ru-RU",
            storage_state=pass_cards(role) if signed_in else None,
            reduced_motion="reduce",
        )
        chosen = {"nadzor_language": language, "nadzor_theme": theme}
        context.add_cookies([{"name": n, "value": v, "url": town.address} for n, v in chosen.items()])
        contexts.append(context)
        return Visit(context, town)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="package")
def play(town: Town) -> Iterator[Callable[..., str]]:
    """Play what happened before the browser opens; brings the filing's number."""
    with stage(town.directory) as played:
        yield played


@pytest.fixture(scope="package")
def chore(town: Town) -> Iterator[Callable[[str], str]]:
    """Have a chore of the house done, which its scheduler would do by and by."""
    with house_chores(town.directory) as done:
        yield done


@pytest.fixture(scope="package")
def an_event(town: Town, chromium: Browser, pass_cards: Callable[[str], dict[str, Any]]) -> str:
    """An event that a clinic reported, its text held back: its pages and clocks are there; its number."""
    context = chromium.new_context(storage_state=pass_cards("clinic"))
    number = reports(Visit(context, town), harm="unknown", words=PERSONAL.ru)
    context.close()
    return number


@pytest.fixture
def walk(visit: Any, play: Callable[..., str]) -> Callable[[str], Walk]:
    """Begin a walk in a language; whoever walks also has the stage."""
    return lambda language: Walk(visit, language)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/health/live")
            connection.getresponse()
            return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise TimeoutError("the portal did not answer")
