# SPDX-License-Identifier: Apache-2.0
"""Who decides for the head, and who keeps out because of an interest."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from nadzor.actions.add_evidence import EvidenceRecord, add_evidence
from nadzor.actions.attach_paper import Upload, attach_paper
from nadzor.actions.declare_interest import declare_interest, end_interest
from nadzor.actions.delegate import Power, delegate, end_delegation
from nadzor.actions.open_filing import open_filing
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.register import authority, filings
from nadzor.register.models import Filing
from tests.filing_samples import (
    AUDITOR,
    EXPERT,
    HEAD,
    INSPECTOR,
    MAKER_ADMIN,
    PDF,
    REGISTRAR,
    carry,
    draft,
    move,
    town,
)
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
TODAY = moscow_date(NOW)
TO_DECISION = ("submit", "find_complete", "start", "send_task", "conclude_positive")


@pytest.fixture(autouse=True)
def _people():
    town()
    for person in (REGISTRAR, INSPECTOR, HEAD, MAKER_ADMIN):
        User.objects.create(username=person.username, role=person.role.value)


def power(**changes):
    """A delegation of three weeks."""
    told = {
        "to": REGISTRAR.username,
        "order": "No 12 of 20.11.2026",
        "valid_from": TODAY,
        "valid_until": date(2026, 12, 12),
    }
    return Power(**{**told, **changes})


def test_a_dated_delegate_decides():
    """Without a delegation the registrar may not register; with one it may, and the step names the order."""
    number = draft()
    carry(number, *TO_DECISION)
    with pytest.raises(Refusal, match=r"filing\.no-delegation"):
        move(number, "register", by=REGISTRAR)
    delegate(power(), by=HEAD, now=NOW)
    card = filings.filing(REGISTRAR, number, today=TODAY)
    assert any(
        offer.delegated and offer.move.verb == "register"
        for offer in filings.moves_open_to(REGISTRAR, card, today=TODAY)
    )
    assert move(number, "register", by=REGISTRAR, at=NOW + timedelta(minutes=9)) == "registered"
    step = filings.filing(REGISTRAR, number, today=TODAY).steps[-1]
    assert (step.role, step.facts["order"]) == ("registrar", "No 12 of 20.11.2026")


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_from": date(2026, 12, 1), "valid_until": date(2026, 12, 5)},
        {"procedures": ("amendment_plain",)},
        {"to": INSPECTOR.username},
    ],
)
def test_a_delegation_holds_only_for_what_it_says(changes):
    """Not before its first day, not in another procedure, not for somebody else."""
    number = draft()
    carry(number, *TO_DECISION)
    delegate(power(**changes), by=HEAD, now=NOW)
    with pytest.raises(Refusal, match=r"filing\.no-delegation"):
        move(number, "register", by=REGISTRAR)


def test_a_delegation_ends_when_the_head_takes_it_back():
    """From that moment; its last day ends it, too."""
    first = delegate(power(), by=HEAD, now=NOW)
    assert authority.delegation(REGISTRAR.username, "case", TODAY).id == first
    assert authority.delegation(REGISTRAR.username, "case", date(2026, 12, 12)) is None
    end_delegation(first, by=HEAD, now=NOW)
    assert authority.delegation(REGISTRAR.username, "case", TODAY) is None
    assert [one.id for one in authority.delegations(AUDITOR)] == [first]
    assert authority.delegations(AUDITOR, on=TODAY) == () == authority.delegations(None)


@pytest.mark.parametrize(
    ("changes", "by", "code"),
    [
        ({}, REGISTRAR, "people.head-only"),
        ({"to": "luchik-a"}, HEAD, "authority.delegate-unfit"),
        ({"to": "nobody"}, HEAD, "authority.delegate-unfit"),
        ({"valid_until": TODAY}, HEAD, "authority.days"),
        ({"valid_until": date(2028, 1, 1)}, HEAD, "authority.days"),
        ({"valid_from": date(2025, 1, 1), "valid_until": date(2025, 2, 1)}, HEAD, "authority.days"),
        ({"order": "  "}, HEAD, "authority.order-missing"),
        ({"procedures": ("magic",)}, HEAD, "filing.procedure-unknown"),
    ],
)
def test_unsound_delegations_are_refused(changes, by, code):
    """Only the head gives power, to staff, for days that make sense, by an order."""
    with pytest.raises(Refusal) as refusal:
        delegate(power(**changes), by=by, now=NOW)
    assert refusal.value.code == code
    assert authority.delegations(AUDITOR) == ()


def test_an_interest_bars_every_deed(home):
    """Moving, recording and attaching are refused, the card says why, and a colleague goes on."""
    number = draft()
    carry(number, "submit")
    own = declare_interest("luchik", why="a relative works there", by=REGISTRAR, now=NOW)
    with pytest.raises(Refusal, match=r"filing\.interest"):
        move(number, "find_complete", by=REGISTRAR)
    record = EvidenceRecord(kind="inspection", body="nik", day=TODAY)
    with pytest.raises(Refusal, match=r"filing\.interest"):
        add_evidence(number, record, by=REGISTRAR, now=NOW)
    with pytest.raises(Refusal, match=r"filing\.interest"):
        attach_paper(number, Upload("evidence_file", PDF, "e.pdf"), by=REGISTRAR, now=NOW, home=home)
    card = filings.filing(REGISTRAR, number, today=TODAY)
    assert "interest" in {flag.code for flag in card.flags}
    assert {offer.refused for offer in filings.moves_open_to(REGISTRAR, card, today=TODAY)} == {
        "filing.interest"
    }
    with pytest.raises(Refusal, match=r"people\.head-only"):
        end_interest(own, by=REGISTRAR, now=NOW)
    end_interest(own, by=HEAD, now=NOW)
    assert move(number, "find_complete", by=REGISTRAR) == "starting"
    assert len(authority.interests(REGISTRAR)) == 1 and authority.interests(EXPERT) == ()


def test_an_interest_bars_a_case():
    """Against the maker in question nobody with an interest opens one; a colleague may."""
    colleague = replace(INSPECTOR, username="inspector-b")
    declare_interest("luchik", why="worked there", by=INSPECTOR, now=NOW)
    with pytest.raises(Refusal, match=r"filing\.interest"):
        open_filing("case", by=INSPECTOR, now=NOW, device="ai-901")
    assert not Filing.objects.exists()
    assert open_filing("case", by=colleague, now=NOW, device="ai-901") == "2026-000001"


@pytest.mark.parametrize(
    ("organisation", "why", "by", "username", "code"),
    [
        ("luchik", "why", REGISTRAR, INSPECTOR.username, "people.head-only"),
        ("nowhere", "why", REGISTRAR, None, "authority.unknown"),
        ("luchik", "why", HEAD, "nobody", "authority.unknown"),
        ("luchik", " ", REGISTRAR, None, "authority.why-missing"),
    ],
)
def test_unsound_interests_are_refused(organisation, why, by, username, code):
    """One's own, or as the head of a known account; with a reason."""
    with pytest.raises(Refusal) as refusal:
        declare_interest(organisation, why=why, by=by, now=NOW, username=username)
    assert refusal.value.code == code


def test_the_head_declares_for_others():
    """And an unknown record is not ended."""
    declare_interest("luchik", why="as reported", by=HEAD, now=NOW, username=INSPECTOR.username)
    assert authority.interested(INSPECTOR.username, {"luchik", "other"})
    for end in (end_interest, end_delegation):
        with pytest.raises(Refusal, match=r"authority\.unknown"):
            end(999, by=HEAD, now=NOW)
