# SPDX-License-Identifier: Apache-2.0
"""A maker who has read docs/protocol.md and nothing else: the standard library, Ed25519, no line of ours.

Numbers in brackets are the sections of that page.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import secrets
import time
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LEAF_NUMBERS = {"v", "first", "last", "directory"}
LEAF_BYTES = {"salt", "stream", "prev", "body", "base", "signature", "verdicts"}
LEAF_TEXTS = {"device", "installation", "site", "keyid", "received_at"}
FIELDS = LEAF_NUMBERS | LEAF_BYTES | LEAF_TEXTS
COVERED = ("@method", "@target-uri", "content-digest", "content-type", "nadzor-batch", "content-encoding")
RETRIED = (0, 408, 429, 502, 503, 504)


def b64(raw):
    """Standard base64 with padding."""
    return base64.b64encode(raw).decode()


def sha256(raw):
    """SHA-256."""
    return hashlib.sha256(raw).digest()


def canonical(value):
    """RFC 8785 for what occurs here: texts, integers, lists, objects with ASCII names."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Unproved(Exception):
    """A receipt that does not prove what it should (5)."""


def call(method, url, body=None, headers=None):
    """One request; status, headers in lower case, body. Status 0 when nobody answers."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    try:
        connection.request(method, parts.path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    except OSError:
        return 0, {}, b""
    finally:
        connection.close()


class Stranger:
    """One installation of a maker who wrote his own client."""

    def __init__(self, portal, token):
        self.key = Ed25519PrivateKey.generate()  # (1)
        self.public = self.key.public_key().public_bytes_raw()
        asked = json.dumps({"token": token, "public_key": b64(self.public)})
        status, _, body = call("POST", portal + "/api/v1/enrol", asked, {"Content-Type": "application/json"})
        assert status == 200, body
        self.told = json.loads(body)
        assert self.told["keyid"] == sha256(self.public).hex()[:16]
        self.address = self.told["gateway"] + "/v1/batches"
        self.new_stream()

    def new_stream(self):
        """A new stream (3)."""
        self.stream, self.next, self.prev = secrets.token_bytes(16), 1, bytes(32)

    def seal(self, events, *, first=None):
        """The bytes of a batch and the place it says it has (3)."""
        body = b"".join(json.dumps(event).encode() + b"\n" for event in events)
        first = first or self.next
        place = f"stream=:{b64(self.stream)}:, first={first}, last={first + len(events) - 1}, "
        place += f"prev=:{b64(self.prev)}:" + (", restored" if first == 1 else "")
        return body, {"first": first, "last": first + len(events) - 1, "header": place}

    def sign(self, body, place, *, created=None, extra=None):
        """Headers of the request and the signature base (4)."""
        headers = {
            "content-type": "application/x-ndjson",
            "content-digest": f"sha-256=:{b64(sha256(body))}:",
            "nadzor-batch": place["header"],
        } | (extra or {})
        values = {"@method": "POST", "@target-uri": self.address} | headers
        names = [name for name in COVERED if name in values]
        created = created or int(time.time())
        listed = " ".join(f'"{name}"' for name in names)
        params = f'({listed});created={created};keyid="{self.told["keyid"]}";tag="nadzor-intake"'
        lines = [f'"{name}": {values[name]}' for name in names] + [f'"@signature-params": {params}']
        base = "\n".join(lines).encode()
        signed = {"signature-input": f"s1={params}", "signature": f"s1=:{b64(self.key.sign(base))}:"}
        return headers | signed, base

    def report(self, events):
        """Send a batch as section 6 says, and verify before forgetting; the answer."""
        body, place = self.seal(events)
        wait, offset = 0.5, 0
        for _ in range(20):
            headers, base = self.sign(body, place, created=int(time.time()) + offset)
            status, answered, content = call("POST", self.address, body, headers)
            if status == 200:
                answer = json.loads(content)
                self.verify(answer, body, place, base)
                self.next, self.prev = place["last"] + 1, sha256(body)
                return answer
            problem = json.loads(content) if content else {}
            if status in RETRIED or problem.get("code") == "key.unknown":
                time.sleep(max(float(answered.get("retry-after", 0)), wait) + secrets.randbelow(100) / 1000)
                wait = min(wait * 2, 60)
            elif problem.get("code") == "signature.time":
                offset = 1  # its clock is ours in a test; a real client takes `server_time`
            else:
                raise AssertionError((status, problem))
        raise AssertionError("never answered")

    def verify(self, answer, body, place, base):
        """The seven conditions of section 5."""
        receipt, leaf = answer["receipt"], answer["receipt"]["leaf"]
        must(set(leaf) == FIELDS, "fields")  # 1
        size, root = open_note(receipt["checkpoint"], self.told["log_vkey"])  # 2
        proof = [base64.b64decode(step) for step in receipt["proof"]]
        climb(sha256(b"\0" + canonical(leaf)), receipt["index"], size, proof=proof, root=root)  # 3
        mine = {
            "installation": self.told["installation"], "device": self.told["device"],
            "keyid": self.told["keyid"], "stream": b64(self.stream), "first": place["first"],
            "last": place["last"], "prev": b64(self.prev), "body": b64(sha256(body)),
        }  # fmt: skip
        must(all(leaf[name] == value for name, value in mine.items()), "what was sent")  # 4
        told = sorted(
            [one["seq"], one["code"], one.get("at", "$"), one.get("detail", "")]
            for one in answer["rejected"] + answer["flagged"]
        )
        must(leaf["verdicts"] == b64(sha256(canonical(told))), "verdicts")  # 5
        must(undated(base64.b64decode(leaf["base"])) == undated(base), "base")  # 6
        self.key.public_key().verify(base64.b64decode(leaf["signature"]), base64.b64decode(leaf["base"]))
        rejected = [one["seq"] for one in answer["rejected"]]
        must(answer["batch"] == sha256(body).hex(), "batch")  # 7
        must(len(set(rejected)) == len(rejected), "rejected twice")
        must(all(place["first"] <= seq <= place["last"] for seq in rejected), "foreign numbers")
        must(answer["accepted"] + len(rejected) == place["last"] - place["first"] + 1, "counts")


def must(holds, what):
    """Raises: Unproved."""
    if not holds:
        raise Unproved(what)


def undated(base):
    """A signature base without its `created`."""
    head, _, tail = base.partition(b";created=")
    return head, tail.partition(b";")[2]


def open_note(note, vkey):
    """Size and root of a checkpoint signed under a key (C2SP signed-note, tlog-checkpoint)."""
    name, _hash, encoded = vkey.split("+", 2)
    raw = base64.b64decode(encoded)
    must(raw[0] == 1, "algorithm")
    text, _, signatures = note.partition("\n\n")
    text += "\n"
    hint = sha256(name.encode() + b"\n" + raw)[:4]
    for line in signatures.splitlines():
        dash, who, what = line.split(" ")
        signed = base64.b64decode(what)
        if (dash, who, signed[:4]) == ("\u2014", name, hint):
            Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signed[4:], text.encode())
            origin, size, root = text.splitlines()
            must(origin == name, "origin")
            return int(size), base64.b64decode(root)
    raise Unproved("no signature by the log")


def climb(node, index, size, *, proof, root):
    """RFC 9162, section 2.1.3.2."""
    must(index < size, "index")
    at, end = index, size - 1
    for step in proof:
        must(end > 0, "proof too long")
        if at & 1 or at == end:
            node = sha256(b"\1" + step + node)
            while not at & 1 and at:
                at, end = at >> 1, end >> 1
        else:
            node = sha256(b"\1" + node + step)
        at, end = at >> 1, end >> 1
    must(end == 0 and node == root, "proof")
