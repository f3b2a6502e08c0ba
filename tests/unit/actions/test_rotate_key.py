# SPDX-License-Identifier: Apache-2.0
"""The present key asks for the next one: at once, once, provably, and never for somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from nadzor.actions.enrol_installation import enrol_installation
from nadzor.actions.import_register import import_register
from nadzor.actions.issue_token import issue_token
from nadzor.actions.revoke_key import revoke_key
from nadzor.actions.rotate_key import rotate_key
from nadzor.base.directory import key_in_time, open_directory
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE
from nadzor.records import audit, notices
from nadzor.register.keys import OVERLAP
from nadzor.register.models import InstallationKey
from nadzor_wire import suites
from nadzor_wire.base64text import b64
from nadzor_wire.enrolment import Credential, new_key
from nadzor_wire.rotation import NewKey, sign_rotation
from tests.register_samples import CLINIC_OID, NOW, device, register
from tests.second_suite import ED448, NAME

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _filled(monkeypatch):
    import_register(register(device()), by=CONSOLE, now=NOW)
    monkeypatch.setitem(suites.SUITES, NAME, ED448)


def enrolled(home, *, suite=suites.DEFAULT, clinic=CLINIC_OID):
    """The credential of a new installation."""
    private, public, _ = new_key(suite)
    token = issue_token(home, device="ai-901", clinic_oid=clinic, by=CONSOLE, now=NOW)
    made = enrol_installation(home, token=token, public_key=b64(public), suite=suite, now=NOW)
    return Credential(private=private, **structs.asdict(made))


def fresh(suite=suites.DEFAULT):
    """A key made at the device."""
    return NewKey(new_key(suite)[0], suite)


def asked(credential, new, *, at=SOON):
    """A request for this key, signed now."""
    return sign_rotation(credential, new, created=int(at.timestamp()))


def keys_of(home, credential):
    """The installation's keys as the gateway reads them."""
    directory = open_directory(home.directory.read_bytes(), home.settings.directory_key)
    return directory.installations[credential.installation].keys


def code_of(home, ask, *, at=SOON):
    """The code with which a rotation is refused."""
    with pytest.raises(Refusal) as refused:
        rotate_key(home, ask, now=at)
    return refused.value.code


@pytest.mark.parametrize("old", [suites.DEFAULT, NAME])
@pytest.mark.parametrize("new", [suites.DEFAULT, NAME])
def test_the_new_key_counts_at_once_and_the_old_for_a_week(home, old, new):
    """From one suite to any other; installation, device and log stay; the chain holds who asked."""
    credential, key = enrolled(home, suite=old), fresh(new)
    found = rotate_key(home, asked(credential, key), now=SOON)
    told = found.credential
    assert (told.installation, told.keyid, told.suite) == (credential.installation, key.keyid(), new)
    assert (told.log_vkey, told.enrolled_at) == (credential.log_vkey, SOON)
    assert (found.former, found.former_until) == (credential.keyid, SOON + OVERLAP)
    keys = keys_of(home, credential)
    for keyid in (credential.keyid, key.keyid()):
        assert key_in_time(keys[keyid], SOON)
    assert keys[key.keyid()].suite == new
    late = SOON + OVERLAP
    assert [keyid for keyid, one in keys.items() if key_in_time(one, late)] == [key.keyid()]
    assert audit.entries(verb="register.key.rotate")[0].facts["former"] == credential.keyid
    assert audit.verify() == []


def test_the_maker_is_told(home):
    """Whoever stole a key might ask as well: the maker of the device reads of every rotation."""
    credential, key = enrolled(home), fresh()
    rotate_key(home, asked(credential, key), now=SOON)
    (notice,) = [one for one in notices.of("", "luchik") if one.subject.startswith("key ")]
    assert credential.installation in notice.text.ru and key.keyid() in notice.text.en


def test_a_lost_answer_can_be_asked_for_again(home):
    """Signed anew or word for word, the same key gets the same answer and is entered once."""
    credential, key = enrolled(home), fresh()
    first = rotate_key(home, asked(credential, key), now=SOON)
    for later in (SOON, SOON + timedelta(days=2)):
        again = rotate_key(home, asked(credential, key, at=later), now=later)
        assert (again.former, again.former_until) == (first.former, first.former_until)
        same = structs.replace(again.credential, directory_serial=first.credential.directory_serial)
        assert same == first.credential
    assert InstallationKey.objects.count() == 2 and len(audit.entries(verb="register.key.rotate")) == 1


