# SPDX-License-Identifier: Apache-2.0
"""Who may do what, where: role × state × verb of every procedure, as rows and as a reference page."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.moves import MOVERS, Procedure, moves_for
from nadzor.procedures.words import words

HEAD = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Drawn from the tables in src/nadzor/procedures by procedures/matrix.py; a test compares the two. -->

# Permissions · Полномочия

Who may make which move from which state.  A role not named in a row may not make it; whose device or
application it is, delegation and conflict of interest are asked besides.  `house` is no person: it notes what
the platform itself received.

{procedures}"""
SECTION = """## {title_en} · {title_ru}

| state | {roles} |
|---|{lines}|
{rows}
"""


class Permission(msgspec.Struct, frozen=True):
    """One role may make one move from one state."""

    procedure: str
    state: str
    verb: str
    role: str


def permissions() -> tuple[Permission, ...]:
    """The whole matrix, procedure by procedure.

    Law: the procedures' tables.
    """
    return tuple(
        Permission(procedure.name, move.start, move.verb, role)
        for procedure in PROCEDURES.values()
        for move in procedure.moves
        for role in move.by
    )


def permissions_page() -> str:
    """The reference page of the matrix, as Markdown.

    Law: the procedures' tables.
    """
    return HEAD.format(procedures="\n".join(_section(procedure) for procedure in PROCEDURES.values()))


def _section(procedure: Procedure) -> str:
    roles = [role for role in MOVERS if any(role in move.by for move in procedure.moves)]
    said = words()[procedure.name]
    return SECTION.format(
        title_en=said.title.en, title_ru=said.title.ru, roles=" | ".join(roles),
        lines="|".join("---" for _ in roles), rows="\n".join(_rows(procedure, roles)),
    )  # fmt: skip


def _rows(procedure: Procedure, roles: list[str]) -> Iterable[str]:
    for state in procedure.states:
        cells = [", ".join(m.verb for m in moves_for(procedure, state, role)) or "·" for role in roles]
        if any(cell != "·" for cell in cells):
            yield f"| {state} | {' | '.join(cells)} |"
