# SPDX-License-Identifier: Apache-2.0
"""Hand in what an applicant files: form and papers are kept as they stood, whole and for good.

What the checklist finds is told to the applicant and kept with the step: the registrar, not this check, finds
a set incomplete, and a rule nobody verified asks for no confirmation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from nadzor.actions.filing_deed import Deed
from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation
from nadzor.register.bodies import expert_bodies
from nadzor.register.dossier import answer_of
from nadzor.register.filing_flags import REGISTRATIONS, open_namesakes
from nadzor.register.filing_permissions import OFFICE
from nadzor.register.models import Filing, Submission

YES: Final = ("1", "on", "true", "yes")


def hand_in(deed: Deed, facts: Mapping[str, Any]) -> None:
    """Check, keep and, on the accelerated route, address what is handed in.

    Raises: Refusal filing.double, filing.defects-unconfirmed, filing.expert-unknown.
    """
    row = deed.row
    if deed.move.verb == "submit" and row.procedure in REGISTRATIONS and (others := open_namesakes(row)):
        raise Refusal("filing.double", first=others[0])
    if row.procedure == "registration_accelerated":
        row.expert = expert(str(row.form.get("expert_body") or ""))
    _tell_defects(deed, facts)
    submission = keep_submission(deed)
    deed.facts["submission"] = submission.digest


def choose_expert(deed: Deed, facts: Mapping[str, Any]) -> None:
    """Give the filing its expert institution: the one named, else the one it had, else the first listed.

    Raises: Refusal filing.expert-unknown.
    """
    had = deed.row.expert.code if deed.row.expert else next(iter(expert_bodies()))
    deed.row.expert = expert(str(facts.get("expert") or had))
    deed.facts["expert"] = deed.row.expert.code


def expert(code: str) -> Organisation:
    """The expert institution of a code, if the law lets it make expertise and the register knows it.

    Raises: Refusal filing.expert-unknown.
    """
    known = expert_bodies()
    row = Organisation.objects.filter(code=code, kind="expert").first() if code in known else None
    if row is None:
        raise Refusal("filing.expert-unknown", "$.form.expert_body", bodies=", ".join(known))
    return row


def keep_submission(deed: Deed) -> Submission:
    """What is handed in, with the digest of its canonical form."""
    row = deed.row
    papers = newest_papers(row)
    return Submission.objects.create(
        filing=row, at=deed.now, by=deed.by.username, form=row.form, papers=papers,
        digest=digest_of(row, papers),
    )  # fmt: skip


def newest_papers(row: Filing) -> list[dict[str, Any]]:
    """The newest edition of every kind of paper that is the applicant's, by kind."""
    newest = {paper.kind: paper for paper in row.papers.exclude(kind__in=OFFICE).order_by("edition")}
    return [
        {"kind": kind, "edition": paper.edition, "digest": paper.digest, "name": paper.name}
        for kind, paper in sorted(newest.items())
    ]


def digest_of(row: Filing, papers: list[dict[str, Any]]) -> str:
    """SHA-256 of number, form and papers.

    Method: JSON with sorted keys, without white space, UTF-8.
    """
    whole = {"number": row.number, "form": row.form, "papers": papers}
    return hashlib.sha256(msgspec.json.encode(whole, order="deterministic")).hexdigest()


def _tell_defects(deed: Deed, facts: Mapping[str, Any]) -> None:
    found = answer_of(deed.row, on=deed.on)
    if found is None:
        return
    if found.blocking and facts.get("confirm_defects") not in (True, *YES):
        items = [defect.item for defect in found.defects if defect.blocking]
        raise Refusal("filing.defects-unconfirmed", count=found.blocking, defects=items)
    if found.defects:
        deed.facts["defects_found"] = [defect.item for defect in found.defects]
