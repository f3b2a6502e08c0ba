# SPDX-License-Identifier: Apache-2.0
"""Pages of a house in which nothing has happened yet."""

from __future__ import annotations

import pytest
from django.test import Client

from nadzor.actions.create_staff import create_staff
from nadzor.base import clock
from nadzor.journal.opening import open_journal
from nadzor.people.models import User


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/signals/",
        "/devices/",
        "/months/",
        "/journal/",
        "/register/",
        "/help/",
        "/board/",
        "/calendar/",
        "/authority/",
    ],
)
def test_an_empty_house_has_no_broken_page(home, address):
    """Before the first batch every page says so."""
    open_journal(home).close()
    create_staff(now=clock.now())
    client = Client(headers={"accept-language": "en"})
    client.force_login(
        User.objects.get(role="inspector"), backend="django.contrib.auth.backends.ModelBackend"
    )
    answer = client.get(address)
    assert answer.status_code == 200
    assert "<h1>" in answer.content.decode()
