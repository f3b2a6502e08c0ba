# SPDX-License-Identifier: Apache-2.0
"""The door through another system: who it is, where one begins, where one comes back."""

from __future__ import annotations


def label() -> str:
    """What the other system is called; nothing where the house knows none."""
    return ""
