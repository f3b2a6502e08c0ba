# SPDX-License-Identifier: Apache-2.0
"""A proof bundle over HTTP: for oversight, its maker and its representative; for others there is no batch."""

from __future__ import annotations

import pytest

from nadzor.actions.replay_reads import replay_reads
from nadzor.base import clock
from nadzor.people.permissions import may_read_operation
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.receipts.bundle_check import Pins, verify_bundle
from nadzor.records import audit
from nadzor.register import queries as register
from nadzor.simulate.read_directory import read_directory
from tests.filing_samples import AUDITOR, CLINIC, HEAD, INSPECTOR, MAKER_ADMIN, OPERATOR, RIVAL
from tests.unit.actions.gate import gate, write_small_reads
from tests.unit.api.callers import API, calling, code_of

pytestmark = pytest.mark.django_db
#: none of them makes the device
EVERYBODY = (MAKER_ADMIN, RIVAL, HEAD, INSPECTOR, AUDITOR, CLINIC, OPERATOR)


@pytest.fixture
def made(home, settings, tmp_path):
    """A home that has received a few studies."""
    settings.HOME = home
    with gate(home) as address:
        reads = read_directory(write_small_reads(tmp_path / "reads"))
        replay_reads(home, reads, gateway=address, now=clock.now())
    return home


def test_a_bundle_proves_itself_and_is_written_down(made):
    """The very bytes of the file, checked under the log's key alone."""
    answer = calling(INSPECTOR).get(f"{API}/batches/0/bundle")
    assert answer.status_code == 200, answer.content
    assert verify_bundle(answer.content, Pins(vkey=made.log_vkey)).batches == 1
    assert audit.entries(verb="journal.bundle.make")[0].by == INSPECTOR.username


def test_for_all_others_there_is_no_such_batch(made):
    """Object by object: who may not read the device learns nothing of the batch."""
    maker = register.devices()[0].maker.code
    own = Person("own", "Own", Role.MANUFACTURER_ADMIN, maker)
    for who in (own, *EVERYBODY):
        answer = calling(who).get(f"{API}/batches/0/bundle")
        expected = 200 if may_read_operation(who, maker=maker) else 404
        assert answer.status_code == expected, (who.role, answer.content)
    foreign, absent = (calling(RIVAL).get(f"{API}/batches/{index}/bundle") for index in (0, 99_999))
    assert code_of(foreign) == code_of(absent) == (404, "journal.no-batch")
