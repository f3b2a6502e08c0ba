# SPDX-License-Identifier: Apache-2.0
"""The proof bundle of a case: one file that an expert or a court checks with no network and no database.

Each part is a JSON text, so that its digests are over the very bytes; the seal is a note by the log's key
over the digest of everything else.  Figures are computed again, chains walked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from nadzor.procedures.catalogue import PROCEDURES
from nadzor.receipts.audit_bundle import AuditBundle, verify_audit_bundle
from nadzor.receipts.bundle import BundleError
from nadzor.receipts.bundle_check import Pins, verify_bundle
from nadzor.records.chain import Link, entry_hash, entry_text
from nadzor_wire.base64text import b64
from nadzor_wire.canonical import CanonicalError, canonical
from nadzor_wire.note import NoteError, open_note, sign_note

VERSION: Final = 1
TITLE: Final = "nadzor case bundle 1"
PARTS: Final = ("case", "signals", "events", "entries", "deeds", "code")
TOLERANCE: Final = 1e-9
Calculate = Callable[[str, bytes], Any]


class CaseBundle(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file.  `journal` holds proof bundles of batches, `audit` one of deeds under
    `audit_key`, for which the seal vouches; `left_out` says what is missing.

    Parts, each a JSON text: the case as its reader may see it, its signals and events, the register entries
    at its beginning and its end, the deeds about it, the code that made it.
    """

    v: int
    made_at: str
    origin: str
    parts: dict[str, str]
    journal: tuple[str, ...]
    audit: str
    audit_key: str
    left_out: tuple[str, ...]
    seal: str = ""


class CaseReport(Struct, frozen=True, kw_only=True):
    """What a case bundle proves: counts of all that was checked, and what it says is not in it."""

    origin: str
    made_at: str
    number: str
    state: str
    steps: int
    grounds: int
    packs: int
    calculations: int
    deeds: int
    deeds_proved: int
    batches: int
    left_out: tuple[str, ...]


def seal_case(bundle: CaseBundle, private: Ed25519PrivateKey) -> bytes:
    """The file's bytes, sealed by the log's key: the one key that whoever checks has pinned."""
    told = msgspec.to_builtins(bundle)
    return canonical(told | {"seal": sign_note(_seal_text(told), bundle.origin, private)}) + b"\n"


def verify_case(
    raw: bytes, vkey: str, *, calculate: Calculate, directory_key: str | None = None
) -> CaseReport:
    """What the file proves.

    Raises: BundleError saying what does not hold.
    """
    bundle = _sealed(raw, vkey)
    parts = {name: _part(bundle, name) for name in PARTS}
    case = parts["case"]
    _check_steps(case)
    _check_digests(case)
    calculations = _check_figures(case, calculate)
    _check_deeds(parts["deeds"])
    proved = _check_audit(bundle, parts["deeds"])
    pins = Pins(vkey=vkey, directory_key=directory_key)
    batches = sum(verify_bundle(each.encode(), pins, calculate=calculate).batches for each in bundle.journal)
    return CaseReport(
        origin=bundle.origin, made_at=bundle.made_at, number=str(case["number"]), state=str(case["state"]),
        steps=len(case["steps"]), grounds=len(case["grounds"]), packs=len(case["packs"]),
        calculations=calculations, deeds=len(parts["deeds"]), deeds_proved=proved, batches=batches,
        left_out=bundle.left_out,
    )  # fmt: skip


def _sealed(raw: bytes, vkey: str) -> CaseBundle:
    try:
        told = msgspec.json.decode(raw)
        _require(isinstance(told, dict) and canonical(told) + b"\n" == raw, "file", "is not canonical JSON")
        bundle = msgspec.convert(told, CaseBundle)
        held = open_note(bundle.seal, vkey) == _seal_text(told)
    except msgspec.ValidationError as bad:
        raise BundleError("file", str(bad)) from None
    except (msgspec.DecodeError, CanonicalError, UnicodeDecodeError, RecursionError):
        raise BundleError("file", "is not canonical JSON") from None
    except NoteError as bad:
        raise BundleError("seal", str(bad)) from None
    _require(held, "seal", "is over other content")
    _require(bundle.v == VERSION and set(bundle.parts) == set(PARTS), "parts", "are of another version")
    return bundle


