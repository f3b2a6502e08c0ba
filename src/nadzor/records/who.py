# SPDX-License-Identifier: Apache-2.0
"""Whoever asks, as far as the rules of this room look: a name, a role, and whether they sit at the console.

Why not the struct of people: that room stands beside this one (ADR 0001).
"""

from __future__ import annotations

from typing import Protocol


class Who(Protocol):
    """Somebody who asks."""

    @property
    def username(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def at_console(self) -> bool: ...


def has_role(person: Who | None, roles: frozenset[str]) -> bool:
    """Whether somebody holds one of some roles by name; the console holds none of them."""
    return person is not None and not person.at_console and person.role in roles
