# SPDX-License-Identifier: Apache-2.0
"""The public side of the log of deeds and readings: checkpoint, key, tiles, proofs of growth; hashes only."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse

from nadzor.actions.seal_audit import audit_log
from nadzor.actions.show_audit_log import prove_growth, read_checkpoint, read_tile
from nadzor.portal.choices import whole
from nadzor.portal.frame import house

TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"
FULL: Final = "public, max-age=31536000, immutable"


def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint (C2SP tlog-checkpoint), with what witnesses signed."""
    return HttpResponse(read_checkpoint(house()), content_type=TEXT, headers={"Cache-Control": "no-cache"})


def key(request: HttpRequest) -> HttpResponse:
    """The audit's public key, as a verifier pins it."""
    return HttpResponse(audit_log(house()).vkey + "\n", content_type=TEXT)


def tile(request: HttpRequest, rest: str) -> HttpResponse:
    """One tile (C2SP tlog-tiles); it never changes."""
    return HttpResponse(
        read_tile(house(), f"tile/{rest}"), content_type=BYTES, headers={"Cache-Control": FULL}
    )


def consistency(request: HttpRequest) -> HttpResponse:
    """The proof that the tree of `to` rows only grew from the one of `from` rows, a hash a line (base64)."""
    old, size = whole(request.GET.get("from", "")), whole(request.GET.get("to", ""))
    return HttpResponse("".join(f"{step}\n" for step in prove_growth(house(), old, size)), content_type=TEXT)
