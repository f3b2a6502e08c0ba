# SPDX-License-Identifier: Apache-2.0
"""What printed QR codes stand for: read by the public page behind them and by the clinic."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from nadzor.vigilance.models import PrintedCode

#: Letters that nobody takes for one another when they are typed from paper; 32 of them.
LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH: Final = 10
GROUP: Final = 5


class PrintedCard(Struct, frozen=True, kw_only=True):
    """A printed code: the installation, its device, its site as a pseudonym, and whether it still works."""

    code: str
    installation: str
    device: str
    site: str
    issued_at: datetime
    revoked_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether somebody may still report by it."""
        return self.revoked_at is None


def typed(text: str) -> str:
    """A code as somebody typed it: without hyphens and spaces, in capitals."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def in_groups(code: str) -> str:
    """A code as it is printed beside its square: two groups of five letters."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def printed(text: str) -> PrintedCard | None:
    """The live code that somebody holds; None for an unknown and for a revoked one alike."""
    row = PrintedCode.objects.filter(code=typed(text)[: LENGTH + 1], revoked_at=None).first()
    return printed_card(row) if row else None


def codes_of_site(site: str) -> list[PrintedCard]:
    """All codes that a site ever printed, the newest first."""
    return [printed_card(row) for row in PrintedCode.objects.filter(site=site)]


def printed_card(row: PrintedCode) -> PrintedCard:
    """A stored code, without who printed it."""
    return PrintedCard(
        code=row.code,
        installation=row.installation,
        device=row.device,
        site=row.site,
        issued_at=row.issued_at,
        revoked_at=row.revoked_at,
    )
