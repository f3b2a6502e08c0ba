# SPDX-License-Identifier: Apache-2.0
"""The forms of a yearly report: its moves, the parts people write, the fields of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.move_signal import GROUNDS_MAX
from nadzor.actions.write_monitoring import PART_MAX
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.portal.inputs import Input, day, line, prose
from nadzor.portal.words import language, said
from nadzor.procedures.moves import Move
from nadzor.procedures.words import asks, words
from nadzor.register.authority import acts_for_head, must_be_disinterested, parties_of
from nadzor.statutory.monitoring_words import said as named
from nadzor.vigilance.monitoring_cards import WRITTEN, ReportCard
from nadzor.vigilance.monitoring_permissions import may_write_monitoring, monitoring_moves

BECAUSE: Final = "because"
OPEN_FIRST: Final = "draft"
MATTER: Final = "monitoring"  # what an order of delegation names


class Typed(Struct, frozen=True, kw_only=True):
    """A form that came back refused: which one, what was typed, what is wrong and where."""

    form: str = ""
    given: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}
    wrong: str = ""


class MoveForm(Struct, frozen=True, kw_only=True):
    """One move as the card offers it; `digest` is the hash a signature would be put under."""

    verb: str
    label: str
    explains: str
    inputs: Sequence[Input]
    digest: str
    is_open: bool


def move_forms(who: Person | None, card: ReportCard, typed: Typed, *, maker: str) -> list[MoveForm]:
    """The moves open to this person; a report nobody opened offers its maker to draft it."""
    state = card.row.state or "due"
    if keeps_out(who, card.row.device):
        return []
    for_head = acts_for_head(who, MATTER, on=clock.today())
    moves = monitoring_moves(who, state, maker=maker, for_head=for_head)
    if not card.row.state:
        moves = tuple(
            move for move in moves if move.verb == OPEN_FIRST and may_write_monitoring(who, maker=maker)
        )
    return [_form(move, card, typed if typed.form == move.verb else Typed()) for move in moves]


def keeps_out(who: Person | None, device: str) -> bool:
    """Whether somebody declared an interest in whoever answers for the device, and has no say here."""
    try:
        must_be_disinterested(who, parties_of(device))
    except Refusal:
        return True
    return False


def part_inputs(given: Mapping[str, str], errors: Mapping[str, str]) -> list[Input]:
    """The hand-written parts; the sales are said to be checked by nobody."""
    hints = {
        "literature": _("What was searched and found, with its sources; where nothing was found, say so."),
        "feedback": _("What users said and what was done about it. No names, no telephones."),
        "sales": _("The maker's own figure: nobody here checks it, and the report says so."),
        "measures": _("Corrective actions, new versions, letters to users; where none were taken, say so."),
        "conclusions": _("Whether use stays safe and effective, and what will change in the plan."),
    }
    return [
        prose(
            key, named(f"word.{key}", language()), hint=hints[key], value=given.get(key, ""),
            error=errors.get(key, ""), longest=PART_MAX,
        )
        for key in WRITTEN
    ]  # fmt: skip


def plan_inputs(given: Mapping[str, str], errors: Mapping[str, str]) -> list[Input]:
    """The fields of a plan, as the dossier has them."""

    def told(name: str) -> dict[str, str]:
        return {"value": given.get(name, ""), "error": errors.get(name, "")}

    labels = {
        "goals": _("Goals"), "tasks": _("Tasks"), "methods": _("Methods of obtaining data"),
        "statistics": _("Statistics"), "population": _("Population"), "inclusion": _("Inclusion criteria"),
        "exclusion": _("Exclusion criteria"),
    }  # fmt: skip
    texts = [prose(name, label, **told(name)) for name, label in labels.items()]
    size = line(
        "sample_size", _("Minimum number of subjects"), mode="numeric", longest=9, **told("sample_size")
    )
    days = [day("starts", _("First day"), **told("starts")), day("ends", _("Last day"), **told("ends"))]
    return [*texts, size, *days]


def _form(move: Move, card: ReportCard, typed: Typed) -> MoveForm:
    texts = words()["monitoring"]
    fields = [(ask, said(asks()[ask])) for ask in move.asks]
    if move.grounds:
        fields.append((BECAUSE, _("Grounds")))
    inputs = [
        prose(
            f"{move.verb}-{name}", label, value=typed.given.get(f"{move.verb}-{name}", ""),
            error=typed.errors.get(name, ""), longest=GROUNDS_MAX,
        )
        for name, label in fields
    ]  # fmt: skip
    return MoveForm(
        verb=move.verb, label=said(texts.verbs[move.verb]), explains=said(texts.explains[move.verb]),
        inputs=inputs, digest=card.digest if move.verb == "sign" else "", is_open=bool(typed.form),
    )  # fmt: skip
