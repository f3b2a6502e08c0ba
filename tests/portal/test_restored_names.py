# SPDX-License-Identifier: Apache-2.0
"""A house that was put back names the log that it has now, on every page that names one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.test import Client

from nadzor.base import clock
from nadzor.base.home import FormerLog, Home


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


def test_the_audit_page_names_the_audit_that_seals_now(
    restored: Home, client_of: Callable[..., Client]
) -> None:
    """Its log follows the journal's name."""
    told = client_of("auditor").get("/audit/", follow=True).content.decode()
    assert f"{restored.log_origin}/audit" in told
    assert f"{restored.settings.origin}/audit" not in told
