# SPDX-License-Identifier: Apache-2.0
"""A one-time token and a key made at the device become the right to report, and it can be taken away."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor.actions.connect_installation import connect_installation
from nadzor.actions.enrol_installation import enrol_installation
from nadzor.actions.import_register import import_register
from nadzor.actions.issue_token import BENCH, issue_token
from nadzor.actions.revoke_key import revoke_key
from nadzor.base.directory import key_in_time, open_directory
from nadzor.base.home import SANDBOX
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit, vault
from nadzor.register.models import EnrolmentToken, Installation
from nadzor_wire.keys import key_id
from tests.register_samples import CLINIC_OID, NOW, device, foreign_device, register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _filled():
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)


def public_key():
    """A fresh public key, raw and in base64."""
    raw = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return raw, base64.b64encode(raw).decode()


def token_for(home, *, code="ai-901", by=CONSOLE, now=NOW):
    """A token for a device in the sample clinic."""
    return issue_token(home, device=code, clinic_oid=CLINIC_OID, by=by, now=now)


def published(home):
    """The directory as the gateway reads it."""
    return open_directory(home.directory.read_bytes(), home.settings.directory_key)


def test_enrolment_gives_what_the_device_must_know(home):
    """Its name, its key's name, the gateway, the log's key; and the directory already names it."""
    raw, text = public_key()
    made = enrol_installation(home, token=token_for(home), public_key=text, now=NOW)
    assert (made.device, made.keyid, made.gateway) == ("ai-901", key_id(raw), home.settings.public_url)
    assert (made.log_vkey, made.enrolled_at) == (home.log_vkey, NOW)
    directory = published(home)
    assert directory.serial == made.directory_serial
    entry = directory.installations[made.installation]
    assert (entry.site, entry.sandbox) == (vault.pseudonym(CLINIC_OID, home=home), False)
    assert key_in_time(entry.keys[made.keyid], NOW)


def test_a_url_safe_key_is_the_same_key(home):
    """Both spellings of base64 are in use."""
    raw, text = public_key()
    made = enrol_installation(
        home, token=token_for(home), public_key=text.replace("+", "-").replace("/", "_"), now=NOW
    )
    assert made.keyid == key_id(raw)


def test_the_token_is_nowhere_and_the_clinic_only_in_the_vault(home):
    """The table holds a hash; audit and register hold a site."""
    token = token_for(home)
    row = EnrolmentToken.objects.get()
    told = str([audit.entries(), vars(row)])
    assert token not in told
    assert CLINIC_OID not in told
    assert vault.unseal(row.site, home=home).oid == CLINIC_OID


def test_a_token_is_good_once(home):
    """A second use is refused like a token nobody issued."""
    token = token_for(home)
    enrol_installation(home, token=token, public_key=public_key()[1], now=NOW)
    with pytest.raises(Refusal, match=r"enrol\.token"):
        enrol_installation(home, token=token, public_key=public_key()[1], now=NOW)
    assert Installation.objects.count() == 1


@pytest.mark.parametrize(
    ("late", "good"), [(timedelta(hours=24) - timedelta(seconds=1), True), (timedelta(hours=24), False)]
)
def test_a_token_is_good_for_a_day(home, late, good):
    """Until the last second, and not in the first after it."""
    token = token_for(home)
    if good:
        assert enrol_installation(home, token=token, public_key=public_key()[1], now=NOW + late).installation
    else:
        with pytest.raises(Refusal, match=r"enrol\.token"):
            enrol_installation(home, token=token, public_key=public_key()[1], now=NOW + late)


def test_an_invented_token_is_refused(home):
    """And leaves the directory alone."""
    with pytest.raises(Refusal, match=r"enrol\.token"):
        enrol_installation(home, token="nz-" + "x" * 43, public_key=public_key()[1], now=NOW)
    assert not home.directory.exists()


@pytest.mark.parametrize("text", ["", "AAAA", "A" * 44, "é" * 43, base64.b64encode(b"x" * 64).decode()])
def test_what_is_no_key_is_refused_and_the_token_survives(home, text):
    """A typing error does not cost the token."""
    token = token_for(home)
    with pytest.raises(Refusal, match=r"enrol\.key"):
        enrol_installation(home, token=token, public_key=text, now=NOW)
    assert EnrolmentToken.objects.get().used_at is None


def test_a_key_belongs_to_one_installation(home):
    """Two installations with one key could not be told apart."""
    _, text = public_key()
    enrol_installation(home, token=token_for(home), public_key=text, now=NOW)
    with pytest.raises(Refusal, match=r"enrol\.key-taken"):
        enrol_installation(home, token=token_for(home), public_key=text, now=NOW)


def test_a_draft_device_gets_a_sandbox_installation(home):
    """Its events never reach the lake."""
    import_register(register(device(status="draft")), by=CONSOLE, now=NOW)
    made = enrol_installation(home, token=token_for(home), public_key=public_key()[1], now=NOW)
    assert published(home).installations[made.installation].sandbox


def test_a_test_bench_gets_the_address_and_the_key_of_the_sandbox(home):
    """Also for a registered device; it stands in no clinic, so the vault keeps nothing."""
    token = issue_token(home, device="ai-901", clinic_oid=None, by=CONSOLE, now=NOW)
    made = enrol_installation(home, token=token, public_key=public_key()[1], now=NOW)
    assert (made.gateway, made.log_vkey) == (home.sandbox().address, home.sandbox().vkey)
    entry = published(home).installations[made.installation]
    assert (entry.site, entry.sandbox) == (BENCH, True)
    with pytest.raises(Refusal, match=r"vault\.unknown"):
        vault.unseal(BENCH, home=home)


def test_a_draft_device_on_this_machine_is_connected_to_the_sandbox(home, tmp_path):
    """Its credential names the sandbox's address wherever the gateway is open today."""
    import_register(register(device(status="draft")), by=CONSOLE, now=NOW)
    made = {"device": "ai-901", "clinic_oid": CLINIC_OID, "now": NOW}
    kept = connect_installation(home, tmp_path / "room", **made, gateway="http://127.0.0.1:9")
    assert (kept.gateway, kept.log_vkey) == ("http://127.0.0.1:9" + SANDBOX, home.sandbox().vkey)


