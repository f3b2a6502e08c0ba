# SPDX-License-Identifier: Apache-2.0
"""A proof bundle checked with no network, no data directory and no trust in whoever made it.

The numbered steps are those of docs/reference/proof-bundle.md; `nadzor_sdk/verify_bundle.py` takes them too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from nadzor_wire.base64text import unb64
from nadzor_wire.cosignature import cosignatures
from nadzor_wire.keys import signed_by
from nadzor_wire.note import Checkpoint, NoteError, open_note, parse_vkey
from nadzor_wire.receipt import Leaf

from .bundle import Bundle, BundleError, Calculation, KeyTold, decode_bundle, excerpt_text, seal_text
from .bundle_batch import MOMENT, TOKEN, check_batch
from .tally import SHARE, STATISTIC, ReadBatch, figures_of, share_of, tally

Calculate = Callable[[str, bytes], Any]
"""`nadzor calc`: a statistic by its name on figures as JSON."""


class BundleReport(Struct, frozen=True, kw_only=True):
    """What a bundle proves.

    Units: `unread` batches whose body was destroyed (their place still holds), `unsigned` ones that came by a
    bearer token; `missing` counts the numbers between a stream's bundled batches that are not in the bundle.
    """

    origin: str
    size: int
    made_at: str
    devices: tuple[str, ...]
    installations: tuple[str, ...]
    batches: int
    unread: int
    unsigned: int
    received: tuple[str, str]
    missing: dict[str, int]
    witnesses: dict[str, str]
    directory_key: str
    counts: dict[str, int]
    calculation: Calculation | None
    events: tuple[dict[str, Any], ...]


class Pins(Struct, frozen=True, kw_only=True):
    """What whoever checks knows beforehand: the log's key; perhaps the directory's, and witnesses'."""

    vkey: str
    directory_key: str | None = None
    witnesses: tuple[str, ...] = ()


def verify_bundle(raw: bytes, pins: Pins, *, calculate: Calculate | None = None) -> BundleReport:
    """What the bundle proves.

    Raises: BundleError saying what does not hold.
    """
    bundle, told = decode_bundle(raw)  # (1) canonical bytes, the right fields
    checkpoint = _check_log(bundle, told, pins)  # (2) seal and checkpoint, by the log's key
    cosigned = _check_witnesses(bundle, pins)  # (3) cosignatures
    keys = _check_keys(bundle, pins)  # (4) whose keys they are, by the directory's key
    read = [check_batch(bundle, place, keys) for place in range(len(bundle.batches))]  # (5) every batch
    events = _check_events(bundle, read)  # (6), (7) named events and counts
    _check_calculation(bundle, calculate)  # (8)
    leaves = [batch.leaf for batch in bundle.batches]
    times = [str(leaf["received_at"]) for leaf in leaves]
    return BundleReport(
        origin=checkpoint.origin, size=checkpoint.size, made_at=bundle.made_at,
        devices=tuple(sorted({str(leaf["device"]) for leaf in leaves})),
        installations=tuple(sorted({batch.installation for batch in read})), batches=len(read),
        unread=sum(batch.lines is None for batch in read),
        unsigned=sum(str(leaf["keyid"]).startswith(TOKEN) for leaf in leaves),
        received=(min(times), max(times)), missing=_missing(leaves), witnesses=cosigned,
        directory_key=bundle.directory.key, counts=bundle.counts, calculation=bundle.calculation,
        events=events,
    )  # fmt: skip


def _check_log(bundle: Bundle, told: dict[str, Any], pins: Pins) -> Checkpoint:
    key = parse_vkey(pins.vkey)
    require(bundle.v == 1, "v", "unknown version")
    require(
        bundle.log.vkey == pins.vkey and bundle.log.origin == key.name, "log", "is not the log of this key"
    )
    require(bool(bundle.batches), "batches", "are none")
    require(bool(MOMENT.fullmatch(bundle.made_at)), "made_at", "is no moment in UTC")
    try:
        require(open_note(bundle.seal, pins.vkey) == seal_text(told), "seal", "is over other content")
        checkpoint = Checkpoint.parse(open_note(bundle.checkpoint, pins.vkey))
    except NoteError as bad:
        raise BundleError("seal or checkpoint", str(bad)) from None
    require(checkpoint.origin == key.name, "checkpoint", "belongs to another log")
    return checkpoint


