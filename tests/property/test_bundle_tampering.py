# SPDX-License-Identifier: Apache-2.0
"""A proof bundle with anything altered proves nothing, and both checkers say so: ours and the lone script."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nadzor.detect.calc.registry import calculate
from nadzor.receipts.bundle import BundleError, seal_text
from nadzor.receipts.bundle_check import Pins, verify_bundle
from nadzor_sdk import verify_bundle as script
from nadzor_wire.canonical import canonical
from nadzor_wire.note import sign_note
from tests.bundle_samples import DIRECTORY, LOG, ORIGIN, VKEY, cosigned, key_told, sealed

GOOD = sealed()


def refused(raw: bytes, folder) -> str:
    """The field that our checker names; the script must refuse as well."""
    file = folder / "bundle.json"
    file.write_bytes(raw)
    with pytest.raises(Exception):  # noqa: B017
        script.main(str(file), VKEY)
    with pytest.raises(BundleError) as found:
        verify_bundle(raw, Pins(vkey=VKEY), calculate=calculate)
    return found.value.field


@given(place=st.integers(0, len(GOOD) - 1), bit=st.integers(0, 7))
@settings(max_examples=150)
def test_no_bit_of_the_file_can_be_turned(tmp_path_factory, place, bit):
    """Whatever it belongs to, the file is canonical and sealed: a turned bit makes it worthless."""
    raw = bytearray(GOOD)
    raw[place] ^= 1 << bit
    assert refused(bytes(raw), tmp_path_factory.getbasetemp())


def leaf(told, place=0):
    """The leaf of a batch."""
    return told["batches"][place]["leaf"]


def turn(holder, name):
    """Turn one bit of a value in base64."""
    data = bytearray(b64decode(holder[name]))
    data[len(data) // 2] ^= 4
    holder[name] = b64encode(data).decode()


def put(holder, name, value):
    """Another value, and it must be another."""
    assert holder[name] != value
    holder[name] = value


def own_key(told, **fields):
    """The excerpt with another fact of the first key, signed again by the directory's key."""
    said = told["directory"]["said"]
    place = next(n for n, key in enumerate(said["keys"]) if key["public"])
    said["keys"][place] |= fields
    resign(told)


def resign(told):
    """The directory's signature over what its excerpt says now."""
    text = b"nadzor-directory-excerpt-v1\n" + canonical(told["directory"]["said"])
    told["directory"]["signature"] = b64encode(DIRECTORY.sign(text)).decode()


def swap_bodies(told):
    """Two bodies in each other's place."""
    one, two = told["batches"][:2]
    one["body"], two["body"] = two["body"], one["body"]


def body_with_its_digest(told):
    """Another body, and the leaf's digest made to fit."""
    told["batches"][1]["body"] = b64encode(b"{}\n{}\n{}\n").decode()
    leaf(told, 1)["body"] = b64encode(sha256(b"{}\n{}\n{}\n").digest()).decode()


def acquit(told):
    """A rejected event told as merely flagged, which the leaf's digest cannot tell apart."""
    batch = told["batches"][0]
    batch["flagged"] += batch["rejected"]
    batch["rejected"] = []


def foreign_root(told):
    """A checkpoint of the same log that covers another tree."""
    text = f"{ORIGIN}\n6\n{b64encode(bytes(32)).decode()}\n"
    told["checkpoint"] = cosigned(sign_note(text, ORIGIN, LOG))


DEEDS = {
    "leaf field": (lambda told: put(leaf(told), "site", "s-0002"), "proof"),
    "leaf number": (lambda told: put(leaf(told), "last", 6), "proof"),
    "leaf salt": (lambda told: turn(leaf(told), "salt"), "proof"),
    "receipt time": (lambda told: put(leaf(told), "received_at", "2026-11-19T09:00:00.000000Z"), "proof"),
    "signature": (lambda told: turn(leaf(told), "signature"), "proof"),
    "index": (lambda told: put(told["batches"][3], "index", 5), "proof"),
    "proof": (lambda told: told["batches"][0]["proof"].pop(), "proof"),
    "root": (foreign_root, "proof"),
    "body": (lambda told: turn(told["batches"][1], "body"), "body"),
    "bodies swapped": (swap_bodies, "body"),
    "body and digest": (body_with_its_digest, "proof"),
    "verdict": (lambda told: put(told["batches"][0]["rejected"][0], "seq", 5), "rejected or flagged"),
    "verdict dropped": (lambda told: put(told["batches"][0], "rejected", []), "rejected or flagged"),
    "verdict acquitted": (acquit, "rejected or flagged"),
    "owner": (lambda told: own_key(told, installation="i-2"), "leaf.installation"),
    "device": (lambda told: own_key(told, device="ai-002"), "leaf.device"),
    "key too young": (lambda told: own_key(told, since="2026-11-21T00:00:00.000000Z"), "leaf.keyid"),
    "key ended": (lambda told: own_key(told, until="2026-11-20T09:00:00.000000Z"), "leaf.keyid"),
    "another key": (lambda told: own_key(told, public=b64encode(bytes(32)).decode()), "leaf.keyid"),
    "suite": (lambda told: own_key(told, suite="gost"), "leaf.signature"),
    "excerpt": (lambda told: put(told["directory"]["said"]["keys"][0], "installation", "i-2"), "directory"),
    "excerpt too old": (lambda t: (put(t["directory"]["said"], "serial", 4), resign(t)), "directory"),
    "directory key": (lambda told: turn(told["directory"], "key"), "directory"),
    "witness": (lambda told: put(told, "checkpoint", told["checkpoint"].rsplit("\u2014", 1)[0]), "witnesses"),
    "origin": (lambda told: put(told["log"], "origin", "other.example/log"), "log"),
    "counts": (lambda told: put(told["counts"], "study.failed", 3), "counts"),
    "figures": (lambda told: put(told["calculation"]["input"], "events", 1), "calculation.input"),
    "result": (lambda told: put(told["calculation"]["result"], "low", "0.082218"), "calculation.result"),
    "share": (lambda told: put(told["calculation"], "name", "good-share"), "calculation.name"),
    "named event": (lambda told: put(told["events"][0], "seq", 9), "events"),
    "named batch": (lambda told: put(told["events"][0], "index", 1), "events"),
    "batch twice": (lambda told: told["batches"].append(told["batches"][0]), "batches"),
    "no batch": (lambda told: put(told, "batches", []), "batches"),
    "version": (lambda told: put(told, "v", 2), "v"),
}  # fmt: skip


@pytest.mark.parametrize("deed, field", DEEDS.values(), ids=DEEDS.keys())
def test_even_the_house_cannot_seal_what_is_not_so(tmp_path, deed, field):
    """Evidence altered and sealed anew by the log itself: signatures, digests and proofs refuse it."""
    told = json.loads(GOOD)
    deed(told)
    told["seal"] = sign_note(seal_text(told), ORIGIN, LOG)
    assert refused(canonical(told) + b"\n", tmp_path).endswith(field)


def test_a_key_is_not_believed_after_its_end(tmp_path):
    """A good bundle of a key that ended later than the receipt holds; the table above has the others."""
    key = key_told(leaf(json.loads(GOOD))["keyid"], until="2026-11-20T09:00:00.000001Z")
    raw = sealed(keys=(key, key_told("t-" + "7" * 16)))
    (tmp_path / "b.json").write_bytes(raw)
    assert verify_bundle(raw, Pins(vkey=VKEY), calculate=calculate).batches == 4
    assert script.main(str(tmp_path / "b.json"), VKEY).startswith("valid: 4 batches")
