# SPDX-License-Identifier: Apache-2.0
"""Destruction over the API: two people, a hold that stops them, the deed itself, doors shut to others."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from nadzor.actions.order_shredding import Wanted, order_shredding
from nadzor.actions.replay_reads import replay_reads
from nadzor.actions.roll_up_day import roll_up_day
from nadzor.base import clock
from nadzor.journal.opening import open_reader
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import audit
from nadzor.records.models import LegalHold, ShredOrder
from nadzor.simulate.read_directory import read_directory
from tests.unit.actions.gate import gate, write_small_reads
from tests.unit.api.callers import API, calling, code_of, post, program

pytestmark = pytest.mark.django_db
HEAD = Person("head", "head", Role.HEAD)
REGISTRAR = Person("registrar", "registrar", Role.REGISTRAR)
AUDITOR = Person("auditor", "auditor", Role.AUDITOR)
INSPECTOR = Person("inspector", "inspector", Role.INSPECTOR)
MAKER = Person("maker", "maker", Role.MANUFACTURER_ADMIN, "luchik")
KEEP = {"because": "A court asked for the months", "first_month": "2026-01", "about": "court 12"}


@pytest.fixture
def ordered(home, tmp_path):
    """An order of the registrar over a month that lies in the journal: its number and its installation."""
    reads = read_directory(write_small_reads(tmp_path / "reads"))
    with gate(home) as address:
        replay_reads(home, reads, gateway=address, now=clock.now())
    roll_up_day(home, now=clock.now())
    with closing(open_reader(home)) as reader:
        record = reader.batch(0)
    wanted = Wanted(installation=record.installation, month=record.month, because="The term is over")
    later = clock.now() + timedelta(days=70)
    return order_shredding(home, wanted, by=REGISTRAR, now=later), record.installation


def test_a_hold_stops_two_people_until_it_is_lifted(ordered):
    """Placed, listed, refused to the approver, lifted; then approved, carried out once, never twice."""
    id, installation = ordered
    head, registrar = program(HEAD), calling(REGISTRAR)
    made = post(head, "destruction/holds", {**KEEP, "installation": installation})
    assert (made.status_code, made.json()["placed_by"]) == (201, "head")
    hold, said = made.json()["id"], {"decision": "approve", "because": "I have read the rule"}
    assert code_of(post(head, f"destruction/orders/{id}/decision", said)) == (409, "shred.held")
    lifted = post(head, f"destruction/holds/{hold}/lift", {"because": "The court is done"})
    assert (lifted.json()["lifted_by"], lifted.json()["lifted_because"]) == ("head", "The court is done")
    assert post(head, f"destruction/orders/{id}/decision", said).status_code == 200
    done = post(registrar, f"destruction/orders/{id}/carrying-out", headers={"Idempotency-Key": "a"})
    assert (done.json()["installation"], done.json()["events"] > 0) == (installation, True)
    assert code_of(post(registrar, f"destruction/orders/{id}/carrying-out")) == (409, "shred.state")
    assert ShredOrder.objects.get().done_at is not None
    assert audit.entries(verb="records.shred.done")[0].by == "registrar"


def test_holds_are_listed_standing_or_all(home):
    """A lifted one is told with who lifted it; placed again under one key it is one hold."""
    head = calling(HEAD)
    asked = [post(head, "destruction/holds", {**KEEP, "device": "k-1"}, headers={"Idempotency-Key": "k"})
             for _ in range(2)]  # fmt: skip
    assert asked[0].json() == asked[1].json() and LegalHold.objects.count() == 1
    for who in (HEAD, REGISTRAR, AUDITOR):
        assert len(calling(who).get(f"{API}/destruction/holds?standing=true").json()["items"]) == 1
    post(head, f"destruction/holds/{asked[0].json()['id']}/lift", {"because": "done"})
    assert head.get(f"{API}/destruction/holds?standing=true").json()["items"] == []
    assert len(head.get(f"{API}/destruction/holds").json()["items"]) == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "hold.scope"),
        ({"device": "k-1", "installation": "i-1"}, "hold.scope"),
        ({"device": "k-1", "first_month": "2026-13"}, "hold.months"),
        ({"device": "k-1", "because": " "}, "vault.because"),
    ],
    ids=["nothing", "both", "month", "grounds"],
)
def test_a_hold_that_says_nothing_is_refused(home, more, code):
    """422 at its place; nothing is kept."""
    assert code_of(post(calling(HEAD), "destruction/holds", {**KEEP, **more})) == (422, code)
    assert not LegalHold.objects.exists()


def test_doors_are_shut_to_others(home):
    """Registrars place no hold by themselves, inspectors and makers see none, a reading token writes none."""
    registrar, kept = calling(REGISTRAR), {**KEEP, "device": "k-1"}
    assert code_of(post(registrar, "destruction/holds", kept)) == (403, "people.head-only")
    assert code_of(post(calling(HEAD), "destruction/holds/9/lift", {"because": "x"})) == (404, "hold.unknown")
    assert code_of(post(registrar, "destruction/orders/9/carrying-out")) == (404, "shred.unknown")
    for who in (INSPECTOR, MAKER):
        client = calling(who)
        assert code_of(client.get(f"{API}/destruction/holds")) == (403, "shred.not-yours")
        assert code_of(post(client, "destruction/holds", kept)) == (403, "people.head-only")
        assert code_of(post(client, "destruction/orders/1/carrying-out")) == (403, "shred.not-yours")
    reading = program(HEAD, scope="read")
    assert code_of(post(reading, "destruction/holds", kept)) == (403, "api.read-only")
    assert calling(None).get(f"{API}/destruction/holds").status_code == 401


def test_only_its_two_people_carry_an_order_out(ordered):
    """Another registrar is refused, and an order that nobody approved is not ready."""
    id, _ = ordered
    assert code_of(post(calling(REGISTRAR), f"destruction/orders/{id}/carrying-out")) == (409, "shred.state")
    post(calling(HEAD), f"destruction/orders/{id}/decision", {"decision": "approve", "because": "read"})
    other = calling(Person("third", "third", Role.REGISTRAR))
    assert code_of(post(other, f"destruction/orders/{id}/carrying-out")) == (403, "shred.not-yours")
    assert ShredOrder.objects.get().done_at is None
