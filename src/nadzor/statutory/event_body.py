# SPDX-License-Identifier: Apache-2.0
"""A filled form of an event as a JSON body, and the hash of that body."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec

from nadzor.base.problems import Text
from nadzor.statutory.event_form import Coded, FilledField, FilledForm, Value
from nadzor_wire.canonical import canonical

FORMAT: Final = 2
"""2: names in both languages, so that one hash holds for every drawing; 1 had them in one language.
A file of format 1 keeps its hash: it is over all of the file that is not the hash."""
#: What a file says of the form beside its body.
BESIDE: Final = ("hash", "drawings")
LAYOUT: Final = "nadzor event form; not the regulator's official format"


def event_body(form: FilledForm) -> dict[str, Any]:
    """The form as JSON values, exactly the fields of its edition; what nobody said is null.

    Law: Order 1113n.
    """
    edition = form.edition
    return {
        "v": FORMAT,
        "layout": LAYOUT,
        "form": edition.form,
        "edition": edition.edition,
        "edition_status": edition.status,
        "lapsed": edition.lapsed,
        "subject": form.subject,
        "known_by": form.known_by.isoformat(),
        "fields": {each.key: _field(each) for each in form.fields},
    }


def event_digest(form: FilledForm) -> str:
    """SHA-256 of the body's canonical bytes (RFC 8785): equal for everybody who fills from the same."""
    return sha256(canonical(event_body(form))).hexdigest()


def holds_hash(told: Mapping[str, Any]) -> bool:
    """Whether a filed form, of this format or an older one, is what its hash was made of."""
    body = {name: value for name, value in told.items() if name not in BESIDE}
    return sha256(canonical(body)).hexdigest() == told.get("hash")


def plain_value(value: Value | None) -> Any:
    """A value as JSON holds it; codes as `{code, edition}`, names as `{ru, en}`."""
    if isinstance(value, Text):
        return msgspec.structs.asdict(value)
    return [msgspec.structs.asdict(each) for each in value] if isinstance(value, tuple) else value


def value_of(told: Any) -> Value | None:
    """A value as JSON holds it, read back; None for a shape that no field has.

    >>> value_of([{"code": "F02", "edition": "2024"}])
    (Coded(code='F02', edition='2024'),)
    """
    if isinstance(told, bool):
        return None
    if isinstance(told, str | int):
        return told
    if isinstance(told, dict) and told.keys() == {"ru", "en"}:
        return Text(str(told["ru"]), str(told["en"]))
    if isinstance(told, list) and all(_is_coded(each) for each in told):
        return tuple(Coded(each["code"], each["edition"]) for each in told)
    return None


def _is_coded(told: Any) -> bool:
    return isinstance(told, dict) and {"code", "edition"} <= told.keys()


def _field(each: FilledField) -> dict[str, Any]:
    told: dict[str, Any] = {"value": plain_value(each.value)}
    if each.source is not None:
        told["source"] = {"kind": each.source.kind, "ref": each.source.ref}
    if each.beside is not None:
        told["beside"] = plain_value(each.beside)
    return told
