# SPDX-License-Identifier: Apache-2.0
"""python verify_bundle.py FILE VKEY: does this proof bundle hold?  Needs Python 3.11 and `cryptography`."""

from __future__ import annotations

import gzip
import json
import sys
from base64 import b64decode, b64encode
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FLAGS = {"event.future-time", "narrative.held"}  # verdicts on events that count all the same


def _must(holds: object, what: str) -> None:
    if not holds:
        raise ValueError(what)


def _signed(public: bytes, signature: bytes, text: bytes) -> None:  # RFC 8032
    Ed25519PublicKey.from_public_bytes(public).verify(signature, text)


def _json(value: object) -> bytes:  # RFC 8785: there are no fractions, and all names are ASCII
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _digest(data: bytes) -> str:
    return b64encode(sha256(data).digest()).decode()


def _note(note: str, vkey: str, kind: int) -> str:  # C2SP signed-note (1), tlog-cosignature (4)
    (name, keyid, key), (head, _, tail) = vkey.split("+", 2), note.rpartition("\n\n")
    raw, start = b64decode(key), f"\u2014 {name} "
    _must(raw[0] == kind and sha256(f"{name}\n".encode() + raw).hexdigest()[:8] == keyid, "a verifier key")
    said = [b64decode(line.removeprefix(start)) for line in tail.split("\n") if line.startswith(start)]
    (found,) = [one[4:] for one in said if one[:4].hex() == keyid]
    seen = f"cosignature/v1\ntime {int.from_bytes(found[:-64])}\n" if kind == 4 else ""
    _signed(raw[1:], found[-64:], f"{seen}{head}\n".encode())
    return f"{head}\n"


def _root(leaf: bytes, index: int, size: int, proof: list[str]) -> bytes:  # RFC 9162 section 2.1.3
    _must(0 <= index < size and bool(proof) == (size > 1), "a proof")
    if size == 1:
        return leaf
    near, half = b64decode(proof[-1]), 1 << (size - 1).bit_length() - 1
    if index < half:
        return sha256(b"\1" + _root(leaf, index, half, proof[:-1]) + near).digest()
    return sha256(b"\1" + near + _root(leaf, index - half, size - half, proof[:-1])).digest()


def _events(batch: Any, key: Any, serial: int) -> dict[int, Any]:
    leaf, body = batch["leaf"], b64decode(batch["body"] or "")
    owned = all(key[name] == leaf[name] for name in ("keyid", "installation", "device"))
    in_time = key["since"] <= leaf["received_at"] < (key["until"] or "9") and leaf["directory"] <= serial
    _must(owned and in_time and leaf["v"] == 1 and key["suite"] == "ed25519+sha256", "whose key it was")
    base = b64decode(leaf["base"])  # (5b)
    said = dict(line[1:].split('": ', 1) for line in base.decode("latin-1").split("\n"))
    place = f"stream=:{leaf['stream']}:, first={leaf['first']}, last={leaf['last']}, prev=:{leaf['prev']}:"
    _must(f"{said['nadzor-batch']}, ".startswith(f"{place}, "), "the place that was signed")
    _must(said["content-digest"] == f"sha-256=:{leaf['body']}:", "the body that was signed")
    if not leaf["keyid"].startswith("t-"):  # a token signs nothing: assurance level B
        public, named = b64decode(key["public"]), f';keyid="{leaf["keyid"]}"'
        _must(
            sha256(public).hexdigest()[:16] == leaf["keyid"] and named in said["@signature-params"], "a key"
        )
        _signed(public, b64decode(leaf["signature"]), base)
    _must(batch["body"] is None or _digest(body) == leaf["body"], "a body")  # (5c)
    if said.get("content-encoding") == "zstd" and body:
        import zstandard  # no part of Python 3.11

        body = zstandard.decompress(body)
    body = gzip.decompress(body) if said.get("content-encoding") == "gzip" else body
    lines = dict(enumerate(body.removesuffix(b"\n").split(b"\n"), leaf["first"]))
    _must(batch["body"] is None or max(lines) == leaf["last"], "the number of lines")
    verdicts = [(one, False) for one in batch["rejected"]] + [(one, True) for one in batch["flagged"]]  # (5d)
    rows = sorted([v["seq"], v["code"], v.get("at", "$"), v.get("detail", "")] for v, _ in verdicts)
    right = all((verdict["code"] in FLAGS) == counts for verdict, counts in verdicts)
    _must(right and _digest(_json(rows)) == leaf["verdicts"], "the verdicts")
    bad = {verdict["seq"] for verdict, counts in verdicts if not counts}
    return {seq: json.loads(line) for seq, line in lines.items() if line and seq not in bad}


