# SPDX-License-Identifier: Apache-2.0
"""Show the world the log of deeds and readings: what is public of it is hashes and signatures alone."""

from __future__ import annotations

from nadzor.actions.seal_audit import AuditLog, audit_log
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.tiles import CHECKPOINT, WITNESSED, checkpoint_of
from nadzor.receipts.tiles import parse_path, tile_reader
from nadzor.receipts.tree import consistency_proof
from nadzor_wire.base64text import b64
from nadzor_wire.note import Checkpoint


def read_checkpoint(home: Home) -> str:
    """The published checkpoint, as witnesses signed it where they signed this very one.

    Raises: Refusal audit.unsealed.
    """
    log = audit_log(home)
    shown = _shown(log)
    witnessed = log.files.note(WITNESSED)
    if witnessed is not None and checkpoint_of(witnessed, log.vkey) == shown:
        return witnessed
    return log.files.note(CHECKPOINT) or ""


def read_tile(home: Home, path: str) -> bytes:
    """A tile of the published tree.

    Raises: Refusal audit.no-tile.
    """
    log, tile = audit_log(home), parse_path(path)
    content = log.files.get(tile) if tile and tile.leaves <= _shown(log).size else None
    if content is None:
        raise Refusal("audit.no-tile")
    return content


def prove_growth(home: Home, old: int | None, size: int | None) -> list[str]:
    """The consistency proof between two sizes of the published tree, in base64.

    Raises: Refusal audit.sizes, audit.unsealed.
    """
    log = audit_log(home)
    last = _shown(log).size
    if old is None or size is None or not 0 < old <= size <= last:
        raise Refusal("audit.sizes", size=last)
    read = tile_reader(size, lambda tile: log.files.get(tile) or b"")
    return [b64(step) for step in consistency_proof(old, size, read)]


def _shown(log: AuditLog) -> Checkpoint:
    found = log.files.published(log.vkey)
    if found is None:
        raise Refusal("audit.unsealed")
    return found
