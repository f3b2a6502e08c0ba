# SPDX-License-Identifier: Apache-2.0
"""A procedure's page, drawn from its table: a Mermaid diagram, the moves with their clocks, the norms."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from typing import Final

from nadzor.law.load import norms
from nadzor.procedures.ledger import PAUSES
from nadzor.procedures.moves import BACK, Move, Procedure, alike
from nadzor.procedures.reckoning import RESPONSIBLE
from nadzor.procedures.words import Words, words

#: A move from this many states is drawn once, from all of them together.
MANY: Final = 5
ANYWHERE: Final = "several_states"

HEAD = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Drawn from src/nadzor/procedures/{name}.py by procedures/diagram.py; a test compares the two. -->

# {title_en} · {title_ru}

{law}

```mermaid
stateDiagram-v2
{arrows}
```

| from | verb | to | by | grounds | asks | clocks | effect |
|---|---|---|---|---|---|---|---|
{rows}

`^` leads back to where the matter stood; in the drawing, `several_states` are those the row names.

{clocks}
| state | Russian | English | |
|---|---|---|---|
{states}

| verb | Russian | English | what it does |
|---|---|---|---|
{verbs}
"""
CLOCKS = """Clocks start on the day after the move.

| clock | fact | limit | whose | citation | status | pauses by switch |
|---|---|---|---|---|---|---|
{rows}
"""
NO_CLOCKS = "No clock runs here.\n"


def page(procedure: Procedure) -> str:
    """The whole reference page of a procedure, as Markdown.

    Law: the procedure's table and the norms of its clocks.
    """
    said = words()[procedure.name]
    return HEAD.format(
        name=procedure.name,
        title_en=said.title.en,
        title_ru=said.title.ru,
        law=law_of(procedure),
        arrows="\n".join(f"    {arrow}" for arrow in _arrows(procedure, said)),
        rows="\n".join(_row(move, starts) for move, starts in alike(procedure)),
        clocks=_clocks(procedure),
        states="\n".join(_state(procedure, said, state) for state in procedure.states),
        verbs="\n".join(_verb(said, verb) for verb in procedure.verbs),
    )


def law_of(procedure: Procedure) -> str:
    """What the table's own module says about the law it follows.

    Law: the module's docstring.
    """
    text = inspect.getdoc(sys.modules[f"nadzor.procedures.{procedure.name}"]) or ""
    return text.partition("\n\n")[2]


def _arrows(procedure: Procedure, said: Words) -> Iterable[str]:
    yield f"[*] --> {procedure.first}"
    for move, starts in alike(procedure):
        drawn = starts if len(starts) < MANY else (ANYWHERE,)
        arrows = (f"{start} --> {move.to}: {said.verbs[move.verb].en}" for start in drawn)
        yield from arrows if move.to != BACK else ()
    for state in procedure.states:
        if state in procedure.final:
            yield f"{state} --> [*]"


def _row(move: Move, starts: tuple[str, ...]) -> str:
    grounds = "required" if move.grounds else "—"
    cells = (", ".join(starts), move.verb, move.to, ", ".join(move.by), grounds, ", ".join(move.asks) or "—",
             "; ".join(_clock_words(move)) or "—", move.effect or "—")  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _clock_words(move: Move) -> Iterable[str]:
    kinds = ("starts", "stops", "pauses", "resumes", "within", "after")
    for kind in kinds:
        keys = getattr(move, kind)
        if keys:
            yield f"{kind} {keys if isinstance(keys, str) else ', '.join(keys)}"
    if move.once:
        yield "once"


def _clocks(procedure: Procedure) -> str:
    if not procedure.clocks:
        return NO_CLOCKS
    return CLOCKS.format(rows="\n".join(_clock(procedure, key) for key in procedure.clocks))


def _clock(procedure: Procedure, key: str) -> str:
    _, entry = norms()[key]
    switches = sorted({PAUSES[move.verb] for move in procedure.moves if key in move.pauses})
    last = entry.values[-1] if entry.values else None
    limit = f"{last.value} {entry.unit.replace('_', ' ')}s" if last else "not known"
    cite, status = (last.cite, last.status) if last else ("—", "hole")
    shown = ", ".join(switches) or "—"
    return f"| {key} | {entry.fact} | {limit} | {RESPONSIBLE[key]} | {cite} | {status} | {shown} |"


def _state(procedure: Procedure, said: Words, state: str) -> str:
    kind = "final" if state in procedure.final else "closed" if state in procedure.closed else "open"
    return f"| {state} | {said.states[state].ru} | {said.states[state].en} | {kind} |"


def _verb(said: Words, verb: str) -> str:
    return f"| {verb} | {said.verbs[verb].ru} | {said.verbs[verb].en} | {said.explains[verb].en} |"