def _counts(read: dict[int, tuple[str, dict[int, Any]]]) -> dict[str, int]:
    events = [((owner, one["id"]), one) for owner, told in read.values() for one in told.values()]
    voided = {(owner, one["corrects"]) for (owner, _), one in events if one["kind"] == "correct"}
    good = [one for place, one in dict(reversed(events)).items() if place not in voided]
    good = [one for one in good if one.get("purpose", "clinical") == "clinical"]
    outcomes = [f"study.{one['outcome']}" for one in good if one["kind"] == "study"]
    stages = [f"study.failed.{one['failure']['stage']}" for one in good if one.get("failure")]
    return dict(Counter([one["kind"] for one in good] + outcomes + stages))


def _share(events: int, trials: int) -> dict[str, str]:  # Wilson 1927, as `nadzor calc proportion-ci`
    z, share = 1.959963984540054, events / trials
    half = z * (z * z + 4 * events * (1 - share)) ** 0.5
    low, high = ((2 * events + z * z + side) / (2 * (trials + z * z)) for side in (-half, half))
    return {"estimate": f"{share:.6f}", "high": f"{min(high, 1.0):.6f}", "low": f"{max(low, 0.0):.6f}"}


def main(file: str, vkey: str) -> str:
    """What the bundle proves; raises where it does not hold."""
    raw, read = Path(file).read_bytes(), dict[int, tuple[str, dict[int, Any]]]()
    told = json.loads(raw, parse_float=int)
    _must(_json(told) + b"\n" == raw and told["v"] == 1 and told["batches"], "the form of the file")  # (1)
    rest = _digest(_json({name: value for name, value in told.items() if name != "seal"}))
    _must(_note(told["seal"], vkey, 1) == f"nadzor proof bundle v1\n{rest}\n", "the seal")  # (2)
    origin, size, root = _note(told["checkpoint"], vkey, 1).split()
    _must(told["log"] == {"origin": origin, "vkey": vkey} and vkey.startswith(f"{origin}+"), "the log")
    seen = [_note(told["checkpoint"], witness, 4) for witness in told["witnesses"]]  # (3)
    key, signature, said = (told["directory"][name] for name in ("key", "signature", "said"))
    _signed(b64decode(key), b64decode(signature), b"nadzor-directory-excerpt-v1\n" + _json(said))  # (4)
    keys = {one["keyid"]: one for one in said["keys"]}
    for batch in told["batches"]:  # (5)
        leaf, index = batch["leaf"], batch["index"]
        top = _root(sha256(b"\0" + _json(leaf)).digest(), index, int(size), batch["proof"])
        _must(b64encode(top).decode() == root and index > max(read, default=-1), "a leaf's place")
        read[index] = (leaf["installation"], _events(batch, keys[leaf["keyid"]], said["serial"]))
    named = all(read[one["index"]][1][one["seq"]]["id"] == one["id"] for one in told["events"])
    counts, calculation = _counts(read), told["calculation"]
    _must(named and counts == told["counts"], "the named events and the counts")  # (6), (7)
    if calculation is not None:  # (8)
        figures = {"events": counts.get("study.failed", 0), "trials": counts["study"]}
        _must(
            calculation == {"name": "failed-share", "input": figures, "result": _share(**figures)},
            "the share",
        )
    return f"valid: {len(read)} batches, {origin} at {size}, {len(seen)} witnesses: {counts}, {calculation}\n"


if __name__ == "__main__":
    try:
        sys.stdout.write(main(*sys.argv[1:]))
    except Exception as bad:
        sys.exit(f"NOT VALID: {bad!r}")
