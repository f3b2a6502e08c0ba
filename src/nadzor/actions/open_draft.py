# SPDX-License-Identifier: Apache-2.0
"""Open a draft device: a maker tries the way to a receipt before anything is filed or granted.

A draft is no entry of the register: it has no number and no editions, nobody but its maker sees it, and
whatever its installations send goes to the log of test streams.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Final, get_args

from django.db import transaction
from msgspec import Meta, Struct

from nadzor.actions.discard_draft import found_draft
from nadzor.actions.issue_token import issue_token
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.people.models import Organisation
from nadzor.people.permissions import must_issue_token
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.models import Device
from nadzor_wire.event import Modality

MODALITIES: Final = get_args(Modality)
DRAFTS_MAX: Final = 5  # a maker: enough to try each product, too few to fill the house with
NAME_MAX: Final = 300


class Draft(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A product to try out: in whose name, what it is called, what it reads."""

    maker: Annotated[str, Meta(max_length=64)]
    name: Text
    modality: str


class DraftToken(Struct, frozen=True):
    """A draft device and the token of its first test bench, shown once."""

    device: str
    token: str


def open_draft(home: Home, wanted: Draft, *, by: Person | None, now: datetime) -> DraftToken:
    """A draft device of a maker, with a token good for one enrolment within a day.

    Raises: Refusal people.not-yours, draft.maker-unknown, draft.name, draft.modality, draft.too-many.
    """
    must_issue_token(by, maker=wanted.maker)
    _check(wanted)
    with transaction.atomic():
        code = _enter(wanted, now)
        doer = by.username if by else ""
        audit.record("register.draft.open", code, by=doer, because="test stream", now=now, maker=wanted.maker)
        token = issue_token(home, device=code, clinic_oid=None, by=by, now=now)
    return DraftToken(code, token)


def _check(wanted: Draft) -> None:
    if not all(text.strip() and len(text) <= NAME_MAX for text in (wanted.name.ru, wanted.name.en)):
        raise Refusal("draft.name", "$.name", limit=NAME_MAX)
    if wanted.modality not in MODALITIES:
        raise Refusal("draft.modality", "$.modality", known=", ".join(MODALITIES))


def _enter(wanted: Draft, now: datetime) -> str:
    row = Organisation.objects.select_for_update().filter(code=wanted.maker, kind="manufacturer").first()
    if row is None:
        raise Refusal("draft.maker-unknown", "$.maker")
    if Device.objects.filter(maker=row, status="draft").count() >= DRAFTS_MAX:
        raise Refusal("draft.too-many", limit=DRAFTS_MAX)
    code = f"draft-{secrets.token_hex(4)}"
    Device.objects.create(
        code=code,
        name_ru=wanted.name.ru.strip(),
        name_en=wanted.name.en.strip(),
        number=code,
        registered_on=moscow_date(now),
        risk_class="3",
        ai=True,
        transmits=False,
        intended_use_ru="",
        intended_use_en="",
        field="",
        solution_type="",
        modality=wanted.modality,
        status="draft",
        maker=row,
        search="",
        changed_at=now,
    )
    return code


def invite_draft(home: Home, *, device: str, by: Person | None, now: datetime) -> DraftToken:
    """A token for another test bench of a draft, to begin anew.

    Raises: Refusal register.device-unknown, also for somebody else's draft; records.gone.
    """
    found_draft(by, device)
    return DraftToken(device, issue_token(home, device=device, clinic_oid=None, by=by, now=now))