def test_a_cancelled_device_gets_no_installation(home):
    """Nothing is connected to a device that may not be used."""
    import_register(register(device(status="cancelled")), by=CONSOLE, now=NOW)
    with pytest.raises(Refusal, match=r"enrol\.device-cancelled"):
        token_for(home)


def test_a_maker_invites_for_its_own_device_only(home):
    """Another maker's device, and an unknown one, are refused."""
    maker = Person("m", "M", Role.MANUFACTURER_ADMIN, "luchik")
    assert token_for(home, by=maker)
    with pytest.raises(Refusal, match=r"people\.not-yours"):
        token_for(home, code="ai-902", by=maker)
    with pytest.raises(Refusal, match=r"register\.device-unknown"):
        token_for(home, code="ai-999", by=maker)


def test_a_clinic_is_named_by_its_oid(home):
    """Anything else is refused before a token exists."""
    with pytest.raises(Refusal, match=r"vault\.oid"):
        issue_token(home, device="ai-901", clinic_oid="7707083893", by=CONSOLE, now=NOW)
    assert not EnrolmentToken.objects.exists()


def test_a_revoked_key_is_out_with_the_next_directory(home):
    """Published at once; revoking again keeps the first moment."""
    made = enrol_installation(home, token=token_for(home), public_key=public_key()[1], now=NOW)
    later = NOW + timedelta(hours=1)
    serial = revoke_key(home, keyid=made.keyid, by=CONSOLE, now=later)
    assert serial > made.directory_serial
    key = published(home).installations[made.installation].keys[made.keyid]
    assert key.revoked_at == later
    assert not key_in_time(key, later)
    revoke_key(home, keyid=made.keyid, by=CONSOLE, now=later + timedelta(hours=1))
    assert published(home).installations[made.installation].keys[made.keyid].revoked_at == later
    assert len(audit.entries(verb="register.key.revoke")) == 1


def test_a_stranger_revokes_nothing(home):
    """Nor does anybody revoke a key that is not there."""
    made = enrol_installation(home, token=token_for(home), public_key=public_key()[1], now=NOW)
    with pytest.raises(Refusal, match=r"people\.not-yours"):
        revoke_key(home, keyid=made.keyid, by=Person("m", "M", Role.MANUFACTURER_ADMIN, "farlight"), now=NOW)
    with pytest.raises(Refusal, match=r"enrol\.key-unknown"):
        revoke_key(home, keyid="0" * 16, by=CONSOLE, now=NOW)


def test_every_step_is_in_the_chain(home):
    """Who invited, what enrolled, what was published."""
    enrol_installation(home, token=token_for(home), public_key=public_key()[1], now=NOW)
    assert [deed.verb for deed in audit.walk()] == [
        "register.file.import",
        "register.token.issue",
        "register.installation.enrol",
        "register.directory.publish",
    ]
    assert audit.verify() == []
