# SPDX-License-Identifier: Apache-2.0
"""People, forms and papers of an application, and a way to carry one through its procedure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from nadzor.actions.import_register import import_register
from nadzor.actions.move_filing import move_filing
from nadzor.actions.open_filing import open_filing
from nadzor.people.models import Organisation
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from tests.register_samples import NOW, device, register

MAKER_ADMIN = Person("luchik-a", "Luchik", Role.MANUFACTURER_ADMIN, organisation="luchik")
REPORTER = Person("luchik-r", "Luchik", Role.MANUFACTURER_REPORTER, organisation="luchik")
RIVAL = Person("zorkula-a", "Zorkula", Role.MANUFACTURER_ADMIN, organisation="zorkula")
AGENT = Person(
    "posrednik-a",
    "Posrednik",
    Role.REPRESENTATIVE,
    organisation="posrednik",
    represents=frozenset({"farlight"}),
)
REGISTRAR = Person("registrar-a", "Registrar", Role.REGISTRAR)
OTHER_REGISTRAR = Person("registrar-b", "Registrar", Role.REGISTRAR)
HEAD = Person("head-a", "Head", Role.HEAD)
INSPECTOR = Person("inspector-a", "Inspector", Role.INSPECTOR)
EXPERT = Person("nik-a", "NIK", Role.EXPERT, organisation="nik")
OTHER_EXPERT = Person("vniiimt-a", "VNIIIMT", Role.EXPERT, organisation="vniiimt")
MOSCOW = Person("centre-a", "Centre", Role.MOSCOW_CENTRE, organisation="moscow-centre")
AUDITOR = Person("auditor-a", "Auditor", Role.AUDITOR)
CLINIC = Person("clinic-a", "Clinic", Role.CLINIC, organisation="clinic-901")
OPERATOR = Person("operator-a", "Operator", Role.OPERATOR)
EVERYBODY = (
    MAKER_ADMIN, REPORTER, AGENT, REGISTRAR, HEAD, INSPECTOR, EXPERT, MOSCOW, AUDITOR, CLINIC, OPERATOR,
)  # fmt: skip

FORM: dict[str, Any] = {
    "name": {"ru": "Лучик «Сердце-КТ»", "en": "Luchik Heart CT"},
    "risk_class": "3",
    "ai": True,
    "transmits": True,
    "intended_use": {"ru": "Поиск кальциноза.", "en": "Search for calcification."},
    "field": "cardiology",
    "solution_type": "diagnostics",
    "modality": "CT",
    "version": "1.0",
    "released_on": "2026-03-02",
    "builds": ["b" * 64],
}
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
CONFIRMED = {"confirm_defects": True}
FACTS: dict[str, Any] = {
    "defects": ["No colour images of the interface", "The power of attorney has ended"],
    "expertise_ground": ["b", "c"],
    "objections_text": "The trial report was enclosed on page 14.",
    "norm_cite": "expertise.grounds",
    "court_act": {"court": "Arbitration Court", "number": "A40-1/2026", "day": "2026-03-01"},
    "standing_ground": "liquidation under way",
    "end_ground": "the maker is struck off",
    "question": "Which data set was used?",
    "answer": "The one of annex 3.",
    "evidence": "signal 12",
    "cancellation_ground": ["threat"],
    "control_order": "No 7 of 01.06.2026",
    "control_result": "report of 10.06.2026",
    "amendment": "2026-000009",
    "recomputation": "rate: same",
    "complaint": "The threshold was set on another device.",
    "correction": "version 1.2 by December",
    "consent_ground": "a threat to life and health",
    "consent": "No 9 of 02.06.2026",
    "expert": "nik",
    **CONFIRMED,
}
BY: dict[str, Person] = {
    "submit": MAKER_ADMIN, "cure": MAKER_ADMIN, "object": MAKER_ADMIN, "waive_objections": MAKER_ADMIN,
    "withdraw": MAKER_ADMIN, "resubmit": MAKER_ADMIN, "answer": MAKER_ADMIN,
    "request_cancellation": MAKER_ADMIN, "open_registration": MAKER_ADMIN, "file_anew": MAKER_ADMIN,
    "conclude_positive": EXPERT, "conclude_negative": EXPERT, "register_paper": EXPERT,
    "ask_applicant": EXPERT, "go_on_without_answer": EXPERT,
    "register": HEAD, "refuse": HEAD, "reject_objections": HEAD, "terminate": HEAD, "court_reversal": HEAD,
    "enter_amendment": HEAD, "direct_to_registration": HEAD, "suspend": HEAD, "cancel": HEAD, "keep": HEAD,
    "order_control": HEAD, "resume_use": HEAD, "require_amendment": HEAD, "close_uncorrected": HEAD,
    "pass_to_cancellation": HEAD, "leave_in_use": HEAD, "close_unconfirmed": HEAD,
    "open_matter": INSPECTOR, "ask_maker": INSPECTOR, "confirm_deviation": INSPECTOR,
    "inquire": INSPECTOR, "suspend_at_once": HEAD, "issue_warning": HEAD, "prescribe": HEAD,
    "ask_consent": HEAD, "uphold_complaint": HEAD, "reject_complaint": HEAD, "note_consent": INSPECTOR,
    "note_consent_refused": INSPECTOR, "accept_correction": INSPECTOR, "note_cured": INSPECTOR,
    "recompute": MAKER_ADMIN, "complain": MAKER_ADMIN,
    "record_control": INSPECTOR, "open_case": INSPECTOR, "open_discrepancy": INSPECTOR, "propose": INSPECTOR,
}  # fmt: skip


def town() -> None:
    """A register with a maker at home, one abroad with its representative, and two expert institutions."""
    import_register(register(device()), by=CONSOLE, now=NOW)
    for code in ("nik", "vniiimt"):
        Organisation.objects.create(
            code=code, name_ru=f"Институт {code}", name_en=f"Institute {code}", kind="expert"
        )


def draft(
    *, by: Person = MAKER_ADMIN, at: datetime = NOW, procedure: str = "registration_simplified", **more: Any
) -> str:
    """An application as its maker leaves it before handing it in."""
    form = FORM if procedure.startswith("registration") else {}
    return open_filing(procedure, by=by, now=at, **{"form": form, **more})


def move(
    number: str,
    verb: str,
    *,
    by: Person | None = None,
    at: datetime = NOW,
    because: str = "as the papers show",
    **facts: Any,
) -> str:
    """One move by whoever usually makes it, with whatever it asks for."""
    return move_filing(
        number, verb, by=by or BY.get(verb, REGISTRAR), because=because, now=at, facts={**FACTS, **facts}
    )


def carry(number: str, *verbs: str, at: datetime = NOW) -> str:
    """Several moves, an hour apart."""
    state = ""
    for place, verb in enumerate(verbs):
        state = move(number, verb, at=at + timedelta(hours=place) / 60)
    return state
