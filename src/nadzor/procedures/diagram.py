# SPDX-License-Identifier: Apache-2.0
"""A procedure's page, drawn from its table: a Mermaid diagram and the moves as rows."""

from __future__ import annotations

from collections.abc import Iterable

from nadzor.procedures.moves import Move, Procedure
from nadzor.procedures.words import Words, words

HEAD = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Drawn from src/nadzor/procedures/{name}.py by procedures/diagram.py; a test compares the two. -->

# {title_en} · {title_ru}

```mermaid
stateDiagram-v2
{arrows}
```

| from | verb | to | by | grounds |
|---|---|---|---|---|
{rows}

| state | Russian | English | |
|---|---|---|---|
{states}
"""


def page(procedure: Procedure) -> str:
    """The whole reference page of a procedure, as Markdown.

    Law: the procedure's table.
    """
    said = words()[procedure.name]
    return HEAD.format(
        name=procedure.name,
        title_en=said.title.en,
        title_ru=said.title.ru,
        arrows="\n".join(f"    {arrow}" for arrow in _arrows(procedure, said)),
        rows="\n".join(_row(move) for move in procedure.moves),
        states="\n".join(_state(procedure, said, state) for state in procedure.states),
    )


def _arrows(procedure: Procedure, said: Words) -> Iterable[str]:
    yield f"[*] --> {procedure.first}"
    for move in procedure.moves:
        yield f"{move.start} --> {move.to}: {said.verbs[move.verb].en}"
    for state in procedure.states:
        if state in procedure.final:
            yield f"{state} --> [*]"


def _row(move: Move) -> str:
    grounds = "required" if move.grounds else "—"
    return f"| {move.start} | {move.verb} | {move.to} | {', '.join(move.by)} | {grounds} |"


def _state(procedure: Procedure, said: Words, state: str) -> str:
    kind = "final" if state in procedure.final else "closed" if state in procedure.closed else "open"
    return f"| {state} | {said.states[state].ru} | {said.states[state].en} | {kind} |"
