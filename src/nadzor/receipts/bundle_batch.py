# SPDX-License-Identifier: Apache-2.0
"""One batch of a proof bundle: its leaf in the tree, the device's signature, its body, its verdicts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from nadzor_wire.base64text import b64, unb64
from nadzor_wire.batch import split_lines
from nadzor_wire.coding import BatchError, inflate
from nadzor_wire.receipt import FLAGS, Leaf, Receipt, ReceiptError, verdicts_digest, verify_receipt
from nadzor_wire.suites import DEFAULT, SUITES

from .bundle import BatchTold, Bundle, BundleError, KeyTold
from .tally import ReadBatch

TOKEN: Final = "t-"
"""How the name of a bearer token begins: its batches are nobody's signature (assurance level B)."""
MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
"""The one spelling of moments, so that texts sort as they do."""
_LINE: Final = re.compile(r'"([a-z@-]+)": (.*)')
_KEYID: Final = re.compile(r';keyid="([^"]*)"')
_PLACE: Final = re.compile(r"(stream=:[A-Za-z0-9+/=]+:, first=\d+, last=\d+, prev=:[A-Za-z0-9+/=]+:).*")


def check_batch(bundle: Bundle, place: int, keys: Mapping[str, KeyTold]) -> ReadBatch:
    """The batch as its events are counted.

    Raises: BundleError naming the field of the batch that does not hold.
    """
    batch, where = bundle.batches[place], f"batches[{place}]"
    try:
        receipt = Receipt(batch.leaf, batch.index, bundle.checkpoint, list(batch.proof))
        verify_receipt(receipt, bundle.log.vkey)  # (5a) the leaf is in the tree
        said = _base(batch.leaf)
        key = keys.get(batch.leaf["keyid"])
        if key is None:
            raise ReceiptError("leaf.keyid", "is not in the directory's excerpt")
        _check_owner(batch.leaf, key, bundle.directory.said.serial)
        _check_signed(batch.leaf, said, key)  # (5b) the device signed for it
        lines = _lines(batch, said.get("content-encoding", "identity"))  # (5c) the body is the signed one
        _check_verdicts(batch)  # (5d) the verdicts are the leaf's
    except ReceiptError as bad:
        raise BundleError(f"{where}.{bad.field}", str(bad).partition(": ")[2]) from None
    except BatchError as bad:
        raise BundleError(f"{where}.body", bad.code) from None
    leaf = batch.leaf
    rejected = frozenset(verdict.seq for verdict in batch.rejected)
    return ReadBatch(leaf["installation"], leaf["first"], leaf["last"], rejected, lines)


def _base(leaf: Leaf) -> dict[str, str]:
    """The components of the signature base, each once."""
    lines = unb64(leaf["base"]).decode("latin-1").split("\n")
    found = [_LINE.fullmatch(line) for line in lines]
    said = {line[1]: line[2] for line in found if line}
    _require(len(said) == len(lines), "leaf.base", "is no signature base")
    return said


def _check_owner(leaf: Leaf, key: KeyTold, serial: int) -> None:
    """The key belonged to that installation and counted at the moment of receipt."""
    at = leaf["received_at"]
    _require(bool(MOMENT.fullmatch(at)), "leaf.received_at", "is no moment in UTC")
    _require(key.installation == leaf["installation"], "leaf.installation", "is not the key's")
    _require(key.device == leaf["device"], "leaf.device", "is not the key's")
    in_time = key.since <= at and (key.until is None or at < key.until)
    _require(in_time, "leaf.keyid", "did not count at the moment of receipt")
    _require(leaf["directory"] <= serial, "leaf.directory", "is younger than the excerpt")


def _check_signed(leaf: Leaf, said: Mapping[str, str], key: KeyTold) -> None:
    order = f"stream=:{leaf['stream']}:, first={leaf['first']}, last={leaf['last']}, prev=:{leaf['prev']}:"
    named = _PLACE.fullmatch(said.get("nadzor-batch", ""))
    _require(named is not None and named[1] == order, "leaf.base", "names another batch")
    suite = SUITES.get(key.suite)
    if suite is None:
        raise ReceiptError("leaf.signature", "its algorithm suite is not offered here")
    if suite.digest == "sha-256":
        _require(said.get("content-digest") == f"sha-256=:{leaf['body']}:", "leaf.base", "names another body")
    if key.keyid.startswith(TOKEN):
        _require(
            key.suite == DEFAULT and not key.public and not leaf["signature"], "leaf.keyid", "is a token"
        )
        return
    signer = _KEYID.findall(said.get("@signature-params", ""))
    _require(signer == [leaf["keyid"]], "leaf.base", "names another key")
    try:
        public = unb64(key.public)
    except ValueError:
        raise ReceiptError("leaf.keyid", "the key is not base64") from None
    _require(suite.keyid_of(public) == leaf["keyid"], "leaf.keyid", "is not the name of this key")
    held = suite.verify(public, unb64(leaf["signature"]), unb64(leaf["base"]))
    _require(held, "leaf.signature", "is not by the installation's key")


def _lines(batch: BatchTold, coding: str) -> tuple[bytes, ...] | None:
    if batch.body is None:
        return None
    try:
        coded = unb64(batch.body)
    except ValueError as bad:
        raise ReceiptError("body", str(bad)) from None
    _require(b64(sha256(coded).digest()) == batch.leaf["body"], "body", "is not the signed one")
    lines = tuple(split_lines(inflate(coded, coding=coding)))
    _require(
        len(lines) == batch.leaf["last"] - batch.leaf["first"] + 1, "body", "has another number of lines"
    )
    return lines


def _check_verdicts(batch: BatchTold) -> None:
    digest = verdicts_digest([*batch.rejected, *batch.flagged])
    _require(digest == batch.leaf["verdicts"], "rejected or flagged", "are not the verdicts of the leaf")
    sorted_out = all(one.code not in FLAGS for one in batch.rejected)
    sorted_out = sorted_out and all(one.code in FLAGS for one in batch.flagged)
    _require(sorted_out, "rejected or flagged", "stand in the wrong list")


def _require(holds: bool, field: str, detail: str) -> None:
    if not holds:
        raise ReceiptError(field, detail)
