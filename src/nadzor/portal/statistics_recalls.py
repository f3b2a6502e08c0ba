# SPDX-License-Identifier: Apache-2.0
"""What was suspended, resumed or cancelled, as public statistics list it, and the way to each decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.open_shelf.held import Stand
from nadzor.portal.sheets import State
from nadzor.portal.warning_labels import device_name
from nadzor.portal.words import day

TONES = {"suspended": "alarm", "cancelled": "alarm", "resumed": "good", "restored": "good"}


class Recall(Struct, frozen=True, kw_only=True):
    """One of them: the device, what happened, since when; `notices` with their addresses."""

    device: str
    href: str
    state: State
    since: str
    filing: str
    edition_href: str
    notices: Sequence[tuple[str, str]]


def recalls(found: Stand, device: str = "") -> list[Recall]:
    """All of them, or those of one device, the newest first."""
    rows = [row.content for row in found.rows.values()]
    rows = [row for row in rows if not device or row["device"] == device]
    return [_recall(row) for row in sorted(rows, key=lambda row: int(str(row["id"])), reverse=True)]


def _recall(row: dict[str, Any]) -> Recall:
    code = row["device"]
    return Recall(
        device=device_name(code),
        href=reverse("statistics-device", args=[code]),
        state=State(_word(row["kind"]), TONES[row["kind"]]),
        since=day(date.fromisoformat(row["valid_from"])),
        filing=row["filing"] or "",
        edition_href=reverse("register-history", args=[code]),
        notices=[(number, reverse("safety-notice", args=[number])) for number in row["notices"]],
    )


def _word(kind: str) -> str:
    return {
        "suspended": _("use suspended"),
        "resumed": _("use resumed"),
        "cancelled": _("registration cancelled"),
        "restored": _("registration restored"),
    }[kind]
