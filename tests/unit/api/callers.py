# SPDX-License-Identifier: Apache-2.0
"""Accounts of the people in the samples, and clients that call the API as them."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from nadzor.actions.give_api_token import give_api_token
from nadzor.base import clock
from nadzor.people.models import Organisation, User
from nadzor.people.queries import CONSOLE, Person

API = "/api/v1"
JSON = "application/json"


def account(who: Person) -> User:
    """The account behind a person of the samples; an organisation the register lacks is made for it."""
    known = User.objects.filter(username=who.username).first()
    if known is not None:
        return known
    organisation = None
    if who.organisation:
        organisation, _ = Organisation.objects.get_or_create(
            code=who.organisation,
            defaults={"name_ru": who.organisation, "name_en": who.organisation, "kind": "expert"},
        )
    return User.objects.create(username=who.username, role=who.role.value, organisation=organisation)


def calling(who: Person | None) -> Client:
    """A browser in which this person is signed in, or nobody."""
    client = Client()
    if who is not None:
        client.force_login(account(who), backend="django.contrib.auth.backends.ModelBackend")
    return client


def program(who: Person, *, scope: str = "write") -> Client:
    """A program that calls as somebody, by a personal token."""
    username = account(who).username
    secret = give_api_token(username, days=1, scope=scope, by=CONSOLE, now=clock.now()).token
    return Client(headers={"authorization": f"Bearer {secret}"})


def post(client: Client, path: str, body: Any = None, **more: Any) -> Any:
    """A JSON body sent to an address of the API."""
    return client.post(f"{API}/{path}", json.dumps(body), content_type=JSON, **more)


def code_of(answer: Any) -> tuple[int, str]:
    """Status and problem code of a refusal, which is a problem document."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content[:300]
    return answer.status_code, answer.json()["code"]
