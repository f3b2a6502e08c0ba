# SPDX-License-Identifier: Apache-2.0
"""A house that was put back names the log that it has now, on every page that names one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.test import Client

from nadzor.base import clock
from nadzor.base.home import FormerLog, Home
from nadzor.portal.receipts import check_all
from tests.unit.actions.copies.old_house import make_house


@pytest.fixture
def restored(house: Home, settings: Any) -> Home:
    """The town as if it had been put back once."""
    ended = FormerLog(house.log_vkey, 0, "", clock.now())
    settings.HOME = Home(house.root, msgspec.structs.replace(house.settings, former_logs=(ended,)))
    found: Home = settings.HOME
    return found


@pytest.mark.parametrize("page", ["/help/", "/journal/", "/receipt/"])
def test_pages_name_the_log_that_signs_now(
    restored: Home, client_of: Callable[..., Client], page: str
) -> None:
    """Former name nowhere but in the public key, which the operator's file still says here."""
    client = client_of("inspector")
    answer = client.get(page, follow=True)
    assert answer.status_code == 200
    told = answer.content.decode().replace(restored.log_vkey, "")
    former = restored.settings.origin
    assert restored.log_origin == f"{former}.2" and restored.log_origin in told
    assert told.count(former) == told.count(restored.log_origin)


def test_a_receipt_of_the_former_log_is_still_genuine(tmp_path: Path) -> None:
    """Signed by the key that ended, it holds and says which log that was; under a stranger's it does not."""
    before, receipts = make_house(tmp_path / "before")
    now = Home.create(tmp_path / "now")
    body = msgspec.json.encode(receipts[0])
    assert check_all(body, now).field == "checkpoint"
    ended = FormerLog(before.log_vkey, 5, "", clock.now())
    found = check_all(body, Home(now.root, msgspec.structs.replace(now.settings, former_logs=(ended,))))
    assert found.holds and found.facts[0].text.startswith(before.log_origin)


def test_the_statement_of_succession_is_shown(restored: Home, client_of: Callable[..., Client]) -> None:
    """Whoever runs an SDK finds it where the key is, with the command that checks and pins."""
    assert "--succession" not in client_of(None).get("/receipt/").content.decode()
    (restored.root / "successions").mkdir()
    (restored.root / "successions" / "1.note").write_text("nadzor log succession v1\n")
    told = client_of(None).get("/receipt/").content.decode()
    assert "nadzor log succession v1" in told and "nadzor_sdk pin" in told


def test_the_audit_page_names_the_audit_that_seals_now(
    restored: Home, client_of: Callable[..., Client]
) -> None:
    """Its log follows the journal's name."""
    told = client_of("auditor").get("/audit/", follow=True).content.decode()
    assert f"{restored.log_origin}/audit" in told
    assert f"{restored.settings.origin}/audit" not in told
