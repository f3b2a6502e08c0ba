# SPDX-License-Identifier: Apache-2.0
"""What the ledgers show is filed once, told once in both languages, and its figures are kept up to date."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from nadzor.actions.list_conflicts import list_conflicts
from nadzor.actions.note_integrity import VERB, note_integrity
from nadzor.base.problems import Refusal
from nadzor.records import audit, notices
from nadzor.register.integrity import findings
from tests.register_samples import NOW
from tests.unit.actions.ledgers import enrolled, trouble

pytestmark = pytest.mark.django_db


def test_every_finding_is_filed_and_told_once(home):
    """A conflict, a fork and restores reach the maker and the inspectors; a second run tells nothing."""
    made = enrolled(home)
    trouble(home, made)
    assert note_integrity(home, now=NOW) == 3
    assert note_integrity(home, now=NOW + timedelta(hours=1)) == 0
    cards = findings("ai-901")
    assert {card.kind for card in cards} == {"conflict", "fork", "restored"}
    assert {(card.installation, card.device, card.found_at) for card in cards} == {
        (made.installation, "ai-901", NOW)
    }
    for told in (notices.of("manufacturer_admin", "luchik"), notices.of("inspector", None)):
        texts = [one.text for one in told if one.subject == f"integrity {made.installation}"]
        assert len(texts) == 3
        assert all(made.installation in text.ru and made.installation in text.en for text in texts)
    assert len(audit.entries(object=made.installation, verb=VERB)) == 3
    assert findings("ai-999") == []


def test_a_sender_that_goes_on_is_one_finding_with_larger_figures(home):
    """The second conflict of a day changes the card and tells nobody."""
    made = enrolled(home)
    trouble(home, made)
    note_integrity(home, now=NOW)
    trouble(home, made, restores=0)
    assert note_integrity(home, now=NOW + timedelta(minutes=5)) == 0
    (conflict,) = (card for card in findings() if card.kind == "conflict")
    assert (conflict.facts["batches"], conflict.found_at) == (2, NOW)
    assert "2" in conflict.text.en


def test_strangers_and_an_empty_house_are_no_findings(home):
    """No journal yet, and a journal of installations that the register does not hold."""
    assert note_integrity(home, now=NOW) == 0
    trouble(home, SimpleNamespace(installation="i-stranger", keyid="k" * 16))
    assert note_integrity(home, now=NOW) == 0
    assert findings() == []


def test_a_journal_that_is_away_is_not_an_empty_one(home, monkeypatch):
    """The job fails aloud, and tries again."""

    def away(_):
        raise Refusal("journal.away", retry_after_s=2)

    monkeypatch.setattr("nadzor.actions.note_integrity.open_reader", away)
    with pytest.raises(Refusal, match=r"journal\.away"):
        note_integrity(home, now=NOW)


def test_conflicts_are_listed_with_their_installation(home):
    """All of them, the unowned too; or those of a device."""
    made = enrolled(home)
    trouble(home, made)
    everything = list_conflicts(home)
    assert [(one.installation, one.device) for one in everything] == [
        (made.installation, "ai-901"),
        (None, None),
    ]
    (mine,) = list_conflicts(home, device="ai-901")
    assert (mine.digest, mine.first, mine.keyid) == ("ab" * 32, 1, made.keyid)
