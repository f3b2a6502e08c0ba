# SPDX-License-Identifier: Apache-2.0
"""The report as a JSON file: its body and its hash, in canonical bytes."""

from __future__ import annotations

from nadzor.statutory.body import body, digest
from nadzor.statutory.month import MonthReport
from nadzor_wire.canonical import canonical

MEDIA_TYPE = "application/json"


def render_json(report: MonthReport) -> bytes:
    """The body with its hash beside it.  Whoever takes the member `hash` out can recompute it from the rest.

    Method: RFC 8785 bytes, SHA-256 in hex.
    """
    return canonical({**body(report), "hash": digest(report)}) + b"\n"
