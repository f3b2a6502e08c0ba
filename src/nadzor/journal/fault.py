# SPDX-License-Identifier: Apache-2.0
"""One disagreement that a check of the journal found."""

from __future__ import annotations

from msgspec import Struct


class Fault(Struct, frozen=True):
    """Of what kind, at which index or tree size, and about what."""

    what: str
    at: int | None
    detail: str
