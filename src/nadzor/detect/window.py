# SPDX-License-Identifier: Apache-2.0
"""The registered baseline of a device."""

from __future__ import annotations

from datetime import date

from msgspec import Struct


class Window(Struct, frozen=True):
    """The days [first, after) that a device is measured against; only a person changes them."""

    first: date
    after: date
