# SPDX-License-Identifier: Apache-2.0
"""Who may see and move a filing.  Whether the state allows the move is asked of the table in `procedures`.

A filing somebody may not see does not exist for them: nobody learns what a rival has filed.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from nadzor.people.queries import Person
from nadzor.people.roles import MAKERS, Role
from nadzor.procedures.moves import Procedure, moves_from

#: Staff who read every affair once it is filed.
READERS: Final = frozenset({Role.REGISTRAR, Role.HEAD, Role.INSPECTOR, Role.AUDITOR})
#: Whom the head may give the power to decide.
DELEGATES: Final = frozenset({Role.REGISTRAR, Role.INSPECTOR})
APPLICANTS: Final = frozenset({Role.MANUFACTURER_ADMIN, Role.REPRESENTATIVE})
ACCELERATED: Final = "registration_accelerated"
#: States in which the applicant writes form and papers, and those in which it answers with a paper.
WRITING: Final = frozenset({"draft", "curing", "correcting"})
ANSWERS: Final = {"refusal_held": "objections", "answering": "answer", "maker_asked": "answer",
           "inquiry": "answer", "hearing": "answer"}  # fmt: skip
#: Papers that are not the applicant's.
OFFICE: Final = frozenset({"conclusion", "evidence_file"})
SIDE: Final = frozenset({*MAKERS, Role.REPRESENTATIVE})
#: Addressees of letters that stay in the regulator's office, and the moves whose words such a letter repeats.
INNER: Final = frozenset({"head", "prosecutor"})
INNER_WORDS: Final = frozenset({"ask_consent"})


class Whose(Struct, frozen=True, kw_only=True):
    """What permissions ask of a filing: its procedure, whose it is, who concludes on it, if it was filed."""

    procedure: str
    maker: str
    applicant: str = ""
    expert: str = ""
    filed: bool = True
    house: bool = False  # a case the regulator opened


def may_see_filing(person: Person | None, whose: Whose) -> bool:
    """See a filing: a draft its own side; a filed one also staff, its expert and the Moscow centre."""
    if person is None:
        return False
    if person.at_console or person.role is Role.AUDITOR:
        return True
    if person.role in SIDE:
        return (whose.filed or not whose.house) and stands_for(person, whose.maker)
    return (whose.filed or whose.house) and _may_see_filed(person, whose)


def may_read_letter(person: Person | None, to: str) -> bool:
    """Read a letter of a filing one may see: what goes to the head or a prosecutor, the regulator alone.

    Why: the maker learns from the steps that consent was asked, but not what the prosecutor was told.
    """
    return to not in INNER or _in_office(person)


def may_read_words(person: Person | None, verb: str) -> bool:
    """Read the grounds of a move: those that a letter of the office repeats, the regulator alone."""
    return verb not in INNER_WORDS or _in_office(person)


def may_edit_filing(person: Person | None, whose: Whose) -> bool:
    """Write the form and attach papers: the maker's administrator or representative."""
    return person is not None and person.role in APPLICANTS and stands_for(person, whose.maker)


def may_attach(person: Person | None, kind: str, state: str, whose: Whose) -> bool:
    """Attach a file: the maker while it writes or answers, the expert a conclusion, staff their evidence."""
    if person is None or not may_see_filing(person, whose):
        return False
    if person.role in APPLICANTS:
        return kind not in OFFICE and (state in WRITING or kind == ANSWERS.get(state))
    if person.role is Role.EXPERT:
        return (kind, state) == ("conclusion", "expertise")
    return kind == "evidence_file" and person.role in {*DELEGATES, Role.HEAD, Role.MOSCOW_CENTRE}


def acting_role(person: Person, procedure: Procedure, state: str, verb: str) -> tuple[str, bool]:
    """The role a person moves in, and whether only a delegation makes it theirs.

    Why: a registrar or inspector to whom the head delegated decides as the head.
    """
    own = person.role.value
    by = next((move.by for move in moves_from(procedure, state) if move.verb == verb), ())
    if own not in by and "head" in by and person.role in DELEGATES:
        return Role.HEAD.value, True
    return own, False


def may_open(person: Person | None, procedure: Procedure, *, maker: str) -> bool:
    """Open an affair: whoever the table lets make its first move, for one's own maker."""
    if person is None:
        return False
    first = {role for move in moves_from(procedure, procedure.first) for role in move.by}
    if person.role in APPLICANTS:
        return person.role.value in first and stands_for(person, maker)
    return person.role in {*DELEGATES, Role.HEAD} and person.role.value in first


def may_record_evidence(person: Person | None, kind: str, whose: Whose) -> bool:
    """Record evidence: registrar, head, the filing's expert; the Moscow centre a trial; the maker its own."""
    if person is None or not may_see_filing(person, whose):
        return False
    if person.role is Role.MOSCOW_CENTRE:
        return kind == "clinical_trial"
    if person.role in APPLICANTS:
        if kind == "clinical_trial":  # the accelerated one is the Moscow centre's: nobody else vouches for it
            return whose.procedure != ACCELERATED
        return kind in ("technical_trial", "inspection", "other")
    return person.role in {Role.REGISTRAR, Role.EXPERT, Role.HEAD}


def stands_for(person: Person, maker: str) -> bool:
    """Whether this person speaks for a maker: its own people, or its authorised representative's."""
    if person.role in MAKERS:
        return bool(maker) and person.organisation == maker
    return person.role is Role.REPRESENTATIVE and maker in person.represents


def _may_see_filed(person: Person, whose: Whose) -> bool:
    if person.role is Role.EXPERT:
        return bool(whose.expert) and whose.expert == person.organisation
    if person.role is Role.MOSCOW_CENTRE:
        return whose.procedure == ACCELERATED
    return person.role in READERS


def _in_office(person: Person | None) -> bool:
    return person is not None and (person.at_console or person.role in READERS)
