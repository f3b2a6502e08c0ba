# SPDX-License-Identifier: Apache-2.0
"""docs/first-receipt.md is walked: from a maker's blank account, by its own script, to a TEST receipt."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import requests

from nadzor.journal.opening import open_reader, read_log
from nadzor_wire.receipt import decode_receipt, verify_receipt
from tests.register_samples import device
from tests.unit.cli.console import plain_environment
from tests.walk.whole_house import whole_house

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "docs" / "first-receipt.sh"
OWN = "a password of one's own, 42"
NAME = {"name_ru": "Проба", "name_en": "Trial", "modality": "DX"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A new house, and the account of its maker's administrator."""
    with whole_house(tmp_path_factory.mktemp("first-receipt")) as (home, staff):
        (maker,) = [one for one in staff if one["role"] == "manufacturer_admin"]
        yield home, maker


@pytest.fixture(scope="module")
def token(house):
    """The token that the page *Try it out* shows once to a maker who opened a draft there."""
    home, maker = house
    with requests.Session() as browser:
        browser.headers["Accept-Language"] = "en"
        address = home.settings.portal_url
        posted(browser, address + "/login/", {"username": maker["username"], "password": maker["password"]})
        own = {"old": maker["password"], "new": OWN, "again": OWN}
        posted(browser, address + "/account/security/password/", own)
        shown = posted(browser, address + "/drafts/", NAME)
        (given,) = re.findall(r'id="token">(nz-[^<]+)<', shown)
        assert "nz-" not in browser.get(address + "/drafts/", timeout=60).text
        return given


def posted(browser, address, fields):
    """A form filled in and sent, with what guards it against forgery."""
    page = browser.get(address, timeout=60).text
    (guard,) = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page))
    answer = browser.post(
        address, fields | {"csrfmiddlewaretoken": guard}, headers={"Referer": address}, timeout=60
    )
    assert answer.ok, answer.text
    return answer.text


def test_the_script_of_the_page_leads_to_a_receipt(house, token, tmp_path):
    """Enrolled, three studies reported, proved offline, run twice; in the sandbox's log only."""
    home, _ = house
    done = walk(home, token, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "proved: " in done.stdout and "TEST receipt: " in done.stdout
    credential = json.loads((tmp_path / "bench.json").read_text())
    receipt = decode_receipt((tmp_path / "bench.spool" / "last-answer.json").read_bytes())
    assert verify_receipt(receipt, credential["log_vkey"]).origin == home.sandbox().origin
    assert walk(home, token, tmp_path).returncode == 0
    with closing(read_log(home.sandbox())) as sandbox, closing(open_reader(home)) as log:
        assert (sandbox.counts().accepted, log.size()) == (6, 0)
    assert list(home.lake.glob("**/*.parquet")) == []


def test_a_token_opens_one_bench(house, token, tmp_path):
    """The script runs again where its bench is; elsewhere the spent token is refused."""
    home, _ = house
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    for place in (here, elsewhere):
        place.mkdir()
        done = walk(home, token, place)  # the first may be the token's first bench, if this test runs first
    assert done.returncode == 1 and "401 enrol.token" in done.stderr


def test_the_draft_is_nowhere_in_the_public_register(house, token):
    """Neither search nor the open data show what a maker tries out."""
    home, _ = house
    address = home.settings.portal_url
    found = requests.get(address + "/api/v1/register/devices", timeout=60).json()["items"]
    assert [one["code"] for one in found] == [device()["code"]]
    assert b"Trial" not in requests.get(address + "/api/v1/register/devices.json", timeout=60).content


def walk(home, token, here):
    """The script as a maker runs it."""
    environment = plain_environment(PYTHON=sys.executable, PATH=os.environ["PATH"])
    command = ["sh", str(SCRIPT), home.settings.portal_url, token, str(here)]
    return subprocess.run(
        command, cwd=here, env=environment, capture_output=True, text=True, timeout=180, check=False
    )
