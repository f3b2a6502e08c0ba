# SPDX-License-Identifier: Apache-2.0
"""No secret leaves `keys/` but as what it is for: not by logs, errors, words of commands or tables."""

from __future__ import annotations

import ast
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.test import Client

from nadzor.actions.give_api_token import give_api_token
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.logs import LibraryLine
from nadzor.people.models import User
from nadzor.people.queries import CONSOLE
from tests.house.source import HOUSE, SDK, python, tree, where
from tests.portal.test_vigilance_attacks import everything
from tests.town import PASSWORD

#: SVG that we draw from numbers and from words of our own tables, escaped where it is drawn.
DRAWN: Final = ("printed_code_square.py", "procedure_pages.py", "render(")
SECRET: Final = re.compile(r"(?i)(^|_)(secret|token|password|digest_of_token|hmac|otp|csrf)$")


def secrets_of(home: Home) -> list[bytes]:
    """Every secret of a directory, as bytes, hexadecimal and base64 text would show it."""
    found = []
    for path in home.keys.glob("*.key"):  # those of bodies are as many as months, and lie in the same folder
        if path.is_file():
            raw = path.read_bytes().strip()
            found += [raw, raw.hex().encode()] if len(raw) >= 16 else []
    return found


def test_keys_are_for_their_owner_alone(town):
    """Directory 0700, files 0600, after a whole life of the town; nothing secret lies outside of it."""
    named = (".vkey", "bodies", ".lock")  # public keys, folders, a lock without a word in it
    kept = [town.keys, *(path for path in town.keys.rglob("*") if not path.name.endswith(named))]
    loose = [path.name for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert len(kept) > 5 and loose == []
    sought = secrets_of(town)
    told = re.compile(b"|".join(re.escape(key) for key in sought))
    others = [path for path in town.root.rglob("*") if path.is_file() and town.keys not in path.parents]
    leaking = [path.name for path in others if told.search(path.read_bytes())]
    assert len(sought) > 5 and leaking == []


def test_tables_hold_what_a_thief_cannot_use(house, db):
    """Passwords are hashed, tokens are digests: whoever has the register has no way to sign in with it."""
    user = User.objects.get(username="inspector")
    token = give_api_token(user.username, days=1, by=CONSOLE, now=clock.now()).token
    told = everything()
    assert "$" in user.password and PASSWORD not in told
    assert len(token) > 32 and token not in told and token[-20:] not in told


@pytest.mark.parametrize("command", ["init", "status", "account"])
def test_no_command_repeats_a_secret(tmp_path, command):
    """Words, JSON and errors of commands, with a database password and a mail password in the environment."""
    home = Home.create(tmp_path / "data")
    words = {
        "init": ["init", "--data", str(home.root), "--json"],
        "status": ["journal", "verify", "--data", str(home.root), "--json"],
        "account": ["account", "list", "--data", str(home.root), "--json"],
    }[command]
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    hidden = {"NADZOR_MAIL_PASSWORD": "planted-mail-word", "PGPASSWORD": "planted-base-word"}
    done = subprocess.run(
        [sys.executable, "-m", "nadzor.site.launch", *words],
        env=clean | hidden, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert "planted" not in said
    assert not [key for key in secrets_of(home) if key.decode("latin-1") in said]


def test_no_secret_is_compared_sign_by_sign():
    """Names of secrets meet in hmac.compare_digest alone: `==` stops at the first sign that differs."""
    found = [
        f"{where(path, node)} {ast.unparse(node)[:70]}"
        for path in python(HOUSE, SDK)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Compare) and any(isinstance(how, ast.Eq | ast.NotEq) for how in node.ops)
        and any(_is_secret(side) for side in (node.left, *node.comparators))
        and not any(isinstance(side, ast.Constant) for side in (node.left, *node.comparators))
    ]  # fmt: skip
    assert found == []


def _is_secret(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return bool(SECRET.search(name))


def test_no_random_that_can_be_guessed_makes_a_secret():
    """`random` and numpy's generators draw nations, never keys, tokens or nonces."""
    rooms = ("base", "people", "records", "site", "portal", "api", "gateway", "journal", "receipts", "cli")
    found = [
        where(path)
        for room in rooms
        for path in python(HOUSE / room)
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Import) and any(name.name == "random" for name in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module in ("random", "numpy.random"))
    ]
    assert found == []


def test_nothing_is_run_that_somebody_wrote():
    """No eval, exec, pickle, marshal, shell or unsafe YAML anywhere in the house or the SDK."""
    banned = re.compile(
        r"\b(eval|exec|compile)\(|\bpickle\.|\bmarshal\.|shell=True|yaml\.(load|unsafe_load)\((?!.*C?SafeLoader)"
        r"|os\.(system|popen)\(|mark_safe\(|\|safe\b|autoescape off"
    )
    found = [
        f"{where(path, node)} {text[:60]}"
        for path in python(HOUSE, SDK)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and banned.search(text := ast.unparse(node))
        and "re.compile" not in text
    ]
    assert [each for each in found if not any(name in each for name in DRAWN)] == []


def test_templates_switch_no_escaping_off():
    """Neither `safe` nor `autoescape off` in any template, and no script within a page."""
    pages = list(HOUSE.rglob("*.html"))
    loose = [
        path.name
        for path in pages
        if re.search(
            r"\|\s*safe\b|autoescape off|<script(?![^>]*\bsrc=)|\son\w+=|style=\"", path.read_text("utf-8")
        )
    ]
    assert len(pages) > 50 and loose == []


def test_a_fault_shows_nothing_of_itself(house, monkeypatch, caplog):
    """A page and an API answer after a fault of ours: no place, no name, no value; the log names the kind."""
    from nadzor.portal import public

    def broken(*_args: Any, **_named: Any) -> None:
        raise RuntimeError("-".join(("planted", "secret", "value")))

    monkeypatch.setattr(public, "render", broken)
    client = Client(raise_request_exception=False)
    answer = client.get("/register/")
    assert answer.status_code == 500
    assert b"planted" not in answer.content and b"Traceback" not in answer.content
    assert json.dumps(dict(answer.headers)).count("nosniff") == 1
    (record,) = [one for one in caplog.records if one.exc_info]
    line = json.loads(LibraryLine().format(record))
    assert "RuntimeError" in line["exception"] and "planted-secret" not in str(line)
    assert line["timestamp"].endswith("Z") and settings.LOGGING["formatters"]["line"]["()"].endswith(
        "LibraryLine"
    )


def test_own_name_of_every_secret_file_is_known(home):
    """The inventory of SECURITY.md names each kind of file that `keys/` holds in a fresh house."""
    page = (Path(__file__).resolve().parents[2] / "SECURITY.md").read_text("utf-8")
    missing = [path.name for path in home.keys.iterdir() if f"`{path.name}" not in page]
    assert missing == []
