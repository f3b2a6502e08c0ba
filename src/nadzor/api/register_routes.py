# SPDX-License-Identifier: Apache-2.0
"""Routes of the public register: search, one entry now and then, its editions, changes, files."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponseBase
from ninja import Query, Router

from nadzor.api import register_words, words
from nadzor.api.files import streamed
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.register import exports, mirror, queries, revisions

router = Router(tags=["register"])
File = Literal["json", "csv", "xlsx"]
_REFUSED = {404: words.ProblemDocument, 422: words.ProblemDocument}
_CONTENT = {kind.partition(";")[0]: {} for kind in exports.MEDIA_TYPES.values()}
_FILES = {"responses": {200: {"description": "the file, with its ETag", "content": _CONTENT}}}


@router.get(
    "/devices", operation_id="list_devices", response={200: words.DevicesOut, 422: words.ProblemDocument}
)
def devices(request: HttpRequest, asked: Query[words.DevicesIn]) -> words.DevicesOut:
    """Search the register, or follow its changes."""
    since = _zoned(asked.changed_since, "changed_since")
    as_of = clock.now()
    found = queries.search(asked.q, after=asked.after, changed_since=since, limit=asked.limit + 1)
    page = found[: asked.limit]
    following = page[-1].code if len(found) > asked.limit else None
    return words.DevicesOut(items=[words.device(one) for one in page], next=following, as_of=as_of)


@router.get(
    "/devices.{kind}",
    operation_id="export_devices",
    url_name="export-devices",
    response=_REFUSED,
    openapi_extra=_FILES,
)
def devices_file(request: HttpRequest, kind: File, asked: Query[register_words.AsOfIn]) -> HttpResponseBase:
    """The whole register as JSON, CSV or XLSX, as it stands or as it stood."""
    return _file(request, "register", kind, _asked(asked))


@router.get(
    "/changes",
    operation_id="list_changes",
    response={200: register_words.ChangesOut, 422: words.ProblemDocument},
)
def changes(request: HttpRequest, asked: Query[register_words.ChangesIn]) -> register_words.ChangesOut:
    """Every edition of every entry after a cursor, oldest first; nothing is missed, nothing repeated."""
    return register_words.changes(revisions.changes(asked.after, limit=asked.limit, now=clock.now()))


@router.get(
    "/changes.{kind}",
    operation_id="export_changes",
    url_name="export-changes",
    response=_REFUSED,
    openapi_extra=_FILES,
)
def changes_file(request: HttpRequest, kind: File, after: int = Query(0, ge=0)) -> HttpResponseBase:
    """The changes after a cursor as JSON, CSV or XLSX."""
    return _file(request, "changes", kind, exports.Asked(clock.today(), changes_after=after))


@router.get(
    "/devices/{code}",
    operation_id="read_device",
    response={200: words.DeviceFullOut, 404: words.ProblemDocument},
)
def device(request: HttpRequest, code: str) -> words.DeviceFullOut:
    """One device with its versions and declared claims."""
    found = queries.device(code)
    return words.DeviceFullOut(
        **words.device(found).model_dump(),
        versions=[words.version(one) for one in queries.versions(code)],
        claims=[words.claim(one) for one in queries.claims(code)],
    )


@router.get(
    "/devices/{code}/as-of",
    operation_id="read_device_as_of",
    response={200: register_words.EntryOut, **_REFUSED},
)
def as_of(request: HttpRequest, code: str, asked: Query[register_words.AsOfIn]) -> register_words.EntryOut:
    """An entry as it stood on a day and was known at a moment; 404 when nothing held then."""
    day, known = asked.valid_on or clock.today(), _zoned(asked.known_at, "known_at")
    found = revisions.as_of(code, valid_on=day, known_at=known)
    if found is None:
        raise Refusal("register.not-held", valid_on=str(day))
    return register_words.entry(found)


@router.get("/devices/{code}/history", operation_id="read_device_history",
            response={200: list[register_words.EditionOut], 404: words.ProblemDocument})  # fmt: skip
def history(request: HttpRequest, code: str) -> list[register_words.EditionOut]:
    """Every edition of an entry, in the order in which they became known."""
    return [register_words.edition(one) for one in revisions.history(code)]


@router.get("/devices/{code}/mirror", operation_id="read_device_mirror",
            response={200: register_words.MirrorOut, 404: words.ProblemDocument})  # fmt: skip
def beside(request: HttpRequest, code: str) -> register_words.MirrorOut:
    """An entry beside the official register, as last read."""
    return register_words.mirror(mirror.beside(revisions.current(code)))


def _asked(asked: register_words.AsOfIn) -> exports.Asked:
    return exports.Asked(asked.valid_on or clock.today(), _zoned(asked.known_at, "known_at"))


def _file(request: HttpRequest, name: str, kind: str, asked: exports.Asked) -> HttpResponseBase:
    return streamed(
        request,
        exports.export(kind, asked, now=clock.now()),
        name=f"{name}-{asked.valid_on}.{kind}",
        media_type=exports.MEDIA_TYPES[kind],
        etag=exports.etag(kind, asked),
    )


def _zoned(moment: datetime | None, name: str) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise Refusal("api.time-zone", at=f"?{name}")
    return moment
