# SPDX-License-Identifier: Apache-2.0
"""Seal what was handed in and what the head decided, in the house's name and at that moment.

Why: a seal says what it is worth and no more.  A provider that fails holds up nobody's filing: the step
stands without a seal, which the page shows, and the failure is logged.
"""

from __future__ import annotations

from typing import Final

import structlog
from django.conf import settings

from nadzor.actions.filing_deed import HANDING_IN, Deed
from nadzor.actions.seams.signers import signer_of, stamper
from nadzor.base.problems import Refusal
from nadzor.register.editions import digest
from nadzor.register.models import Filing, Seal

DECIDING: Final = "head"
log = structlog.get_logger()


def seal_step(deed: Deed) -> None:
    """Seal a step that hands something in or decides; nothing for the others."""
    if deed.move.verb in HANDING_IN and (sealed := str(deed.facts.get("submission") or "")):
        _seal(deed, "submission", sealed)
    elif deed.role == DECIDING:
        told = {"verb": deed.move.verb, "to": deed.move.to, "because": deed.because, "facts": deed.facts}
        _seal(deed, "decision", digest(told))


def sealed_bytes(filing: str, what: str, digest: str) -> bytes:
    """What a seal's signature is over: the filing, what of it, and its SHA-256, a line each."""
    return f"{filing}\n{what}\n{digest}\n".encode()


def _seal(deed: Deed, what: str, sealed: str) -> None:
    row: Filing = deed.row
    content = sealed_bytes(row.number, what, sealed)
    try:
        signer = signer_of(settings.HOME, settings.CONFIGURATION.signer)
        signature = signer.sign(content)
        found = signer.verify(content, signature, at=deed.now)
    except Refusal as refusal:
        log.error("register.seal.fail", filing=row.number, what=what, code=refusal.code)
        return
    Seal.objects.create(
        filing=row, what=what, digest=sealed, signer=found.signer, suite=found.suite,
        signature=signature.value, qualified=found.qualified, at=deed.now,
        stamp=stamper(settings.HOME).stamp(sealed, now=deed.now),
    )  # fmt: skip
