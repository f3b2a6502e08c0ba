# SPDX-License-Identifier: Apache-2.0
"""Seal everything in the vault anew under a fresh key, and look whether every seal opens.

(1) A new key is made and seals from now on; the former ones still open.  (2) Entries, papers, narratives and
held answers are sealed anew one by one.  (3) Only when all of them open under the newest key may the former
key files go, in a second command.  Killed anywhere, nothing is lost: each seal lies whole under one key or
the other, and the next run goes on.  Pseudonyms and marks come from the vault key and never change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec
from django.db import transaction
from msgspec import Struct

from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.base.lock import alone
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.records import audit, vault, vault_keys
from nadzor.vigilance import held_answers, narratives


class Seals(Struct, frozen=True, kw_only=True):
    """What lies in the vault: how many seals of each kind, how many under the newest key, which do not open.

    `answers` are held answers to letters.  `damaged` names pseudonyms, papers, documents and letters; never
    what is inside.
    """

    version: int
    entries: int
    papers: int
    narratives: int
    answers: int
    newest: int
    damaged: tuple[str, ...]
    changed: int = 0
    destroyed: tuple[int, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every seal opens under the newest key."""
        return not self.damaged and self.newest == (
            self.entries + self.papers + self.narratives + self.answers
        )


class _Seal(Struct, frozen=True):
    """One thing sealed: its kind and name, how to tell its key's version, how to seal it anew."""

    kind: str
    name: str
    version: Callable[[], int]
    anew: Callable[[], bool]


def check_vault(home: Home, *, now: datetime) -> Seals:
    """Open every seal and print nothing; what does not open is named, and the others go on."""
    return _counted(home, list(_seals(home, now)))


def rotate_vault(home: Home, *, by: Person, now: datetime) -> Seals:
    """Make a new sealing key, unless a rotation was cut short, and seal everything anew under it."""
    with alone(home.root / ".vault.lock"):
        seals = list(_seals(home, now))
        before = _counted(home, seals)
        if before.newest + len(before.damaged) == len(seals):
            _note("begin", by, now, version=vault_keys.found(home))
        changed = sum(_anew(one) for one in seals)
        after = _counted(home, list(_seals(home, now)))
        _note("end", by, now, version=after.version, changed=changed, damaged=list(after.damaged))
        return _told(after, changed=changed)


def finish_rotation(home: Home, *, by: Person, now: datetime) -> Seals:
    """Destroy the former key files, once every seal opens under the newest key.

    Raises: Refusal vault.not-rotated while one does not.
    """
    with alone(home.root / ".vault.lock"):
        found = check_vault(home, now=now)
        if not found.is_whole:
            raise Refusal("vault.not-rotated", damaged=", ".join(found.damaged) or "-")
        destroyed = vault_keys.destroy_older(home)
        _note("finish", by, now, version=found.version, destroyed=list(destroyed))
        return _told(found, destroyed=destroyed)


def _seals(home: Home, now: datetime) -> Iterator[_Seal]:
    for site in vault.sealed_sites():
        yield _Seal(
            "entry", site, partial(vault.version_of, site, home=home), partial(vault.reseal, site, home=home)
        )
    for path in sorted(home.months.glob("*/*.sealed")):
        yield _Seal(
            "paper",
            _about(path),
            partial(_paper_version, path, home=home),
            partial(_reseal, path, home=home, now=now),
        )
    for document in narratives.sealed_narratives():
        version, anew = (partial(deed, home, document) for deed in (narratives.version_of, narratives.reseal))
        yield _Seal("narrative", f"document {document}", version, anew)
    for letter in held_answers.sealed_answers():
        version, anew = (
            partial(deed, home, letter) for deed in (held_answers.version_of, held_answers.reseal)
        )
        yield _Seal("answer", f"letter {letter}", version, anew)


def _counted(home: Home, seals: list[_Seal]) -> Seals:
    version = vault_keys.versions(home)[0]
    found = [_version(one) for one in seals]
    kinds = [one.kind for one in seals]
    return Seals(
        version=version,
        entries=kinds.count("entry"),
        papers=kinds.count("paper"),
        narratives=kinds.count("narrative"),
        answers=kinds.count("answer"),
        newest=found.count(version),
        damaged=tuple(one.name for one, key in zip(seals, found, strict=True) if key is None),
    )


def _version(one: _Seal) -> int | None:
    try:
        return one.version()
    except Refusal as refusal:
        if refusal.code == "home.damaged":
            raise
        return None


def _anew(one: _Seal) -> bool:
    try:
        return one.anew()
    except Refusal as refusal:
        if refusal.code == "home.damaged":
            raise
        return False


def _about(path: Path) -> str:
    return f"{path.stem} {path.parent.name}"


def _paper_version(path: Path, *, home: Home) -> int:
    return vault.paper_opened(path.read_bytes(), about=_about(path), home=home).version


def _reseal(path: Path, *, home: Home, now: datetime) -> bool:
    """A paper sealed anew; both hashes go into the chain, because a signature names the former one."""
    former = path.read_bytes()
    opened = vault.paper_opened(former, about=_about(path), home=home)
    if opened.version == vault_keys.versions(home)[0]:
        return False
    fresh = vault.seal_paper(opened.clear, about=_about(path), home=home)
    with transaction.atomic():
        audit.record(
            "vault.paper.reseal", _about(path), by="console", because="rotation of the sealing key",
            now=now, former=_sha(former), sha256=_sha(fresh),
        )  # fmt: skip
    write_atomic(path, fresh, mode=0o600)
    return True


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _told(found: Seals, *, changed: int = 0, destroyed: tuple[int, ...] = ()) -> Seals:
    return msgspec.structs.replace(found, changed=changed, destroyed=destroyed)


def _note(verb: str, by: Person, now: datetime, **facts: object) -> None:
    with transaction.atomic():
        audit.record(
            f"vault.keys.{verb}",
            "vault",
            by=by.username,
            because="rotation of the sealing key",
            now=now,
            **facts,
        )
