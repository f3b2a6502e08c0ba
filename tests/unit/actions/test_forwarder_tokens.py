# SPDX-License-Identifier: Apache-2.0
"""A bearer token for a sender that cannot sign: issued once, scoped to one installation, taken away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.actions.enrol_installation import enrol_installation
from nadzor.actions.import_register import import_register
from nadzor.actions.issue_forwarder_token import VALID, issue_forwarder_token
from nadzor.actions.issue_token import BENCH, issue_token
from nadzor.actions.revoke_forwarder_token import revoke_forwarder_token
from nadzor.base.directory import key_in_time, open_directory, token_holders
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit, vault
from nadzor.register.forwarders import forwarders
from nadzor.register.models import Device, ForwarderToken, Installation
from tests.register_samples import CLINIC_OID, NOW, device, foreign_device, register
from tests.unit.actions.test_enrol import public_key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _filled():
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)


def issued(home, *, clinic=CLINIC_OID, **how):
    """A token of the sample device."""
    how = {"device": "ai-901", "by": CONSOLE, "now": NOW} | how
    return issue_forwarder_token(home, clinic_oid=clinic, **how)


def holder_of(home, right):
    """Whose the token is, as the gateway reads it."""
    directory = open_directory(home.directory.read_bytes(), home.settings.directory_key)
    (found,) = [one for one in token_holders(directory).values() if one.name == right.name]
    return found


def refused(home, **how):
    """The code with which a token is refused."""
    with pytest.raises(Refusal) as refusal:
        issued(home, **how)
    return refusal.value.code


def test_a_token_makes_an_installation_that_signs_nothing(home):
    """It counts from the directory published with it, for a year; only its digest is kept."""
    right = issued(home)
    found = holder_of(home, right)
    assert (found.installation, found.entry.device, found.entry.keys) == (right.installation, "ai-901", {})
    assert found.entry.site == vault.pseudonym(CLINIC_OID, home=home)
    assert key_in_time(found.token, NOW) and not key_in_time(found.token, NOW + VALID)
    assert right.endpoint == f"{home.settings.public_url}/v1/logs"
    kept = f"{ForwarderToken.objects.values().get()} {list(audit.walk())}"
    assert right.token not in kept and right.token.startswith("no-")


def test_a_bench_and_a_draft_device_forward_into_the_sandbox(home):
    """What they send never reaches the lake."""
    right = issued(home, clinic=None)
    assert right.endpoint.endswith("/sandbox/v1/logs")
    assert (holder_of(home, right).entry.sandbox, holder_of(home, right).entry.site) == (True, BENCH)


def test_the_next_token_overlaps_the_present_one(home):
    """Two at a time, so that a Collector can be given the new one before the old one is revoked."""
    first = issued(home)
    again = {"clinic": None, "installation": first.installation}
    second = issued(home, **again)
    assert second.installation == first.installation
    assert refused(home, **again) == "forwarder.too-many"
    revoke_forwarder_token(home, name=first.name, by=CONSOLE, now=NOW)
    assert issued(home, **again).installation == first.installation
    later = NOW + VALID + timedelta(days=1)
    assert issued(home, now=later, **again).installation == first.installation


def test_an_installation_that_signs_never_forwards(home):
    """A copied token must not speak for a key; and a foreign installation is as if there were none."""
    token = issue_token(home, device="ai-901", clinic_oid=CLINIC_OID, by=CONSOLE, now=NOW)
    signs = enrol_installation(home, token=token, public_key=public_key()[1], now=NOW).installation
    assert refused(home, clinic=None, installation=signs) == "forwarder.signs"
    assert refused(home, clinic=None, installation="i-unheard") == "forwarder.installation"
    other = issued(home, device="ai-902").installation
    assert refused(home, clinic=None, installation=other) == "forwarder.installation"


def test_only_those_who_may_invite_may_issue(home):
    """The maker's own people and the registrar; a cancelled or unknown device has no token."""
    maker = Device.objects.get(code="ai-901").maker.code
    assert refused(home, by=Person("m", "M", Role.MANUFACTURER_ADMIN, "stranger")) == "people.not-yours"
    assert refused(home, by=None) == "people.not-yours"
    assert refused(home, device="ai-000") == "register.device-unknown"
    issued(home, by=Person("m", "M", Role.MANUFACTURER_ADMIN, maker))
    Device.objects.filter(code="ai-901").update(status="cancelled")
    assert refused(home) == "enrol.device-cancelled"
    assert Installation.objects.count() == 1


def test_a_revoked_token_counts_no_more(home):
    """Once and for good, recorded once; a stranger's name is no token."""
    right = issued(home)
    for _ in range(2):
        revoke_forwarder_token(home, name=right.name, by=CONSOLE, now=NOW)
    assert not key_in_time(holder_of(home, right).token, NOW)
    deeds = [link.verb for link in audit.entries(limit=20)]
    assert deeds.count("register.forwarder.revoke") == 1
    for name in ("t-", "t-" + "0" * 16, right.name[:-1]):
        with pytest.raises(Refusal, match=r"forwarder\.token-unknown"):
            revoke_forwarder_token(home, name=name, by=CONSOLE, now=NOW)
    with pytest.raises(Refusal, match=r"people\.not-yours"):
        revoke_forwarder_token(home, name=right.name, by=None, now=NOW)


def test_the_list_names_tokens_and_never_shows_them(home):
    """By device or all, with their times."""
    right = issued(home)
    issued(home, device="ai-902", clinic=None)
    (card,) = forwarders("ai-901")
    assert (card.name, card.expires_at, card.revoked_at) == (right.name, right.expires_at, None)
    assert [one.sandbox for one in forwarders()] == [False, True]
