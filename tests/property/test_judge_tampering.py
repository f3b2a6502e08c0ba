# SPDX-License-Identifier: Apache-2.0
"""Tamper and replay, through the whole judge: what was changed is refused, a key reports for its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from nadzor.base.directory import Entry, KeyEntry
from nadzor.gateway.fates import Judged, Refused, Request
from nadzor.gateway.judge import judge
from nadzor.gateway.keyring import KeyRing
from nadzor_wire import suites
from nadzor_wire.base64text import b64
from nadzor_wire.keys import Ed25519PrivateKey, key_id
from nadzor_wire.limits import CARRIED_WINDOW_S, SIGNATURE_WINDOW_S
from nadzor_wire.signature import CARRIED, TAG
from tests.second_suite import ED448, NAME
from tests.unit.gateway.house import (
    FINDINGS,
    INSTALLATION,
    KEYID,
    NOW,
    URL,
    directory,
    heartbeat,
    request,
    study,
)

OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
OTHER_ID = key_id(OTHER.public_key().public_bytes_raw())
THIRD = bytes(range(57))  # of the second suite
THIRD_ID = ED448.keyid_of(ED448.public_of(THIRD))
SINCE = NOW - timedelta(days=90)


def town():
    """Three installations of three devices; the third signs in another suite."""
    mine = directory(not_before=SINCE)
    public = b64(OTHER.public_key().public_bytes_raw())
    other = Entry("ai-002", "s-0002", findings=FINDINGS, keys={OTHER_ID: KeyEntry(public, SINCE)})
    key = KeyEntry(b64(ED448.public_of(THIRD)), SINCE, suite=NAME)
    third = Entry("ai-003", "s-0003", findings=FINDINGS, keys={THIRD_ID: key})
    known = mine.installations | {"i-other": other, "i-third": third}
    return KeyRing(structs.replace(mine, installations=known))


RING = town()
GOOD = request(study(1), heartbeat(), coding="gzip")
COVERED = sorted(GOOD.headers)  # nothing is sent but what is covered, or covers
SPOILT = st.tuples(st.integers(0, 100_000), st.integers(1, 255))


@pytest.fixture(autouse=True, scope="module")
def _two_suites():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(suites.SUITES, NAME, ED448)
        yield


def fate(asked, *, now=NOW, url=URL, sandbox=False):
    """The judge's word."""
    return judge(asked, directory=RING, now=now, public_url=url, sandbox=sandbox)


def spoil(text, change):
    """The bytes with one of them changed."""
    where, mask = change[0] % len(text), change[1]
    return text[:where] + bytes([text[where] ^ mask]) + text[where + 1 :]


def code_of(asked, **how):
    """The code of a refusal."""
    said = fate(asked, **how)
    assert isinstance(said, Refused), said
    return said.code


def test_the_untouched_request_is_accepted():
    """What everything else here spoils is itself good, and covers all that it says."""
    assert isinstance(fate(GOOD), Judged)
    assert COVERED == [
        "content-digest",
        "content-encoding",
        "content-type",
        "nadzor-batch",
        "signature",
        "signature-input",
    ]


@settings(max_examples=1_500)
@given(st.sampled_from(COVERED), SPOILT)
def test_one_changed_byte_of_a_header_is_refused(name, change):
    """Of any covered header, the digest, the signature's parameters or the signature."""
    value = spoil(GOOD.headers[name].encode(), change).decode("latin-1")
    assert isinstance(fate(Request("POST", dict(GOOD.headers) | {name: value}, GOOD.body)), Refused)


@settings(max_examples=400)
@given(st.sampled_from(COVERED), st.sampled_from(COVERED), st.integers(0, 60), st.integers(0, 60))
def test_headers_cut_moved_or_left_out_are_refused(name, other, first, last):
    """A piece taken out of one and put into another; a header that is not there at all."""
    value, taken = GOOD.headers[name], GOOD.headers[name][first : first + last]
    moved = dict(GOOD.headers) | {name: value.replace(taken, "", 1) if taken else value + " "}
    moved[other] = moved[other] + taken if other != name else moved[other]
    assume(moved != dict(GOOD.headers))
    assert isinstance(fate(Request("POST", moved, GOOD.body)), Refused)
    less = {key: text for key, text in GOOD.headers.items() if key != name}
    assert isinstance(fate(Request("POST", less, GOOD.body)), Refused)


@settings(max_examples=300)
@given(SPOILT, st.integers(0, 400), st.binary(max_size=3))
def test_a_changed_longer_or_shorter_body_is_refused(change, cut, more):
    """Whatever is done to the coded body."""
    for body in (spoil(GOOD.body, change), GOOD.body[: len(GOOD.body) - 1 - cut % len(GOOD.body)]):
        assert isinstance(fate(Request("POST", GOOD.headers, body)), Refused)
    if more:
        assert code_of(Request("POST", GOOD.headers, GOOD.body + more)) == "digest.mismatch"


@given(
    st.sampled_from(["GET", "PUT", "post", ""]), st.sampled_from([URL + "/sandbox", "https://elsewhere", ""])
)
def test_another_method_or_address_is_refused(method, url):
    """A signature belongs to one place."""
    assert code_of(Request(method, GOOD.headers, GOOD.body)) == "signature.invalid"
    assert code_of(GOOD, url=url) == "signature.invalid"


@settings(max_examples=200)
@given(st.integers(-10 * SIGNATURE_WINDOW_S, 10 * SIGNATURE_WINDOW_S))
def test_a_replay_is_good_inside_the_window_alone(off_s):
    """Inside, the journal answers with the same receipt; outside, nobody is heard."""
    said = fate(GOOD, now=NOW + timedelta(seconds=off_s))
    fresh = -60 <= off_s < 60  # the directory of this town is not published anew
    assert isinstance(said, Judged) == fresh
    assert fresh or said.code == "directory.stale"


@pytest.mark.parametrize(("tag", "window"), [(TAG, SIGNATURE_WINDOW_S), (CARRIED, CARRIED_WINDOW_S)])
def test_the_window_is_that_of_the_tag(tag, window):
    """To the second, into the past; into the future five minutes for both."""
    for age, good in ((window, True), (window + 1, False), (-SIGNATURE_WINDOW_S, True), (-301, False)):
        asked = request(study(1), now=NOW - timedelta(seconds=age), tag=tag)
        assert (good and isinstance(fate(asked), Judged)) or code_of(asked) == "signature.time"


SIGNERS = {
    KEYID: ({}, INSTALLATION, "ai-001"),
    OTHER_ID: ({"private": OTHER}, "i-other", "ai-002"),
    THIRD_ID: ({"private": ED448.signing(THIRD), "suite": NAME}, "i-third", "ai-003"),
}


@given(st.sampled_from(sorted(SIGNERS)), st.sampled_from(sorted(SIGNERS)))
def test_a_key_reports_for_its_own_installation_and_no_other(named, signer):
    """The key alone says whose the events are: device and clinic come from the directory, not the request."""
    said = fate(request(study(1), keyid=named, **SIGNERS[signer][0]))
    if named == signer:
        assert (said.entry.installation, said.entry.device) == SIGNERS[signer][1:]
    else:
        assert said.code == "signature.invalid"


def test_a_test_key_and_a_working_key_never_share_a_log():
    """Either way round."""
    assert code_of(GOOD, sandbox=True) == "key.live"
