# SPDX-License-Identifier: Apache-2.0
"""What the page of connecting is made of: keys, invitations, tokens, one real event, the test stream."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.actions.newest_batches import newest_batches
from nadzor.actions.read_drafts import read_test_stream
from nadzor.actions.read_newest_event import SentEvent
from nadzor.base.home import Home
from nadzor.portal.sheets import Cell, Fact, Line, Table, columns, line
from nadzor.portal.words import NOTHING, WIDE, moment, number
from nadzor.register.cards import InstallationCard, KeyCard
from nadzor.register.forwarders import ForwarderCard
from nadzor.register.keys import TokenCard

BATCHES: Final = 10
WITHHELD: Final = ("reader", "reading_time")
"""How long a reader took is shown of nobody, here as on the page of a batch."""


class Revocable(Struct, frozen=True):
    """A key that a person may take away, as a choice of a form."""

    keyid: str
    label: str


class Example(Struct, frozen=True):
    """One event as it was sent, laid out for the eye, and where it stands."""

    text: str
    kind: str
    received: str
    href: str


class TestStream(Struct, frozen=True):
    """What the sandbox has received of a device."""

    __test__ = False

    facts: Sequence[Fact]
    batches: Table | None
    rejected: Table | None


def installation_table(rooms: Sequence[InstallationCard], now: datetime) -> Table:
    """Each key of each installation; an installation without one still has its line."""
    head = columns(
        _("Installation"), _("Site (pseudonym)"), _("Key"), _("Suite"), _("Counts since"), _("Until"),
        _("Age, days"), _("State"),
        numbers=(6,),
    )  # fmt: skip
    lines = [each for room in rooms for each in _room(room, now)]
    return Table(_("Installations and their keys"), head, lines)


def _room(room: InstallationCard, now: datetime) -> list[Line]:
    first = Cell(room.id, mono=True), Cell(room.site, mono=True)
    if not room.keys:
        return [line(*first, _("no key: it forwards under a token"), *[NOTHING] * 5)]
    newest = sorted(room.keys, key=lambda key: key.not_before, reverse=True)
    return [
        line(
            *first, Cell(key.keyid, mono=True), Cell(key.suite, mono=True), _when(key.not_before),
            _when(key.not_after), number(key.age_days(now)), _key_state(key, now),
        )
        for key in newest
    ]  # fmt: skip


def _key_state(key: KeyCard, now: datetime) -> Cell:
    labels = {
        "living": (_("in force"), "good", ""),
        "ending": (_("has a successor"), "calm", ""),
        "ended": (_("ended"), "none", ""),
        "revoked": (_("revoked"), "warn", moment(key.revoked_at)),
        "lost": (_("lost"), "alarm", _("since %(when)s") % {"when": moment(key.compromised_since)}),
    }
    label, tone, note = labels[key.state(now)]
    return Cell(label, state=tone, note=note)


def revocable_keys(rooms: Sequence[InstallationCard], now: datetime) -> list[Revocable]:
    """Every key that may still be revoked, or found to have been lost earlier than is known."""
    return [
        Revocable(key.keyid, f"{key.keyid} · {room.id} · {_key_state(key, now).text}")
        for room in rooms
        for key in room.keys
    ]


def invitation_table(tokens: Sequence[TokenCard]) -> Table | None:
    """Who was invited and whether they came; only the name of a token is known to anybody."""
    if not tokens:
        return None
    labels = {
        "waiting": (_("waits to be used"), "calm"),
        "used": (_("used"), "good"),
        "expired": (_("expired"), "none"),
        "revoked": (_("cancelled"), "warn"),
    }
    head = columns(_("Invitation"), _("Site (pseudonym)"), _("Given"), _("Good until"), _("Installation"),
                   _("State"))  # fmt: skip
    lines = [
        line(
            Cell(token.name, mono=True),
            Cell(token.site, mono=True, note=_("sandbox") if token.sandbox else ""),
            _when(token.issued_at),
            _when(token.expires_at),
            Cell(token.installation or NOTHING, mono=True),
            Cell(labels[token.state][0], state=labels[token.state][1]),
        )
        for token in tokens
    ]
    return Table(_("Invitations"), head, lines)


def forwarder_table(tokens: Sequence[ForwarderCard], now: datetime) -> Table | None:
    """Tokens of forwarders, by the name that a leaf gives them."""
    if not tokens:
        return None
    head = columns(_("Token"), _("Installation"), _("Site (pseudonym)"), _("Given"), _("Good until"),
                   _("State"))  # fmt: skip
    lines = [
        line(
            Cell(token.name, mono=True),
            Cell(token.installation, mono=True),
            Cell(token.site, mono=True),
            _when(token.issued_at),
            _when(token.expires_at),
            _token_state(token, now),
        )
        for token in reversed(tokens)
    ]
    return Table(_("Tokens of forwarders"), head, lines)


def forwarder_choices(tokens: Sequence[ForwarderCard], now: datetime) -> list[str]:
    """The names of the tokens that may still be revoked."""
    return [token.name for token in tokens if _token_state(token, now).state == "good"]


def _token_state(token: ForwarderCard, now: datetime) -> Cell:
    if token.revoked_at is not None:
        return Cell(_("revoked"), state="warn", note=moment(token.revoked_at))
    if token.expires_at is not None and token.expires_at <= now:
        return Cell(_("ended"), state="none")
    return Cell(_("in force"), state="good")


def example(sent: SentEvent | None) -> Example | None:
    """The newest event of the device, its fields in the order in which they were sent."""
    if sent is None:
        return None
    fields = {
        name: "…" if name in WITHHELD else value for name, value in msgspec.json.decode(sent.text).items()
    }
    return Example(
        _laid_out(fields),
        sent.kind,
        moment(sent.received_at),
        reverse("batch", args=[sent.index]) + f"?seq={sent.seq}#events",
    )


def _laid_out(fields: dict[str, Any]) -> str:
    """A field a line; a list with an item a line."""
    rows = [f"  {json.dumps(name)}: {_value(value)}" for name, value in fields.items()]
    return "{\n" + ",\n".join(rows) + "\n}"


def _value(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value, ensure_ascii=False)
    items = ",\n".join(f"    {json.dumps(item, ensure_ascii=False)}" for item in value)
    return f"[\n{items}\n  ]"


def test_stream(home: Home, device: str) -> TestStream:
    """The newest batches of the sandbox, and what was rejected in them."""
    found = read_test_stream(home, device)
    newest = sorted(
        (each for kept in newest_batches(home.sandbox(), device).values() for each in kept),
        key=lambda each: each.index,
        reverse=True,
    )[:BATCHES]
    head = columns(_("Batch of the sandbox"), _("Received"), _("Test bench"), _("Accepted"), _("Rejected"),
                   numbers=(3, 4))  # fmt: skip
    batches = [
        line(
            number(each.index),
            _when(each.received_at),
            Cell(each.installation, mono=True),
            number(each.accepted),
            Cell(number(each.rejected), state="alarm") if each.rejected else "0",
        )
        for each in newest
    ]
    heads = columns(_("Code"), _("Place"), _("Number in its stream"), _("Shape"), numbers=(2,))
    rejected = [
        line(
            Cell(each.code, href=reverse("problem", args=[each.code]), mono=True),
            Cell(each.at, mono=True),
            number(each.seq),
            Cell(each.shape, mono=True, wraps=True),
        )
        for each in found.rejected
    ]
    return TestStream(
        [
            Fact(_("Batches"), ngettext("%(n)s batch", "%(n)s batches", found.batches) % _n(found.batches)),
            Fact(_("Events"), ngettext("%(n)s event", "%(n)s events", found.events) % _n(found.events)),
            Fact(_("Newest"), moment(found.last_at)),
        ],
        Table(_("Newest test batches"), head, batches) if batches else None,
        Table(_("Rejected, newest first"), heads, rejected) if rejected else None,
    )


def _when(value: datetime | None) -> str:
    """A moment that stays on one line."""
    return moment(value).replace(" ", WIDE)


def _n(count: int) -> dict[str, str]:
    return {"n": number(count)}
