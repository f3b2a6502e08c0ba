# SPDX-License-Identifier: Apache-2.0
"""The two forms of authority: give a delegation, declare an interest; and what came back from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.delegate import Power
from nadzor.base.problems import Refusal
from nadzor.people.permissions import may_decide
from nadzor.people.queries import Person, organisations
from nadzor.people.roles import Role
from nadzor.people.staff import staff
from nadzor.portal.filing_labels import KEPT, matter_labels, procedure_label
from nadzor.portal.inputs import Input, boxes, day, line, prose, select
from nadzor.portal.words import language
from nadzor.register.filing_permissions import DELEGATES
from nadzor.workdays.calendar import ONE_DAY

KNOWN: Final = frozenset(
    {"authority.delegate-unfit", "authority.days", "authority.order-missing", "authority.unknown",
     "authority.why-missing", "filing.procedure-unknown"}
)  # fmt: skip
#: Those whom an interest can bar: everybody who may move a filing for the regulator or conclude on one.
BARRABLE: Final = (Role.REGISTRAR, Role.INSPECTOR, Role.HEAD, Role.EXPERT, Role.MOSCOW_CENTRE)
SIDES: Final = ("manufacturer", "representative")


class Typed(Struct, frozen=True, kw_only=True):
    """A form that came back refused: which one, what was typed, what is wrong and where."""

    form: str = ""
    given: QueryDict = QueryDict()
    errors: Mapping[str, str] = {}

    def of(self, form: str) -> Typed:
        """This, if it is that form's; otherwise an empty one."""
        return self if self.form == form else Typed()

    def error(self, name: str) -> str:
        """What is wrong with a field."""
        return self.errors.get(name, "")


def is_known(refusal: Refusal) -> bool:
    """Whether a refusal belongs beside a field of one of these forms."""
    return refusal.code in KNOWN


def delegation_inputs(typed: Typed, *, today: date) -> list[Input]:
    """To whom, in which procedures, from and through which day, by which order."""
    mine = typed.of("delegation")
    given = mine.given
    people = {"": _("choose somebody")} | {one.username: _called(one) for one in staff(*sorted(DELEGATES))}
    named = {name: procedure_label(name) for name in KEPT} | matter_labels()
    return [
        select("to", _("To whom"), people, given.get("to", ""), error=mine.error("to")),
        boxes("procedures", _("In which procedures and matters"), named, given.getlist("procedures"),
              hint=_("None ticked: in all but those that must be ticked."), error=mine.error("procedures")),
        day("valid_from", _("From"), value=given.get("valid_from", today.isoformat()),
            error=mine.error("valid_from")),
        day("valid_until", _("Through, this day included"), value=given.get("valid_until", ""),
            error=mine.error("valid_until"), hint=_("A year at most.")),
        line("order", _("Order: number and day"), value=given.get("order", ""), error=mine.error("order"),
             longest=200),
    ]  # fmt: skip


def interest_inputs(who: Person, typed: Typed) -> list[Input]:
    """In which organisation, and what it is; the head also says whose it is."""
    mine = typed.of("interest")
    given = mine.given
    found = [card for kind in SIDES for card in organisations(kind)]
    named = {card.code: card.name(language()) for card in found}
    ordered = {"": _("choose an organisation")} | dict(sorted(named.items(), key=lambda pair: pair[1]))
    fields = [
        select("organisation", _("In which organisation"), ordered, given.get("organisation", ""),
               error=mine.error("organisation")),
        prose("why", _("What the interest is"), value=given.get("why", ""), error=mine.error("why"),
              longest=500, hint=_("One sentence, with no more personal detail than needed.")),
    ]  # fmt: skip
    if not may_decide(who):
        return fields
    people = {one.username: _called(one) for one in staff(*BARRABLE)}
    whose = select("username", _("Whose interest"), people, given.get("username", who.username))
    return [whose, *fields]


def power_of(given: QueryDict) -> Power:
    """The delegation a form brought; the page says its last day, the power keeps the day after.

    Raises: Refusal authority.days for a day that is none.
    """
    return Power(
        to=given.get("to", "").strip(),
        order=given.get("order", ""),
        valid_from=_day(given, "valid_from"),
        valid_until=_day(given, "valid_until") + ONE_DAY,
        procedures=tuple(given.getlist("procedures")),
    )


def _day(given: QueryDict, name: str) -> date:
    try:
        found = date.fromisoformat(given.get(name, "").strip())
    except ValueError:
        raise Refusal("authority.days", f"$.{name}") from None
    if found.year == date.max.year:
        raise Refusal("authority.days", f"$.{name}")
    return found


def _called(one: Person) -> str:
    return f"{one.full_name} ({one.role_name(language())})"