def _check_witnesses(bundle: Bundle, pins: Pins) -> dict[str, str]:
    """When each witness saw the checkpoint, by its name."""
    require(set(pins.witnesses) <= set(bundle.witnesses), "witnesses", "an expected one did not cosign")
    try:
        valid = cosignatures(bundle.checkpoint, bundle.witnesses)
    except NoteError as bad:
        raise BundleError("witnesses", str(bad)) from None
    require(len(valid) == len(bundle.witnesses), "witnesses", "one that is named did not cosign")
    return {one.name: datetime.fromtimestamp(min(one.time, 2**32), UTC).isoformat() for one in valid}


def _check_keys(bundle: Bundle, pins: Pins) -> dict[str, KeyTold]:
    key, said = bundle.directory.key, bundle.directory.said
    require(pins.directory_key in (None, key), "directory.key", "is not the expected one")
    try:
        signature = unb64(bundle.directory.signature, size=64)
        held = signed_by(unb64(key, size=32), signature, excerpt_text(said))
    except ValueError:
        held = False
    require(held, "directory", "is not signed by the directory's key")
    moments = [said.at, *(at for key in said.keys for at in (key.since, key.until, key.revoked_at) if at)]
    require(all(map(MOMENT.fullmatch, moments)), "directory", "holds what is no moment in UTC")
    keys = {key.keyid: key for key in said.keys}
    require(len(keys) == len(said.keys), "directory", "names one key twice")
    return keys


def _check_events(bundle: Bundle, read: Sequence[ReadBatch]) -> tuple[dict[str, Any], ...]:
    """The named events in full, once all counts are those of the events."""
    indexes = [batch.index for batch in bundle.batches]
    require(indexes == sorted(set(indexes)), "batches", "are out of order")
    try:
        held = {index: batch.accepted() for index, batch in zip(indexes, read, strict=True)}
        counts = tally(read)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise BundleError("batches", "an accepted line is no event") from None
    require(counts == bundle.counts, "counts", "differ from the events")
    named = []
    for event in bundle.events:
        told = held.get(event.index, {}).get(event.seq)
        require(told is not None and told["id"] == event.id, "events", "one is not accepted in its batch")
        named.append({"index": event.index, "seq": event.seq, "event": told})
    return tuple(named)


def _check_calculation(bundle: Bundle, calculate: Calculate | None) -> None:
    asked = bundle.calculation
    if asked is None:
        return
    require(asked.name == SHARE, "calculation.name", "is unknown")
    try:
        figures = figures_of(bundle.counts)
    except ValueError as bad:
        raise BundleError("calculation.input", str(bad)) from None
    require(asked.input == figures, "calculation.input", "differs from the counts")
    if calculate is not None:
        result = share_of(calculate(STATISTIC, msgspec.json.encode(figures)))
        require(result == asked.result, "calculation.result", "differs when computed again")


def _missing(leaves: Sequence[Leaf]) -> dict[str, int]:
    spans: dict[str, list[int]] = {}
    held: Counter[str] = Counter()
    for leaf in leaves:
        stream = unb64(leaf["stream"]).hex()
        spans.setdefault(stream, []).extend((leaf["first"], leaf["last"]))
        held[stream] += leaf["last"] - leaf["first"] + 1
    lacking = {stream: max(ends) - min(ends) + 1 - held[stream] for stream, ends in spans.items()}
    return {stream: number for stream, number in lacking.items() if number}


def require(holds: bool, field: str, detail: str) -> None:
    """Raises: BundleError unless it holds."""
    if not holds:
        raise BundleError(field, detail)
