# SPDX-License-Identifier: Apache-2.0
"""Make a proof bundle: everything a court needs to check what a device reported, in one file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction
from msgspec import Struct
from rich.progress import Progress

from nadzor.base.directory import VALID_S
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.base.progress import ticker
from nadzor.detect.calc.registry import calculate
from nadzor.journal.bodies import Shredded
from nadzor.journal.opening import open_reader
from nadzor.journal.reader import Reader
from nadzor.journal.record import BatchRecord
from nadzor.journal.sheet import moment_text
from nadzor.people.permissions import may_read_operation
from nadzor.people.queries import Person
from nadzor.receipts.bundle import (
    BatchTold,
    BundleError,
    Calculation,
    Content,
    Excerpt,
    KeyTold,
    LogTold,
    Named,
    Said,
    seal_bundle,
    sign_excerpt,
)
from nadzor.receipts.bundle_batch import TOKEN
from nadzor.receipts.bundle_check import Pins, verify_bundle
from nadzor.receipts.tally import SHARE, STATISTIC, Counts, ReadBatch, figures_of, share_of, tally
from nadzor.receipts.tree import inclusion_proof
from nadzor.records import audit
from nadzor.register.models import Device, ForwarderToken, InstallationKey, PublishedDirectory
from nadzor_wire.base64text import b64
from nadzor_wire.batch import split_lines
from nadzor_wire.cosignature import cosignatures
from nadzor_wire.note import Checkpoint, NoteError, open_note
from nadzor_wire.suites import DEFAULT

BATCHES_MAX: Final = 5_000  # with its receipt each weighs 3 KiB and more: a court reads no larger file
BYTES_MAX: Final = 128 * 1024 * 1024  # of coded bodies: what one process holds three times over


class Wish(Struct, frozen=True, kw_only=True):
    """What shall be proved: a device's batches by installation and time of receipt, or one by its index."""

    device: str
    because: str
    installation: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    index: int | None = None
    events: tuple[str, ...] = ()
    calculation: str | None = None


@transaction.atomic
def make_bundle(
    home: Home, wish: Wish, *, by: Person | None, now: datetime, bar: Progress | None = None
) -> bytes:
    """The file, checked as a stranger would check it before it is handed over.

    Raises: Refusal register.device-unknown, people.not-yours, journal.no-batch, bundle.empty,
    bundle.too-large, bundle.event-unknown, bundle.calculation, bundle.unsound.
    """
    _must_be_readable(wish, by)
    with closing(open_reader(home)) as reader:
        content = _content(home, reader, wish, now=now, bar=bar)
    log = home.log
    made = seal_bundle(content, log.key)
    try:
        pins = Pins(vkey=log.vkey, directory_key=home.settings.directory_key)
        report = verify_bundle(made, pins, calculate=calculate)
    except BundleError as unsound:
        raise Refusal("bundle.unsound", at=unsound.field) from unsound
    doer = by.username if by else ""
    told = {"batches": report.batches, "size": report.size, "events": len(wish.events)}
    audit.record("journal.bundle.make", wish.device, by=doer, because=wish.because, now=now, **told)
    return made


def bundle_of(home: Home, index: int, *, by: Person | None, now: datetime) -> bytes:
    """The bundle of one batch; a batch of a foreign device is as if there were none.

    Raises: Refusal journal.no-batch, and as `make_bundle`.
    """
    with closing(open_reader(home)) as reader:
        if index >= reader.size():  # said as it is said of another's
            raise Refusal("journal.no-batch", index=index)
        record = reader.batch(index)
    row = Device.objects.select_related("maker").filter(code=record.device).first()
    if row is None or not _may_read(by, row):
        raise Refusal("journal.no-batch", index=index)
    wish = Wish(device=record.device, because="asked for", index=index)
    return make_bundle(home, wish, by=by, now=now)


def _must_be_readable(wish: Wish, by: Person | None) -> None:
    row = Device.objects.select_related("maker").filter(code=wish.device).first()
    if row is None:
        raise Refusal("register.device-unknown")
    if not _may_read(by, row):
        raise Refusal("people.not-yours")


def _may_read(person: Person | None, device: Device) -> bool:
    """Who may read its operation figures; and the console, for there every key lies open."""
    at_console = person is not None and person.at_console
    return at_console or may_read_operation(person, maker=device.maker.code)


def _content(home: Home, reader: Reader, wish: Wish, *, now: datetime, bar: Progress | None) -> Content:
    records = _chosen(reader, wish, bar)
    note = _note(home, reader, records[-1].index)
    size = Checkpoint.parse(open_note(note, home.log_vkey)).size
    batches, read, weight = [], [], 0
    step = ticker(bar, "Proving", total=len(records))
    for record in records:
        coded = _coded(record)
        weight += len(coded or b"")
        if weight > BYTES_MAX:
            raise Refusal("bundle.too-large", batches=len(records), limit=BATCHES_MAX)
        proof = tuple(map(b64, inclusion_proof(record.index, size, reader.nodes)))
        batches.append(_told(record, proof, coded))
        read.append(_read(record, coded))
        step()
    counts = _counted(read)
    return Content(
        made_at=moment_text(now), log=LogTold(origin=home.log_origin, vkey=home.log_vkey),
        checkpoint=note, witnesses=_witnesses(home, note), directory=_excerpt(home, records, now=now),
        batches=tuple(batches), events=_named(wish, records, read), counts=counts,
        calculation=_calculation(wish.calculation, counts),
    )  # fmt: skip


def _counted(read: Sequence[ReadBatch]) -> Counts:
    try:
        return tally(read)
    except (ValueError, LookupError, TypeError, AttributeError) as error:  # accepted, and yet no event
        raise Refusal("bundle.unsound", at="batches") from error


