# SPDX-License-Identifier: Apache-2.0
"""Questions about findings of integrity: what the journal shows about a sender, and how it is told."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.register.filing_words import filled
from nadzor.register.models import IntegrityFinding


class IntegrityCard(Struct, frozen=True, kw_only=True):
    """One finding, in both languages.  `kind` is conflict, fork or restored."""

    kind: str
    device: str
    installation: str
    subject: str
    facts: dict[str, Any]
    found_at: datetime
    text: Text


def findings(device: str | None = None) -> list[IntegrityCard]:
    """The findings about a device's installations, or about all, newest first."""
    rows = IntegrityFinding.objects.select_related("installation__device")
    if device is not None:
        rows = rows.filter(installation__device__code=device)
    return [_card(row) for row in rows]


def integrity_text(row: IntegrityFinding) -> Text:
    """What a finding says, and what its maker is asked."""
    device = row.installation.device.code
    known = {"installation": row.installation_id, "device": device, "subject": row.subject}
    return filled(_words()[row.kind], **known, **row.facts)


def _card(row: IntegrityFinding) -> IntegrityCard:
    return IntegrityCard(
        kind=row.kind,
        device=row.installation.device.code,
        installation=row.installation_id,
        subject=row.subject,
        facts=row.facts,
        found_at=row.found_at,
        text=integrity_text(row),
    )


@cache
def _words() -> dict[str, Text]:
    page = files("nadzor.register").joinpath("integrity_words.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), dict[str, Text])
