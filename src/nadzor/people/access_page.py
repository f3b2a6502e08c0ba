# SPDX-License-Identifier: Apache-2.0
"""The page that says who may come in where, drawn from the table of addresses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nadzor.people.access import PUBLIC, Entry, table
from nadzor.people.roles import Role

#: The function that decides about an object of a kind, after the table has let somebody in at all.
RULES: Final[dict[str, str]] = {
    "device": "nadzor.people.permissions.may_read_operation",
    "batch": "nadzor.people.permissions.may_read_operation",
    "signal": "nadzor.vigilance.permissions.may_see_signal",
    "event": "nadzor.vigilance.events.visible",
    "narrative": "nadzor.vigilance.event_permissions.may_open_narrative",
    "warning": "nadzor.vigilance.warning_permissions.may_see_warning",
    "dispute": "nadzor.vigilance.disputes.may_see_dispute",
    "filing": "nadzor.register.filing_permissions.may_see_filing",
    "opinion": "nadzor.register.opinions.opinion",
    "installation": "nadzor.actions.clinic_systems.site_of",
    "delegation": "nadzor.people.permissions.must_decide",
    "interest": "nadzor.people.permissions.must_decide",
    "reset": "nadzor.people.reset_rules.may_decide_reset",
}
#: What every decision asks besides.
BESIDES: Final[tuple[tuple[str, str], ...]] = (
    ("nadzor.register.authority.must_be_disinterested", "an interest in a party of the affair bars from it"),
    (
        "nadzor.register.authority.must_act_for_head",
        "what is the head's, a dated delegate decides too",
    ),
    ("nadzor.register.own_measures.must_not_judge_own", "who took a measure decides no complaint against it"),
)
SHORT: Final = {
    PUBLIC: "pub", Role.INSPECTOR.value: "insp", Role.HEAD.value: "head", Role.REGISTRAR.value: "reg",
    Role.MOSCOW_CENTRE.value: "mosc", Role.AUDITOR.value: "aud", Role.EXPERT.value: "exp",
    Role.MANUFACTURER_ADMIN.value: "m-adm", Role.MANUFACTURER_REPORTER.value: "m-rep",
    Role.REPRESENTATIVE.value: "repr", Role.CLINIC.value: "clin", Role.OPERATOR.value: "oper",
}  # fmt: skip
HEAD: Final = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Drawn from people/access.yaml by people/access_page.py; a test compares the two. -->

# Who may come in where

Every address of the house, and every role. What is not in this table is shut. A mark says that a role comes
in at all; whose the object is that the address names, its rule asks afterwards. **Hidden** is what somebody
gets for an object that is not theirs: 404 answers like a number nobody gave, word for word. **Decides** asks
for a fresh proof of who one is. **Refused** is what a role gets that does not come in; the public is sent to
sign in. `tests/attack/test_role_matrix.py` asks every address as everybody.

"""


def access_page() -> str:
    """The whole page."""
    return HEAD + _rules() + _rows("Pages", _pages()) + _rows("API", _operations())


def _pages() -> list[Entry]:
    return [each for each in table().values() if not each.name.startswith("api:")]


def _operations() -> list[Entry]:
    return [each for each in table().values() if each.name.startswith("api:")]


def _rules() -> str:
    lines = [f"| {kind} | `{rule}` |" for kind, rule in RULES.items()]
    besides = [f"- `{rule}`: {says}." for rule, says in BESIDES]
    head = ["## Rules of objects", "", "| object | rule |", "|---|---|"]
    return "\n".join([*head, *lines, "", "Every decision asks besides:", "", *besides, "", ""])


def _rows(title: str, rows: Iterable[Entry]) -> str:
    names = list(SHORT.values())
    head = f"| address | {' | '.join(names)} | object | hidden | decides | refused |"
    lines = [f"## {title}", "", head, "|---" * (len(names) + 5) + "|", *(_line(each) for each in rows)]
    return "\n".join([*lines, "", ""])


def _line(each: Entry) -> str:
    marks = " | ".join("×" if role in each.roles else "" for role in SHORT)
    has_object = each.object != "none"
    told = "" if each.is_open else f"`{each.refused}`"
    hidden = str(each.hidden) if has_object and not each.is_open else ""
    kind = each.object if has_object else ""
    return f"| `{each.name}` | {marks} | {kind} | {hidden} | {'yes' if each.decides else ''} | {told} |"