def test_there_are_never_three_keys(home):
    """Neither key may ask for a third while both live; when the former has ended, the next may come."""
    credential, key = enrolled(home), fresh()
    rotate_key(home, asked(credential, key), now=SOON)
    newer = structs.replace(credential, private=key.private, keyid=key.keyid())
    for one in (credential, newer):
        assert code_of(home, asked(one, fresh())) == "rotate.overlap"
    late = SOON + OVERLAP
    assert rotate_key(home, asked(newer, fresh(), at=late), now=late).former == key.keyid()


def test_a_key_nobody_holds_any_more_can_be_revoked_and_asked_for_anew(home):
    """The new key was lost with its disk: revoked, it makes room, and the former keeps its last day."""
    credential, key = enrolled(home), fresh()
    first = rotate_key(home, asked(credential, key), now=SOON)
    revoke_key(home, keyid=key.keyid(), by=CONSOLE, now=SOON)
    assert code_of(home, asked(credential, key)) == "key.revoked"
    later = SOON + timedelta(days=1)
    again = rotate_key(home, asked(credential, fresh(), at=later), now=later)
    assert again.former_until == first.former_until


@pytest.mark.parametrize("off_s", [-301, 301])
def test_an_old_request_is_refused_with_our_time(home, off_s):
    """A request that was kept and sent later, or made by a clock that runs ahead."""
    ask = asked(enrolled(home), fresh(), at=SOON + timedelta(seconds=off_s))
    with pytest.raises(Refusal) as refused:
        rotate_key(home, ask, now=SOON)
    assert refused.value.code == "rotate.time"
    assert refused.value.facts["server_time"] == "2026-11-21T10:00:00.000Z"


@pytest.mark.parametrize("field", ["installation", "keyid", "suite", "public_key", "created", "signature"])
def test_a_changed_field_is_refused(home, field):
    """Everything is under the signature of the present key."""
    ask, other = asked(enrolled(home), fresh()), enrolled(home)
    instead = structs.asdict(asked(other, fresh(NAME), at=SOON + timedelta(seconds=1)))
    assert code_of(home, structs.replace(ask, **{field: instead[field]})) == "rotate.signature"


def test_another_portals_request_is_refused(home):
    """The address is signed: what was meant for another portal is worth nothing here."""
    credential = structs.replace(enrolled(home), portal="https://elsewhere.example")
    assert code_of(home, asked(credential, fresh())) == "rotate.signature"


def test_a_key_must_be_proved(home):
    """Nobody enters a key that is not theirs."""
    credential = enrolled(home)
    ask, other = asked(credential, fresh()), asked(credential, fresh())
    assert code_of(home, structs.replace(ask, proof=other.proof)) == "rotate.proof"
    assert code_of(home, structs.replace(ask, proof="x")) == "rotate.proof"
    assert InstallationKey.objects.count() == 1


def test_a_key_in_use_is_taken(home):
    """Another installation's key, and the present key itself."""
    credential, other = enrolled(home), enrolled(home)
    for taken in (other, credential):
        assert code_of(home, asked(credential, NewKey(taken.private, suites.DEFAULT))) == "enrol.key-taken"


def test_what_is_no_key_or_no_suite_is_refused(home, monkeypatch):
    """A suite that is gone from here, and bytes that are no key, though properly signed."""
    credential, key = enrolled(home), fresh(NAME)
    ask = asked(credential, key)
    monkeypatch.delitem(suites.SUITES, NAME)
    assert code_of(home, ask) == "enrol.suite"
    monkeypatch.setitem(suites.SUITES, NAME, structs.replace(ED448, verifying=_no_key))
    assert code_of(home, ask) == "enrol.key"


def _no_key(raw):
    raise ValueError("no key")


def test_a_revoked_or_ended_key_asks_for_nothing(home):
    """Its holder is told why; a stranger is not."""
    credential, key = enrolled(home), fresh()
    rotate_key(home, asked(credential, key), now=SOON)
    late = SOON + OVERLAP
    assert code_of(home, asked(credential, fresh(), at=late), at=late) == "key.out-of-time"
    revoke_key(home, keyid=credential.keyid, by=CONSOLE, now=SOON)
    assert code_of(home, asked(credential, fresh())) == "key.revoked"
    forged = structs.replace(asked(credential, fresh()), signature=b64(bytes(64)))
    assert code_of(home, forged) == "rotate.signature"