def _part(bundle: CaseBundle, name: str) -> Any:
    try:
        return msgspec.json.decode(bundle.parts[name])
    except (msgspec.DecodeError, RecursionError):
        raise BundleError(name, "is no JSON") from None


def _check_steps(case: Mapping[str, Any]) -> None:
    """The steps are a walk through the table of the procedure, and end where the case stands."""
    procedure = PROCEDURES.get(str(case["procedure"]))
    if procedure is None:
        raise BundleError("case.procedure", "is unknown")
    state = procedure.first
    moves = {(move.start, move.verb) for move in procedure.moves}
    for place, step in enumerate(case["steps"]):
        _require(step["start"] == state, f"case.steps[{place}]", "does not begin where the last one ended")
        _require((state, step["verb"]) in moves, f"case.steps[{place}]", "is no move of this procedure")
        state = step["to"]
    _require(state == case["state"], "case.state", "is not where its steps end")


def _check_digests(case: Mapping[str, Any]) -> None:
    for place, each in enumerate(case["grounds"]):
        _require(digest_of(each["facts"]) == each["digest"], f"case.grounds[{place}]", "has another digest")
    for place, each in enumerate(case["packs"]):
        _require(digest_of(each["body"]) == each["digest"], f"case.packs[{place}]", "has another digest")


def _check_figures(case: Mapping[str, Any], calculate: Calculate) -> int:
    """Every figure of the packs and every recomputation of the maker, computed again."""
    done = 0
    for pack in case["packs"]:
        for again in (one for ground in pack["body"]["grounds"] for one in ground.get("reproduced_by", ())):
            found = _answer(calculate, again["calculation"], again["given"])
            _require(
                _same(found.get(again["figure"]), again["found"]), "case.packs", "a figure does not come back"
            )
            done += 1
    for each in case["recomputations"]:
        found = _answer(calculate, each["calculation"], each["given"])
        _require(
            all(_same(found.get(name), said) for name, said in each["found"].items()),
            "case.recomputations", "a figure does not come back",
        )  # fmt: skip
        done += 1
    return done


def _check_deeds(deeds: Sequence[Mapping[str, Any]]) -> None:
    """Each deed has its hash, and follows the one before it where that is in the file."""
    before: Link | None = None
    for place, told in enumerate(deeds):
        try:
            link = msgspec.convert(told["link"], Link)
        except msgspec.ValidationError as bad:
            raise BundleError(f"deeds[{place}]", str(bad)) from None
        _require(entry_hash(link) == told["entry"], f"deeds[{place}]", "has another hash")
        _require(before is None or before.seq < link.seq, f"deeds[{place}]", "is out of order")
        if before is not None and before.seq + 1 == link.seq:
            _require(
                link.prev == deeds[place - 1]["entry"], f"deeds[{place}]", "does not follow the one before"
            )
        before = link


def _check_audit(bundle: CaseBundle, deeds: Sequence[Mapping[str, Any]]) -> int:
    """How many of the deeds are proved to stand in the sealed log, each by the very words told here."""
    if not bundle.audit:
        return 0
    report = verify_audit_bundle(bundle.audit.encode(), bundle.audit_key)
    told = {entry_text(msgspec.convert(each["link"], Link)).decode() for each in deeds}
    proved = msgspec.json.decode(bundle.audit, type=AuditBundle).rows
    _require({row.leaf.text for row in proved} <= told, "audit", "proves deeds that are not told of")
    return report.deeds


def digest_of(facts: Any) -> str:
    """SHA-256 of facts as sorted JSON, as grounds and packs are digested when they are written."""
    return hashlib.sha256(msgspec.json.encode(facts, order="sorted")).hexdigest()


def _answer(calculate: Calculate, name: str, given: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = msgspec.to_builtins(calculate(name, msgspec.json.encode(given)))
    return found


def _same(found: Any, said: Any) -> bool:
    if isinstance(found, float) and isinstance(said, int | float):
        return abs(found - said) <= TOLERANCE * max(1.0, abs(found))
    return bool(found == said)


def _seal_text(told: Mapping[str, Any]) -> str:
    rest = {name: value for name, value in told.items() if name != "seal"}
    return f"{TITLE}\n{b64(hashlib.sha256(canonical(rest)).digest())}\n"


def _require(holds: bool, field: str, detail: str) -> None:
    if not holds:
        raise BundleError(field, detail)
