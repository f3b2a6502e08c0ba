# SPDX-License-Identifier: Apache-2.0
"""From a call's arguments to the line that goes to disk, checked by the decoder the gateway uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from nadzor_sdk import clock, ids
from nadzor_wire.event import Event

SDK_VERSION = "0.1.0"

_encode = msgspec.json.Encoder().encode
_check = msgspec.json.Decoder(Event).decode


class Dropped(Exception):
    """An event that will not be spooled; `detail` never repeats a value."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail or reason


class Composer:
    """Makes lines. The hook may only remove; a narrative with personal details is taken away here already.

    Why: heartbeats are the SDK's own word and do not pass the hook, so that no host hides what it dropped.
    """

    def __init__(
        self, purpose: str, before_send: Callable[[dict[str, Any]], dict[str, Any] | None] | None
    ) -> None:
        self._head = {} if purpose == "clinical" else {"purpose": purpose}
        self._before_send = before_send

    def compose(self, kind: str, event: Mapping[str, Any]) -> tuple[str, bytes]:
        """Id and line of an event. Raises: Dropped."""
        now = clock.now_ns()
        whole = {"kind": kind, "id": ids.event_id(now), "at": clock.local(now), **self._head, **event}
        event_id = whole["id"]
        if not event_id:
            event_id = whole["id"] = ids.event_id(now)
        if whole["at"] is None:
            whole["at"] = clock.local(now)
        if "narrative" in whole:
            _guard_narrative(whole)
        try:
            line = _encode(whole)
            if self._before_send and kind != "heartbeat":
                line = self._reduced(line)
            _check(line)
        except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError) as bad:
            raise Dropped("invalid", _explain(bad, whole)) from None
        return event_id, line

    def _reduced(self, line: bytes) -> bytes:
        """The line after the host's hook, which may take away but not add or change."""
        assert self._before_send is not None
        try:
            after = self._before_send(msgspec.json.decode(line))
        except Exception:
            raise Dropped("before_send_failed", "before_send raised") from None
        if after is None:
            raise Dropped("before_send", "before_send removed the event")
        before = msgspec.json.decode(line)
        if not _is_part(after, before) or after.get("purpose") != before.get("purpose"):
            raise Dropped("before_send_changed", "before_send may only remove, and not the purpose")
        return _encode(after)


def _is_part(part: object, whole: object) -> bool:
    """Whether a JSON value can be had from another by removing members and items."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and _is_part(value, whole[name]) for name, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        rest = iter(whole)
        return all(any(_is_part(item, candidate) for candidate in rest) for item in part)
    return type(part) is type(whole) and part == whole


def _guard_narrative(whole: dict[str, Any]) -> None:
    """Blanks a narrative that holds personal details: the coded core must not wait for it."""
    from nadzor_sdk.health import logger
    from nadzor_wire.personal import find_personal

    text = whole["narrative"]
    kind = find_personal(text) if isinstance(text, str) else None
    if kind:
        whole["narrative"] = None
        logger.warning(
            "nadzor narrative of an adverse event not sent: it contains personal details (%s)", kind
        )


def _explain(bad: Exception, whole: Mapping[str, Any]) -> str:
    """Why an event is invalid, without its values."""
    from nadzor_wire.batch import Malformed, decode_line

    try:
        found = decode_line(_encode(whole))
    except (TypeError, ValueError, OverflowError, RecursionError):
        return f"a field has no JSON form ({type(bad).__name__})"
    if isinstance(found, Malformed):
        return f"{found.code} at {found.at}: {found.detail}"
    return "not an event after before_send"
