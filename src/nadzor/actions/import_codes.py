# SPDX-License-Identifier: Apache-2.0
"""Import an edition of the terminology from its files: all of it or, with every defect named, nothing."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from msgspec import Struct

from nadzor.base.problems import Refusal, title
from nadzor.people.permissions import must_change_register
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.vigilance.code_cards import ANNEXES, own_list
from nadzor.vigilance.code_files import BYTES_MAX, Annex, Wrong, read_annex
from nadzor.vigilance.code_tree import Term, Terminology, grow
from nadzor.vigilance.models import Code, CodeEdition

SHOWN_MAX: Final = 100
NAME_MAX: Final = 40
FILES_MAX: Final = 40
_YEAR: Final = re.compile(r"(?<!\d)20\d\d(?!\d)")
VERB: Final = "vigilance.codes.import"


class CodesReport(Struct, frozen=True, kw_only=True):
    """What an import did; `terms` are rows, `codes` are codes: some terms stand in several branches.

    `questions` were accepted but look odd.  `is_new` is False when this edition was here with the same files.
    Of `absent_annexes` no file came: their codes are still chosen from the edition before.
    """

    edition: str
    released: str
    is_new: bool
    terms: int
    codes: int
    not_selectable: int
    by_annex: dict[str, int]
    absent_annexes: str
    questions: list[dict[str, str]]


class _Release(Struct, frozen=True, kw_only=True):
    """The files of one edition as they were read."""

    name: str
    released: str
    digests: dict[str, str]
    annexes: tuple[Annex, ...]
    found: Terminology


def read_codes(paths: Sequence[Path]) -> dict[str, bytes]:
    """Files by their names; a file too large is not read.

    Raises: Refusal codes.file-too-large, codes.file-unreadable, codes.files-same-name.
    """
    found: dict[str, bytes] = {}
    for path in paths:
        if path.name in found:
            raise Refusal("codes.files-same-name", at=path.name)
        found[path.name] = _bytes(path)
    return found


@transaction.atomic
def import_codes(
    files: Mapping[str, bytes], *, edition: str = "", by: Person | None, now: datetime
) -> CodesReport:
    """Enter an edition; the same files again change nothing, other files under its name are refused.

    Raises: Refusal people.registrar-only, codes.file, codes.file-too-large, codes.edition-name,
    codes.edition-differs, codes.rows with every defect.
    """
    must_change_register(by)
    if not files or len(files) > FILES_MAX:
        raise Refusal("codes.files-number", limit=FILES_MAX)
    release = _read(files, edition)
    wrong = [*(one for annex in release.annexes for one in annex.wrong), *release.found.wrong]
    if wrong:
        told = [_told(one) for one in wrong[:SHOWN_MAX]]
        raise Refusal("codes.rows", at=wrong[0].at, count=len(wrong), problems=told)
    is_new = _enter(release, by=by, now=now)
    return _report(release, is_new=is_new)


def _read(files: Mapping[str, bytes], edition: str) -> _Release:
    annexes = tuple(read_annex(name, content) for name, content in files.items())
    told = max((annex.release for annex in annexes), default="")
    name = _name(edition, told)
    return _Release(
        name=name,
        released=told or _year(name),
        digests={file: hashlib.sha256(content).hexdigest() for file, content in files.items()},
        annexes=annexes,
        found=grow([row for annex in annexes for row in annex.rows]),
    )


def _enter(release: _Release, *, by: Person | None, now: datetime) -> bool:
    """Write the edition; False when it is here already with the same files."""
    there = CodeEdition.objects.filter(name=release.name).first()
    if there is not None:
        if sorted(there.digests.values()) != sorted(release.digests.values()):
            raise Refusal("codes.edition-differs", codes=there.terms)
        return False
    doer, terms = by.username if by else "", release.found.terms
    row = CodeEdition.objects.create(
        name=release.name,
        released=release.released,
        digests=release.digests,
        terms=sum(len(annex.rows) for annex in release.annexes),
        imported_at=now,
        imported_by=doer,
    )
    Code.objects.bulk_create([_code(row, term) for term in terms], batch_size=500)
    told = {"edition": release.name, "codes": len(terms), "files": len(release.digests)}
    audit.record(VERB, f"codes {row.name}", by=doer, because="files of the terminology", now=now, **told)
    return True


def _code(edition: CodeEdition, term: Term) -> Code:
    row = term.row
    return Code(
        edition=edition,
        annex=row.code[0],
        code=row.code,
        parent=term.parent,
        places=list(term.places),
        term=row.term,
        definition=row.definition,
        status=row.status,
        selectable=row.selectable,
    )


def _name(edition: str, released: str) -> str:
    """The name asked for, or one from the release the files speak of."""
    name = edition.strip() or (f"imdrf-{released}" if released else "")
    plain = name.replace("-", "").replace(".", "").replace("_", "")
    if not plain.isascii() or not plain.isalnum() or len(name) > NAME_MAX or name == own_list().edition:
        raise Refusal("codes.edition-name", longest=NAME_MAX)
    return name


def _year(name: str) -> str:
    """The year in a name, where the files name no release: it says which edition is the newest."""
    found = _YEAR.search(name)
    return found[0] if found else ""


def _report(release: _Release, *, is_new: bool) -> CodesReport:
    rows = Counter(row.code[0] for annex in release.annexes for row in annex.rows)
    terms = release.found.terms
    return CodesReport(
        edition=release.name,
        released=release.released,
        is_new=is_new,
        terms=rows.total(),
        codes=len(terms),
        not_selectable=sum(not term.row.selectable for term in terms),
        by_annex=dict(sorted(rows.items())),
        absent_annexes="".join(letter for letter in ANNEXES if letter not in rows),
        questions=[_told(one) for one in release.found.questions],
    )


def _bytes(path: Path) -> bytes:
    """A file that is not too large, whatever it says of its own size."""
    try:
        with path.open("rb") as file:
            content = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise Refusal("codes.file-unreadable", at=path.name) from error
    if len(content) > BYTES_MAX:
        raise Refusal("codes.file-too-large", at=path.name, limit=BYTES_MAX)
    return content


def _told(wrong: Wrong) -> dict[str, Any]:
    refusal = Refusal(wrong.code, at=wrong.at, **wrong.facts)
    return {"at": wrong.at, "code": wrong.code, "ru": title(refusal, "ru"), "en": title(refusal, "en")}
