# SPDX-License-Identifier: Apache-2.0
"""What is handed in and what the head decides is sealed in the house's name, as far as a key allows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from nadzor.actions.seams.seal import sealed_bytes
from nadzor.actions.seams.signer import Signature
from nadzor.actions.seams.signers import signer_of, stamper
from nadzor.register.models import Filing, Seal, Submission
from nadzor_wire.base64text import b64
from tests.filing_samples import carry, draft, town
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
TO_REGISTRATION = ("submit", "find_complete", "start", "send_task", "conclude_positive", "register")


@pytest.fixture
def house(home):
    """A register with a maker and two expert institutions."""
    town()
    return home


def test_a_submission_and_a_decision_are_sealed(house):
    """Each over its own digest, checked as anybody with the house's key would; other steps are not."""
    number = draft()
    assert carry(number, *TO_REGISTRATION) == "registered"
    seals = {seal.what: seal for seal in Seal.objects.filter(filing__number=number)}
    assert set(seals) == {"submission", "decision"}
    assert seals["submission"].digest == Submission.objects.get().digest
    for what, seal in seals.items():
        public = b64(house.seal_key()[1].public_key().public_bytes_raw())
        signature = Signature(suite=seal.suite, value=seal.signature, certificate=public)
        content = sealed_bytes(number, what, seal.digest)
        assert (
            signer_of(house, seal.suite).verify(content, signature, at=NOW).qualified
            is seal.qualified
            is False
        )
        assert stamper(house).check(seal.stamp, seal.digest).at == seal.at


def test_a_signer_that_fails_holds_up_nobody(house, settings, caplog):
    """The step stands without a seal, and the failure is logged: filing is always possible."""
    settings.CONFIGURATION = SimpleNamespace(signer="cms", scan="")
    assert carry(draft(), "submit") == "checking"
    assert Filing.objects.get().state == "checking"
    assert not Seal.objects.exists()
