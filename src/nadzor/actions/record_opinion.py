# SPDX-License-Identifier: Apache-2.0
"""Keep a determination: whether a product is a medical device, by whom and when it was found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import transaction
from msgspec.structs import replace

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.rules.answers import Answers
from nadzor.procedures.rules.qualification import Determination, determine
from nadzor.records import audit
from nadzor.register.models import Opinion

ELSEWHERE: Final = "elsewhere"  # the national procedure was not chosen, and nothing was judged
PRODUCT_MAX: Final = 300


@transaction.atomic
def record_opinion(
    answers: Answers | Mapping[str, Any], *, product: str = "", by: Person | None, now: datetime
) -> str:
    """Determine by the rules in force today, keep it with its answers, and return its number.

    Raises: Refusal opinion.nobody, rules.malformed, rules.answer-missing, rules.answer-contradicts.
    """
    if by is None:
        raise Refusal("opinion.nobody")
    said = _answers(answers)
    found = determine(replace(said, product=product or said.product), moscow_date(now))
    row = _kept(found, by=by, now=now)
    audit.record(
        "register.opinion.record", f"opinion {row.number}", by=by.username, now=now, because=row.verdict,
        digest=row.digest,
    )  # fmt: skip
    return str(row.number)


def _answers(answers: Answers | Mapping[str, Any]) -> Answers:
    if isinstance(answers, Answers):
        return answers
    try:
        return msgspec.convert(dict(answers), Answers)
    except msgspec.ValidationError as error:
        raise Refusal("rules.malformed", reason=str(error)[:300]) from error


def _kept(found: Determination, *, by: Person, now: datetime) -> Opinion:
    return Opinion.objects.create(
        number=_next_number(now), product=found.product[:PRODUCT_MAX], author=by.username,
        organisation=by.organisation or "", at=now, answers=msgspec.to_builtins(found.answers),
        result=msgspec.to_builtins(found), verdict=found.verdict or ELSEWHERE, digest=found.digest,
    )  # fmt: skip


def _next_number(now: datetime) -> str:
    year = f"O-{moscow_date(now).year}-"
    last = Opinion.objects.filter(number__startswith=year).order_by("-number").first()
    return f"{year}{int(last.number.removeprefix(year)) + 1 if last else 1:06d}"
