# SPDX-License-Identifier: Apache-2.0
"""Bodies that the law names for expertise, trials and inspection, and whether one may do what was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nadzor.law.conflict import Body, bodies

ACCELERATED: Final = "registration_accelerated"
#: What a kind of evidence asks its body to be allowed; a kind that is not here asks nothing.
NEEDS: Final[Mapping[str, str]] = {
    "technical_trial": "technical_trial",
    "clinical_trial": "clinical_trial",
    "inspection": "inspection",
    "expertise": "expertise",
}


def expert_bodies() -> dict[str, Body]:
    """The institutions that may make expertise, by code."""
    return {body.code: body for body in bodies() if "expertise" in body.may and body.rule is None}


def fits(kind: str, body: str, procedure: str) -> bool:
    """Whether a body may have made this evidence; a class of bodies is checked by a person, never here."""
    need = NEEDS.get(kind)
    if kind == "clinical_trial" and procedure == ACCELERATED:
        need = "accelerated_trial"
    if need is None:
        return True
    able = [each for each in bodies() if need in each.may]
    return any(each.code == body or each.rule is not None for each in able)


def able(kind: str, procedure: str) -> tuple[Body, ...]:
    """The bodies a form offers for a kind of evidence."""
    need = (
        "accelerated_trial" if kind == "clinical_trial" and procedure == ACCELERATED else NEEDS.get(kind, "")
    )
    return tuple(each for each in bodies() if need in each.may)
