# SPDX-License-Identifier: Apache-2.0
"""Invitations taken back, keys that were lost, keys that grow old: who may, what is told, what is written."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest
from msgspec import structs

from nadzor.actions.enrol_installation import enrol_installation
from nadzor.actions.import_register import import_register
from nadzor.actions.issue_token import issue_token
from nadzor.actions.list_suspects import list_suspects
from nadzor.actions.mark_compromised import BECAUSE_MAX, Loss, mark_compromised
from nadzor.actions.revoke_token import revoke_token
from nadzor.actions.rotate_key import rotate_key
from nadzor.actions.warn_old_keys import warn_old_keys
from nadzor.base.directory import open_directory
from nadzor.base.problems import Refusal
from nadzor.journal.opening import open_journal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit, notices
from nadzor.register import queries
from nadzor.register.keys import ROTATE_AFTER, held_key, held_keys, keys_due, tokens
from nadzor.register.models import Installation
from nadzor_wire import suites
from nadzor_wire.base64text import b64
from nadzor_wire.enrolment import Credential, new_key
from nadzor_wire.rotation import NewKey, sign_rotation
from tests.register_samples import CLINIC_OID, NOW, device, foreign_device, register
from tests.unit.journal.entries import entry

pytestmark = pytest.mark.django_db
MAKER = Person("m", "M", Role.MANUFACTURER_ADMIN, "luchik")
STRANGER = Person("s", "S", Role.MANUFACTURER_ADMIN, "farlight")
HOUR = timedelta(hours=1)


@pytest.fixture
def filled(home):
    """A house with two devices of two makers."""
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)
    return home


def token_for(home, *, code="ai-901", clinic=CLINIC_OID):
    """A token of the house."""
    return issue_token(home, device=code, clinic_oid=clinic, by=CONSOLE, now=NOW)


def enrolled(home, *, at=NOW, **which):
    """The credential of a new installation."""
    private, public, _ = new_key()
    made = enrol_installation(home, token=token_for(home, **which), public_key=b64(public), now=at)
    return Credential(private=private, **structs.asdict(made))


def rotated(home, credential, *, at):
    """The credential with its next key."""
    new = NewKey(new_key()[0], suites.DEFAULT)
    rotate_key(home, sign_rotation(credential, new, created=int(at.timestamp())), now=at)
    return structs.replace(credential, private=new.private, keyid=new.keyid())


def code_of(deed, *args, **how):
    """The code with which a deed is refused."""
    with pytest.raises(Refusal) as refused:
        deed(*args, **how)
    return refused.value.code


def test_invitations_are_listed_by_name_and_state(filled):
    """Waiting, used, revoked, expired; a maker sees those of its own devices."""
    enrolled(filled)
    waiting, foreign = token_for(filled), token_for(filled, code="ai-902")
    mine = tokens(MAKER, now=NOW)
    assert sorted(card.state for card in mine) == ["used", "waiting"]
    assert {card.device for card in tokens(STRANGER, now=NOW)} == {"ai-902"}
    assert {card.state for card in tokens(MAKER, now=NOW + 24 * HOUR, device="ai-901")} == {"used", "expired"}
    assert waiting not in str(mine) and foreign not in str(mine)
    assert [card.installation for card in mine if card.state == "used"] == [Installation.objects.get().id]


def test_an_unused_invitation_can_be_taken_back(filled):
    """Its token is then like one that never was; the chain says who took it back."""
    token = token_for(filled)
    (card,) = tokens(MAKER, now=NOW)
    revoke_token(card.name, by=MAKER, now=NOW, because="wrong clinic")
    assert [one.state for one in tokens(MAKER, now=NOW)] == ["revoked"]
    assert (
        code_of(enrol_installation, filled, token=token, public_key=b64(new_key()[1]), now=NOW)
        == "enrol.token"
    )
    deed = audit.entries(verb="register.token.revoke")[0]
    assert (deed.object, deed.by, deed.because) == ("ai-901", "m", "wrong clinic")


def test_what_is_used_expired_foreign_or_unknown_cannot_be_taken_back(filled):
    """One answer for all of them."""
    enrolled(filled)
    (used,) = tokens(CONSOLE, now=NOW)
    token_for(filled, code="ai-902")
    (foreign,) = tokens(STRANGER, now=NOW)
    for name, at in ((used.name, NOW), (foreign.name, NOW), ("", NOW), (foreign.name, NOW + 24 * HOUR)):
        assert code_of(revoke_token, name, by=MAKER, now=at) == "enrol.token-unknown"


def test_the_same_token_and_key_get_the_same_answer_until_the_token_expires(filled):
    """Not with another key, not after the day, and not once the key was revoked."""
    token, (_, public, keyid) = token_for(filled), new_key()
    first = enrol_installation(filled, token=token, public_key=b64(public), now=NOW)
    again = enrol_installation(filled, token=token, public_key=b64(public), now=NOW + HOUR)
    assert structs.replace(again, directory_serial=first.directory_serial) == first
    assert Installation.objects.count() == 1
    assert len(audit.entries(verb="register.installation.enrol")) == 1
    late = {"token": token, "public_key": b64(public), "now": NOW + 24 * HOUR}
    assert code_of(enrol_installation, filled, **late) == "enrol.token"
    mark_compromised(filled, Loss(keyid, NOW, "stolen"), by=CONSOLE, now=NOW + HOUR)
    assert code_of(enrol_installation, filled, **(late | {"now": NOW + HOUR})) == "enrol.token"


def test_keys_are_listed_with_suite_state_and_age(filled):
    """For whoever may revoke them; the cards of installations say the same."""
    first = enrolled(filled)
    second, later = rotated(filled, first, at=NOW + HOUR), NOW + timedelta(days=10)
    enrolled(filled, code="ai-902")
    mine = held_keys(MAKER)
    assert [(held.key.keyid, held.key.state(later)) for held in mine] == [
        (first.keyid, "ended"),
        (second.keyid, "living"),
    ]
    assert mine[0].key.state(NOW + 2 * HOUR) == "ending" and mine[1].key.replaces == first.keyid
    assert (mine[0].key.age_days(later), mine[0].key.suite) == (10, "ed25519+sha256")
    assert held_keys(MAKER, device="ai-902") == []
    (card,) = queries.installations("ai-901")
    assert card.keys == tuple(held.key for held in mine)
    assert code_of(held_key, STRANGER, first.keyid) == "enrol.key-unknown"


def test_benches_are_listed_apart(filled):
    """What reports to the sandbox is no working installation."""
    bench = enrolled(filled, clinic=None)
    assert [card.id for card in queries.benches("ai-901")] == [bench.installation]
    assert queries.installations("ai-901") == []


def test_a_lost_key_is_out_at_once_and_so_is_what_it_asked_for(filled):
    """The thief may have rotated it; a key that was asked for before that moment stays."""
    first = enrolled(filled)
    second = rotated(filled, first, at=NOW + HOUR)
    week = NOW + timedelta(days=8)
    third = rotated(filled, second, at=week)
    since, now = week - HOUR, week + HOUR
    marked = mark_compromised(filled, Loss(second.keyid, since, "a stolen disk"), by=MAKER, now=now)
    assert marked == (second.keyid, third.keyid)
    directory = open_directory(filled.directory.read_bytes(), filled.settings.directory_key)
    keys = directory.installations[first.installation].keys
    assert [keys[one.keyid].revoked_at for one in (first, second, third)] == [None, now, now]
    assert held_key(MAKER, third.keyid).key.compromised_since == week
    for told in (notices.of("inspector", None), notices.of("", "luchik")):
        assert any("a stolen disk" in notice.text.en for notice in told)
    deed = audit.entries(verb="register.key.compromise")[-1]
    assert (deed.by, deed.because, deed.facts["keyid"]) == ("m", "a stolen disk", second.keyid)
    assert audit.verify() == []


def test_the_moment_moves_back_only(filled):
    """Never forward, never into the future, never without a zone or a reason, never by a stranger."""
    key = enrolled(filled)
    how = {"by": CONSOLE, "now": NOW + 9 * HOUR}
    good = Loss(key.keyid, NOW + 5 * HOUR, "stolen")
    mark_compromised(filled, good, **how)
    for since in (NOW + 5 * HOUR, NOW + 6 * HOUR, NOW + 99 * HOUR, (NOW + HOUR).replace(tzinfo=None)):
        assert code_of(mark_compromised, filled, structs.replace(good, since=since), **how) == "key.since"
    earlier = structs.replace(good, since=NOW - HOUR)
    for because in (" ", "x" * (BECAUSE_MAX + 1)):
        wrong = structs.replace(earlier, because=because)
        assert code_of(mark_compromised, filled, wrong, **how) == "key.because"
    assert code_of(mark_compromised, filled, earlier, **(how | {"by": STRANGER})) == "people.not-yours"
    unknown = structs.replace(earlier, keyid="0" * 16)
    assert code_of(mark_compromised, filled, unknown, **how) == "enrol.key-unknown"
    mark_compromised(filled, earlier, **how)
    found = held_key(CONSOLE, key.keyid).key
    assert (found.compromised_since, found.revoked_at) == (NOW, NOW + 9 * HOUR)
    assert found.state(NOW) == "lost"


@pytest.mark.parametrize("clinic", [CLINIC_OID, None], ids=["log", "sandbox"])
def test_what_came_since_is_listed_and_kept(filled, clinic):
    """By this key and after that moment; nothing of it is deleted, and nobody foreign may look."""
    key, other = enrolled(filled, clinic=clinic), enrolled(filled, clinic=clinic)
    log = filled.sandbox() if clinic is None else filled.log
    from nadzor.journal.opening import open_log

    with closing(open_log(log) if clinic is None else open_journal(filled)) as journal:
        for hour in range(6):
            for place, one in enumerate((key, other)):
                stream = bytes([hour, place]) * 8
                made = entry(1, 2, stream=stream, keyid=one.keyid, installation=one.installation)
                journal.append([structs.replace(made, received_at=NOW + hour * HOUR)])
    assert list_suspects(filled, key.keyid, by=MAKER).batches == ()
    mark_compromised(filled, Loss(key.keyid, NOW + 4 * HOUR, "stolen"), by=MAKER, now=NOW + 9 * HOUR)
    found = list_suspects(filled, key.keyid, by=MAKER)
    assert [batch.index for batch in found.batches] == [8, 10]
    assert (found.events, found.batches[0].stream) == (4, (bytes([4, 0]) * 8).hex())
    assert code_of(list_suspects, filled, key.keyid, by=STRANGER) == "enrol.key-unknown"


def test_a_key_that_served_a_year_is_told_of_once(filled):
    """To the maker, not about benches, and not when its successor is there."""
    old, bench = enrolled(filled), enrolled(filled, clinic=None)
    followed = enrolled(filled)
    rotated(filled, followed, at=NOW + 9 * HOUR)
    assert keys_due(now=NOW + ROTATE_AFTER - HOUR) == []
    due = NOW + ROTATE_AFTER
    assert [held.key.keyid for held in keys_due(now=due)] == [old.keyid]
    assert warn_old_keys(now=due) == (old.keyid,) and warn_old_keys(now=due + HOUR) == ()
    told = [notice for notice in notices.of("", "luchik") if "year" in notice.text.en]
    assert len(told) == 1 and old.installation in told[0].text.ru
    assert audit.entries(verb="register.key.age")[0].object == old.keyid
    assert bench.keyid not in str(told)
