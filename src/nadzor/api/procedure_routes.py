# SPDX-License-Identifier: Apache-2.0
"""Routes of the procedures: each table with its words, clocks and picture, and who may make which move."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from msgspec import Struct
from ninja import Router

from nadzor.api.description import told
from nadzor.api.wire import said
from nadzor.base.problems import Refusal, Text
from nadzor.law.answer import NormAnswer, norm_answer
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.drawing import svg
from nadzor.procedures.matrix import Permission, permissions
from nadzor.procedures.moves import MOVERS, Move, Procedure
from nadzor.procedures.words import Words, asks, effects, words
from nadzor.register.filing_form import FORMS

router = Router(tags=["procedures"])


class ProcedureRow(Struct, frozen=True, kw_only=True):
    """A procedure in the list; `files`: filings are opened under it."""

    name: str
    title: Text
    first: str
    states: int
    moves: int
    files: bool


class Diagram(Struct, frozen=True):
    """The picture in each language, as SVG."""

    ru: str
    en: str


class ProcedureOut(Struct, frozen=True, kw_only=True):
    """A procedure whole: its table, what everything is called, the norms of its clocks, its picture."""

    name: str
    title: Text
    first: str
    states: tuple[str, ...]
    closed: tuple[str, ...]
    final: tuple[str, ...]
    moves: tuple[Move, ...]
    words: Words
    asks: dict[str, Text]
    effects: dict[str, Text]
    clocks: tuple[NormAnswer, ...]
    diagram: Diagram


class PermissionsOut(Struct, frozen=True, kw_only=True):
    """Role × state × verb; a role that is not named may not make the move."""

    procedure: str
    roles: tuple[str, ...]
    items: tuple[Permission, ...]


@router.get("", operation_id="list_procedures", openapi_extra=told(list[ProcedureRow]))
def list_procedures(request: HttpRequest) -> HttpResponse:
    """Every procedure of the house."""
    return said([_row(table) for table in PROCEDURES.values()])


@router.get("/{name}", operation_id="read_procedure", openapi_extra=told(ProcedureOut, refuses=[404]))
def read_procedure(request: HttpRequest, name: str) -> HttpResponse:
    """One procedure: states, moves, who makes them, clocks with their norms, words, diagram."""
    return said(_whole(_table(name)))


@router.get(
    "/{name}/permissions", operation_id="read_permissions", openapi_extra=told(PermissionsOut, refuses=[404])
)
def read_permissions(request: HttpRequest, name: str) -> HttpResponse:
    """Who may make which move from which state."""
    table = _table(name)
    rows = tuple(each for each in permissions() if each.procedure == table.name)
    return said(PermissionsOut(procedure=table.name, roles=MOVERS, items=rows))


def _table(name: str) -> Procedure:
    if name not in PROCEDURES:
        raise Refusal("api.procedure-unknown", names=", ".join(PROCEDURES))
    return PROCEDURES[name]


def _row(table: Procedure) -> ProcedureRow:
    return ProcedureRow(
        name=table.name, title=words()[table.name].title, first=table.first, states=len(table.states),
        moves=len(table.moves), files=table.name in FORMS,
    )  # fmt: skip


def _whole(table: Procedure) -> ProcedureOut:
    used_asks = {ask for move in table.moves for ask in move.asks}
    used_effects = {move.effect for move in table.moves if move.effect}
    return ProcedureOut(
        name=table.name, title=words()[table.name].title, first=table.first, states=table.states,
        closed=tuple(sorted(table.closed)), final=tuple(sorted(table.final)), moves=table.moves,
        words=words()[table.name], asks=_only(asks(), used_asks), effects=_only(effects(), used_effects),
        clocks=tuple(norm_answer(key) for key in table.clocks),
        diagram=Diagram(svg(table, "ru"), svg(table, "en")),
    )  # fmt: skip


def _only(told_of: dict[str, Any], used: set[Any]) -> dict[str, Any]:
    return {key: text for key, text in told_of.items() if key in used}
