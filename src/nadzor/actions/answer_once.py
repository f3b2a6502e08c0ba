# SPDX-License-Identifier: Apache-2.0
"""Do a deed once, however often a program asks for it under one key; the same call gets the same answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from django.db import transaction
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.people.models import GivenAnswer, User
from nadzor.people.queries import Person

KEPT: Final = timedelta(hours=24)  # longer than any honest repetition
KEY_MAX: Final = 200


class Call(Struct, frozen=True):
    """A call that may come twice: its key, empty for one that is not repeated, and what was asked."""

    key: str
    asked: bytes


@transaction.atomic
def answer_once(call: Call, deed: Callable[[], Any], *, by: Person, now: datetime) -> Any:
    """The answer of a deed, done now or kept from before; deed and answer are one transaction.

    Why: a program that lost the answer must be able to ask again without filing twice.
    Raises: Refusal api.key-malformed, api.key-reused for another call under the same key; what the deed does.
    """
    if not call.key:
        return msgspec.to_builtins(deed())
    if len(call.key) > KEY_MAX or not call.key.isprintable():
        raise Refusal("api.key-malformed", limit=KEY_MAX)
    owner = User.objects.select_for_update().get(username=by.username)
    key, asked = (hashlib.sha256(part).hexdigest() for part in (call.key.encode(), call.asked))
    GivenAnswer.objects.filter(at__lt=now - KEPT).delete()
    known = GivenAnswer.objects.filter(owner=owner, key=key).first()
    if known is not None and known.asked != asked:
        raise Refusal("api.key-reused")
    if known is not None:
        return known.answer
    answer = msgspec.to_builtins(deed())
    GivenAnswer.objects.create(owner=owner, key=key, asked=asked, answer=answer, at=now)
    return answer
