# SPDX-License-Identifier: Apache-2.0
"""A determination is kept with author, day and answers, and can be made again from them."""

from __future__ import annotations

import msgspec
import pytest

from nadzor.actions.record_opinion import record_opinion
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.procedures.rules.qualification import Determination, replayed
from nadzor.records import audit
from nadzor.register import filings
from tests.filing_samples import AUDITOR, MAKER_ADMIN, REGISTRAR, REPORTER, RIVAL
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
ELSEWHERE = {"route": "eaeu"}


def test_an_opinion_is_kept_and_replays():
    """Its number follows the last one; the digest stands in the chain of deeds."""
    number = record_opinion(ELSEWHERE, product="Лучик", by=MAKER_ADMIN, now=NOW)
    assert (number, record_opinion(ELSEWHERE, by=RIVAL, now=NOW)) == ("O-2026-000001", "O-2026-000002")
    found = filings.opinion(MAKER_ADMIN, number)
    assert (found.author, found.product, found.verdict) == (MAKER_ADMIN.username, "Лучик", "elsewhere")
    again = msgspec.convert(found.result, Determination)
    assert replayed(again) and again.on == moscow_date(NOW) and again.digest == found.digest
    (deed,) = audit.entries(object=f"opinion {number}")
    assert deed.facts == {"digest": found.digest}


def test_opinions_are_seen_by_their_own():
    """The author, the author's organisation, the regulator's staff; a rival sees only its own."""
    number = record_opinion(ELSEWHERE, by=MAKER_ADMIN, now=NOW)
    for person in (MAKER_ADMIN, REPORTER, REGISTRAR, AUDITOR):
        assert [one.number for one in filings.opinions(person)] == [number]
    assert filings.opinions(RIVAL) == filings.opinions(None) == ()
    with pytest.raises(Refusal, match=r"opinion\.unknown"):
        filings.opinion(RIVAL, number)


@pytest.mark.parametrize(
    ("answers", "by", "code"),
    [
        (ELSEWHERE, None, "opinion.nobody"),
        ({"route": "moon"}, MAKER_ADMIN, "rules.malformed"),
        ({"route": "national"}, MAKER_ADMIN, "rules.answer-missing"),
    ],
)
def test_unfinished_answers_are_not_kept(answers, by, code):
    """Nor anything without an author."""
    with pytest.raises(Refusal) as refusal:
        record_opinion(answers, by=by, now=NOW)
    assert refusal.value.code == code
    assert filings.opinions(AUDITOR) == ()
