# SPDX-License-Identifier: Apache-2.0
"""A procedure as a picture: states down the page, their moves below each, arrows in lanes on the right.

One state a block, one move a line: nothing overlaps however many states there are.  A move that many states
share leaves one block of its own.  Colours come from classes over `currentColor`, so that the page's theme
rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final, Literal

import msgspec

from nadzor.base.problems import Language, Text
from nadzor.procedures.diagram import ANYWHERE, MANY
from nadzor.procedures.moves import BACK, Move, Procedure, alike
from nadzor.procedures.words import words

Kind = Literal["first", "open", "closed", "final", "anywhere"]

LINE: Final = 22
GAP: Final = 12
LETTER: Final = 7.4  # a Cyrillic letter of 13 px, on the wide side
LANE: Final = 12
SHARED = Text(ru="из многих состояний", en="from many states")
BACKWARD = Text(ru="туда, где стояло", en="back to where it stood")


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A state as drawn: its layer (arrows from the first state), its kind, the line its block begins on."""

    state: str
    rank: int
    kind: Kind
    label: Text
    line: int


class Arrow(msgspec.Struct, frozen=True, kw_only=True):
    """A move as drawn: its line, the line of its target, the lane between them; no lane for a way back."""

    start: str
    verb: str
    to: str
    label: Text
    line: int
    target: int
    lane: int


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a page needs to draw a procedure."""

    title: Text
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    lines: int
    lanes: int


def drawing(procedure: Procedure) -> Drawing:
    """A procedure laid out: open states in the table's order, then the closed ones.

    Law: the procedure's table.
    """
    said, blocks = words()[procedure.name], _blocks(procedure)
    first = dict(zip(blocks, _tops(blocks), strict=True))
    ranks = _ranks(procedure)
    nodes = tuple(
        Node(state=state, rank=ranks.get(state, 0), kind=_kind(procedure, state),
             label=SHARED if state == ANYWHERE else said.states[state], line=line)
        for state, line in first.items()
    )  # fmt: skip
    arrows = tuple(
        Arrow(start=state, verb=move.verb, to=move.to, label=said.verbs[move.verb], lane=0,
              line=first[state] + n, target=first.get(move.to, first[state]))
        for state, moves in blocks.items() for n, move in enumerate(moves, 1)
    )  # fmt: skip
    laned = tuple(_laned(arrows))
    lanes = max((arrow.lane for arrow in laned), default=0)
    return Drawing(title=said.title, nodes=nodes, arrows=laned, lines=sum(map(_height, blocks.values())),
                   lanes=lanes)  # fmt: skip


def svg(procedure: Procedure, lang: Language) -> str:
    """The picture of a procedure in one language.

    Law: the procedure's table.
    """
    seen = drawing(procedure)
    labels = [each.label for each in seen.nodes] + [each.label for each in seen.arrows]
    longest = max(len(label.in_language(lang)) for label in labels)
    text = 40 + longest * LETTER
    width, height = round(text + (seen.lanes + 2) * LANE), seen.lines * LINE + len(seen.nodes) * GAP
    body = [*_boxes(seen, text, lang), *_lines(seen, text, lang)]
    title = escape(seen.title.in_language(lang))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" role="img" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" aria-label="{title}" font-size="13" lang="{lang}">'
        f"<title>{title}</title>{''.join(body)}</svg>"
    )


def _blocks(procedure: Procedure) -> dict[str, list[Move]]:
    """The moves each block holds, block by block; what many states share comes last."""
    order = (*procedure.open_states, *(s for s in procedure.states if s in procedure.closed))
    blocks: dict[str, list[Move]] = {state: [] for state in order}
    for move, starts in alike(procedure):
        for start in starts if len(starts) < MANY else (ANYWHERE,):
            blocks.setdefault(start, []).append(move)
    return blocks


def _height(moves: Sequence[Move]) -> int:
    return 1 + len(moves)


def _tops(blocks: dict[str, list[Move]]) -> Iterable[int]:
    line = 0
    for moves in blocks.values():
        yield line
        line += _height(moves)


def _ranks(procedure: Procedure) -> dict[str, int]:
    ranks, edge = {procedure.first: 0}, [procedure.first]
    for state in edge:
        found = (m.to for m in procedure.moves if m.start == state and m.to != BACK)
        for to in dict.fromkeys(found):
            if to not in ranks:
                ranks[to] = ranks[state] + 1
                edge.append(to)
    return ranks


def _kind(procedure: Procedure, state: str) -> Kind:
    if state == ANYWHERE:
        return "anywhere"
    if state == procedure.first:
        return "first"
    if state in procedure.final:
        return "final"
    return "closed" if state in procedure.closed else "open"


def _laned(arrows: Sequence[Arrow]) -> Iterable[Arrow]:
    """Each arrow in the nearest lane that is free between its two lines; arrows to one state share one."""
    taken: list[list[tuple[int, int, str]]] = []
    for arrow in sorted(arrows, key=lambda each: (abs(each.target - each.line), each.line)):
        if arrow.to == BACK:
            yield arrow
            continue
        low, high = sorted((arrow.line, arrow.target))
        free = (n for n, lane in enumerate(taken) if all(_apart(low, high, arrow.to, each) for each in lane))
        lane = next(free, len(taken))
        taken += [[]] if lane == len(taken) else []
        taken[lane].append((low, high, arrow.to))
        yield msgspec.structs.replace(arrow, lane=lane + 1)


def _apart(low: int, high: int, to: str, other: tuple[int, int, str]) -> bool:
    return other[2] == to or high < other[0] or other[1] < low


def _y(seen: Drawing, line: int) -> int:
    """The middle of a line, with the gaps of the blocks above it."""
    above = sum(node.line <= line for node in seen.nodes)
    return line * LINE + (above - 1) * GAP + LINE // 2 + GAP // 2


def _boxes(seen: Drawing, text: float, lang: Language) -> Iterable[str]:
    for node in seen.nodes:
        y = _y(seen, node.line)
        said = escape(node.label.in_language(lang))
        yield (
            f'<g class="flow-state flow-{node.kind}" data-state="{node.state}">'
            f'<rect x="1" y="{y - 10}" width="{text - 12:.0f}" height="20" rx="4" fill="none" '
            f'stroke="currentColor"/>'
            f'<text x="8" y="{y + 4}" fill="currentColor" font-weight="600">{said}</text></g>'
        )


def _lines(seen: Drawing, text: float, lang: Language) -> Iterable[str]:
    for arrow in seen.arrows:
        y, said = _y(seen, arrow.line), escape(arrow.label.in_language(lang))
        label = f'<text x="24" y="{y + 4}" fill="currentColor">{said}</text>'
        yield (
            f'<g class="flow-move" data-verb="{arrow.verb}"><title>{_spoken(seen, arrow, lang)}</title>'
            f"{label}{_path(seen, arrow, text, said)}</g>"
        )


def _path(seen: Drawing, arrow: Arrow, text: float, said: str) -> str:
    if arrow.to == BACK:
        return ""
    y, target, lane = _y(seen, arrow.line), _y(seen, arrow.target), text + arrow.lane * LANE
    begin, tip = 28 + len(said) * LETTER, text - 10
    return (
        f'<path d="M{begin:.0f} {y}H{lane:.0f}V{target}H{tip:.0f}" fill="none" stroke="currentColor"/>'
        f'<path d="M{tip:.0f} {target}l6 -4v8z" fill="currentColor"/>'
    )


def _spoken(seen: Drawing, arrow: Arrow, lang: Language) -> str:
    labels = {node.state: node.label for node in seen.nodes} | {BACK: BACKWARD}
    return escape(f"{arrow.label.in_language(lang)} → {labels[arrow.to].in_language(lang)}")
