# SPDX-License-Identifier: Apache-2.0
"""Destruction: orders of two people, what was destroyed, and holds that stand in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.opening_rows import BECAUSE_MAX
from nadzor.actions.order_shredding import Wanted, decide_shredding, order_shredding
from nadzor.actions.place_hold import Kept, lift_hold, place_hold
from nadzor.actions.shred_bodies import shred_bodies
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.people.permissions import may_decide
from nadzor.people.queries import Person
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.inputs import Input, line, prose, summary
from nadzor.portal.refused_deeds import note_refused
from nadzor.portal.sheets import Cell, Table, columns
from nadzor.portal.sheets import line as row
from nadzor.portal.words import moment, number
from nadzor.records.shredding import HoldCard, OrderCard, holds, may_carry_out, may_order, orders

CODE_MAX: Final = 64
MONTH_LEN: Final = 7
FIELDS: Final = {
    "shred.month": "month", "shred.too-early": "month", "shred.nothing": "installation",
    "shred.done": "month", "shred.waits": "month", "shred.held": "month",
    "hold.scope": "device", "hold.months": "first_month",
    "vault.because": "because", "vault.because-personal": "because", "vault.own-interest": "installation",
}  # fmt: skip


class Waiting(Struct, frozen=True, kw_only=True):
    """One order that waits for a deed, and what who reads may do with it."""

    card: OrderCard
    asked: str
    field: Input | None
    may_do: bool


def page(request: HttpRequest) -> HttpResponse:
    """Orders that wait, those that are done, holds."""
    return _page(request)


def order(request: HttpRequest) -> HttpResponse:
    """Ask for a month to be destroyed."""
    given = request.POST
    wanted = Wanted(
        installation=given.get("installation", "")[:CODE_MAX], month=given.get("month", "")[:MONTH_LEN],
        because=given.get("because", ""), retention=given.get("retention", "")[:60],
    )  # fmt: skip
    return _done(request, "order", lambda who: order_shredding(house(), wanted, by=who, now=clock.now()))


def decide(request: HttpRequest, id: int) -> HttpResponse:
    """Approve or refuse an order."""
    approve, because = request.POST.get("decision") == "approve", request.POST.get(f"because-{id}", "")
    return _done(
        request, f"order-{id}",
        lambda who: decide_shredding(house(), id, approve=approve, because=because, by=who, now=clock.now()),
    )  # fmt: skip


def carry_out(request: HttpRequest, id: int) -> HttpResponse:
    """Carry an approved order out."""
    return _done(request, "", lambda who: shred_bodies(house(), id, by=who, now=clock.now()))


def hold(request: HttpRequest) -> HttpResponse:
    """Place a hold."""
    given = request.POST
    names = ("because", "device", "installation", "first_month", "last_month", "about")
    kept = Kept(**{name: given.get(f"hold-{name}", "").strip()[: 2 * BECAUSE_MAX] for name in names})
    return _done(request, "hold", lambda who: place_hold(kept, by=who, now=clock.now()))


def lift(request: HttpRequest, id: int) -> HttpResponse:
    """Lift a hold."""
    because = request.POST.get(f"lift-{id}", "")
    return _done(request, f"lift-{id}", lambda who: lift_hold(id, because=because, by=who, now=clock.now()))


def _done(request: HttpRequest, form: str, deed: Callable[[Person], object]) -> HttpResponse:
    try:
        deed(asker(request))
    except Refusal as refusal:
        note_refused(request, refusal, verb="shred")
        if refusal.code not in FIELDS or not form:
            raise
        wrong = {_place(form, FIELDS[refusal.code]): told(refusal)}
        return _page(request, wrong, status=problem(refusal.code).status)
    messages.success(request, _("Done, and recorded."))
    return redirect("destruction")


def _place(form: str, field: str) -> str:
    """The name of the field of a form that a refusal speaks of."""
    if form == "order":
        return field
    if form == "hold":
        return f"hold-{field}"
    return form.replace("order-", "because-")


def _page(request: HttpRequest, wrong: dict[str, str] | None = None, *, status: int = 200) -> HttpResponse:
    who, found = asker(request), orders()
    wrong = wrong or {}
    waiting = [_waiting(request, one, who, wrong) for one in found if one.state not in {"done", "refused"}]
    asks = _order_fields(request, wrong) if may_order(who) else []
    kept = _hold_fields(request, wrong) if may_decide(who) else []
    standing = [(one, _lift_field(request, one, wrong)) for one in holds(standing=True)]
    lifting = [field for _card, field in standing]
    shown: dict[str, Any] = {
        "waiting": waiting,
        "past": _past([one for one in found if one.state in {"done", "refused"}]),
        "standing": standing,
        "lifted": _lifted([one for one in holds() if one.lifted_at]),
        "asks": asks,
        "kept": kept,
        "may_hold": may_decide(who),
        "errors": summary([*(one.field for one in waiting if one.field), *asks, *kept, *lifting]),
    }
    return render(request, "portal/destruction.html", shown, status=status)


def _waiting(request: HttpRequest, card: OrderCard, who: Person, wrong: dict[str, str]) -> Waiting:
    name = f"because-{card.id}"
    decides = card.state == "asked" and may_order(who) and who.username != card.asked_by
    field = prose(
        name, _("Grounds of the decision on order %(id)s") % {"id": card.id}, longest=BECAUSE_MAX,
        value=request.POST.get(name, "")[: 2 * BECAUSE_MAX], error=wrong.get(name, ""),
    )  # fmt: skip
    ready = card.state in {"approved", "begun"}
    may_do = ready and may_carry_out(who, asked_by=card.asked_by, decided_by=card.decided_by)
    return Waiting(card=card, asked=moment(card.asked_at), field=field if decides else None, may_do=may_do)


def _order_fields(request: HttpRequest, wrong: dict[str, str]) -> list[Input]:
    given = request.POST
    return [
        line("installation", _("Installation"), value=given.get("installation", "")[:CODE_MAX],
             error=wrong.get("installation", ""), longest=CODE_MAX),
        line("month", _("Month of receipt"), value=given.get("month", "")[:MONTH_LEN], longest=MONTH_LEN,
             error=wrong.get("month", ""), hint=_("For example: 2026-10; it must be over.")),
        prose("because", _("Grounds"), value=given.get("because", "")[: 2 * BECAUSE_MAX], longest=BECAUSE_MAX,
              error=wrong.get("because", "")),
    ]  # fmt: skip


def _hold_fields(request: HttpRequest, wrong: dict[str, str]) -> list[Input]:
    labels = {
        "device": _("Device"), "installation": _("Or an installation"), "first_month": _("From month"),
        "last_month": _("Until month"), "about": _("The affair"),
    }  # fmt: skip
    lines = [_hold_line(request, name, label, wrong) for name, label in labels.items()]
    typed = request.POST.get("hold-because", "")[: 2 * BECAUSE_MAX]
    grounds = prose(
        "hold-because", _("Grounds"), value=typed, longest=BECAUSE_MAX, error=wrong.get("hold-because", "")
    )
    return [*lines, grounds]


def _hold_line(request: HttpRequest, name: str, label: str, wrong: dict[str, str]) -> Input:
    full = f"hold-{name}"
    typed = request.POST.get(full, "")[:CODE_MAX]
    return line(full, label, value=typed, error=wrong.get(full, ""), longest=CODE_MAX)


def _lift_field(request: HttpRequest, card: HoldCard, wrong: dict[str, str]) -> Input:
    name = f"lift-{card.id}"
    return prose(
        name, _("Why hold %(id)s is lifted") % {"id": card.id}, longest=BECAUSE_MAX,
        value=request.POST.get(name, "")[: 2 * BECAUSE_MAX], error=wrong.get(name, ""),
    )  # fmt: skip


def _past(found: Sequence[OrderCard]) -> Table | None:
    if not found:
        return None
    head = columns(
        _("Order"), _("Installation"), _("Month"), _("State"), _("Leaves"), _("Events"), _("Two people"),
        numbers=(5,),
    )  # fmt: skip
    return Table(_("Destroyed and refused"), head, [_past_line(one) for one in found])


def _past_line(one: OrderCard) -> Any:
    words = {"done": _("destroyed"), "refused": _("refused")}
    leaves = f"{one.outcome['first']}–{one.outcome['last']}" if one.outcome else "—"
    events = number(one.outcome["events"]) if one.outcome else "—"
    people = ", ".join(name for name in (one.asked_by, one.decided_by) if name)
    return row(
        str(one.id), Cell(one.installation, mono=True), one.month,
        Cell(words[one.state], note=moment(one.done_at or one.decided_at)), leaves, events, people,
    )  # fmt: skip


def _lifted(found: Sequence[HoldCard]) -> Table | None:
    if not found:
        return None
    head = columns(_("Hold"), _("Of"), _("Placed"), _("Lifted"), _("Why"))
    lines = [
        row(str(one.id), Cell(one.device or one.installation, mono=True), moment(one.placed_at),
            moment(one.lifted_at), Cell(one.lifted_because, wraps=True))
        for one in found
    ]  # fmt: skip
    return Table(_("Lifted holds"), head, lines)