def _chosen(reader: Reader, wish: Wish, bar: Progress | None) -> list[BatchRecord]:
    """The batches wished for, in the order of the log."""
    if wish.index is not None:
        return [reader.batch(wish.index)]
    found, size = [], reader.size()
    step = ticker(bar, "Reading the journal", total=size)
    for record in reader.batches(0, size):
        step()
        late = wish.until is not None and record.received_at >= wish.until
        early = wish.since is not None and record.received_at < wish.since
        same = record.device == wish.device and wish.installation in (None, record.installation)
        if same and not early and not late:
            found.append(record)
        if len(found) > BATCHES_MAX:
            raise Refusal("bundle.too-large", batches=len(found), limit=BATCHES_MAX)
    if not found:
        raise Refusal("bundle.empty")
    return found


def _note(home: Home, reader: Reader, last: int) -> str:
    """The published checkpoint, which witnesses have signed, if it covers the batches; the newest else."""
    try:
        published = (home.tiles / "checkpoint").read_text("utf-8")
        if Checkpoint.parse(open_note(published, home.log_vkey)).size > last:
            return published
    except (OSError, NoteError, UnicodeDecodeError):
        pass
    return reader.receipt(last).checkpoint


def _witnesses(home: Home, note: str) -> tuple[str, ...]:
    """Those of our witnesses that signed it."""
    known = [witness.vkey for witness in home.settings.witnesses]
    return tuple(key for key in known if cosignatures(note, [key]))


def _coded(record: BatchRecord) -> bytes | None:
    try:
        return record.coded()
    except Shredded:
        return None


def _told(record: BatchRecord, proof: tuple[str, ...], coded: bytes | None) -> BatchTold:
    return BatchTold(
        index=record.index,
        leaf=record.leaf,
        proof=proof,
        flagged=record.verdicts.flagged,
        rejected=record.verdicts.rejected,
        body=None if coded is None else b64(coded),
    )


def _read(record: BatchRecord, coded: bytes | None) -> ReadBatch:
    rejected = frozenset(verdict.seq for verdict in record.verdicts.rejected)
    lines = None if coded is None else tuple(split_lines(record.body()))
    return ReadBatch(record.installation, record.first, record.last, rejected, lines)


def _excerpt(home: Home, records: Sequence[BatchRecord], *, now: datetime) -> Excerpt:
    """What the register says of the keys that signed, and of no others."""
    used = {record.keyid for record in records}
    keys = InstallationKey.objects.filter(keyid__in=used).select_related("installation__device")
    tokens = ForwarderToken.objects.filter(installation__in={record.installation for record in records})
    told = [*map(_key, keys), *map(_token, tokens.select_related("installation__device"))]
    published = PublishedDirectory.objects.filter(id=1).first()
    serial = max([published.serial if published else 0, *(record.directory for record in records)])
    known = tuple(sorted((key for key in told if key.keyid in used), key=lambda key: key.keyid))
    return sign_excerpt(Said(at=moment_text(now), serial=serial, keys=known), home.key("directory"))


def _key(row: InstallationKey) -> KeyTold:
    until = _until(row.not_after, row.revoked_at)
    return _of_installation(
        row, keyid=row.keyid, public=row.public, suite=row.suite, span=(row.not_before, until)
    )


def _token(row: ForwarderToken) -> KeyTold:
    until = _until(row.expires_at, row.revoked_at)
    keyid = TOKEN + row.digest[:16]
    return _of_installation(row, keyid=keyid, public="", suite=DEFAULT, span=(row.issued_at, until))


def _of_installation(
    row: InstallationKey | ForwarderToken,
    *,
    keyid: str,
    public: str,
    suite: str,
    span: tuple[datetime, datetime | None],
) -> KeyTold:
    since, until = span
    return KeyTold(
        keyid=keyid,
        public=public,
        suite=suite,
        installation=row.installation_id,
        device=row.installation.device.code,
        since=moment_text(since),
        until=moment_text(until) if until else None,
        revoked_at=moment_text(row.revoked_at) if row.revoked_at else None,
    )


def _until(ends: datetime | None, revoked_at: datetime | None) -> datetime | None:
    """The end of what may be received under a key.

    Why: a revoked key may still be believed for as long as the directory of before is.
    """
    believed = revoked_at and revoked_at + timedelta(seconds=VALID_S)
    return min((end for end in (ends, believed) if end), default=None)


def _named(wish: Wish, records: Sequence[BatchRecord], read: Sequence[ReadBatch]) -> tuple[Named, ...]:
    """Where the events asked for stand, each at its first place."""
    wanted = set(wish.events)
    found: dict[str, Named] = {}
    for record, batch in zip(records, read, strict=True) if wanted else ():
        for seq, line in enumerate(batch.lines or (), batch.first):
            if seq in batch.rejected:
                continue
            id = str(msgspec.json.decode(line).get("id", ""))
            if id in wanted:
                found.setdefault(id, Named(index=record.index, seq=seq, id=id))
    if found.keys() != wanted:
        raise Refusal("bundle.event-unknown", missing=len(wanted) - len(found))
    return tuple(found[id] for id in dict.fromkeys(wish.events))


def _calculation(name: str | None, counts: Counts) -> Calculation | None:
    if name is None:
        return None
    try:
        figures = figures_of(counts)
    except ValueError as error:
        raise Refusal("bundle.calculation") from error
    if name != SHARE:
        raise Refusal("bundle.calculation")
    result = share_of(calculate(STATISTIC, msgspec.json.encode(figures)))
    return Calculation(name=name, input=figures, result=result)
