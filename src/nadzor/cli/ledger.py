# SPDX-License-Identifier: Apache-2.0
"""`nadzor ledger`: what is missing, forked, refused as a conflict, put back, or late."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from typing import Annotated, Any

import typer

from nadzor.base.home import Home
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show
from nadzor.journal.reader import Reader

app = typer.Typer(help="The ledgers of the journal, and of lateness.", no_args_is_help=True)

Device = Annotated[str | None, typer.Option(help="Code of one device; every device when absent.")]
OneDevice = Annotated[str, typer.Option(help="Code of the device.")]


@app.command("gaps")
def gaps(device: Device = None, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Numbers that did not arrive in their turn: who showed them, who filled them, what was declared lost."""
    rows = _read(data, lambda reader: reader.gaps(device=device))
    show(_plain(rows), as_json=as_json, title="Gaps")


@app.command("forks")
def forks(device: Device = None, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Batches that do not name the predecessor their stream has."""
    rows = _read(data, lambda reader: reader.forks())
    show(_plain(row for row in rows if device in (None, row.device)), as_json=as_json, title="Forks")


@app.command("restored")
def restored(device: Device = None, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Streams that began with a machine put back from a copy."""
    rows = _read(data, lambda reader: reader.restored())
    show(_plain(row for row in rows if device in (None, row.device)), as_json=as_json, title="Restored")


@app.command("conflicts")
def conflicts(
    context: typer.Context, device: Device = None, data: Data = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """Batches that claimed taken numbers with other bytes, by the key that signed them."""
    home = settled(context, data)
    from nadzor.actions.list_conflicts import list_conflicts

    show(list_conflicts(home, device=device), as_json=as_json, title="Conflicts")


@app.command("lateness")
def late(
    device: OneDevice,
    data: Data = DEFAULT_HOME,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day.")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day after the last.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How long after they happened the events of each sender arrived."""
    from nadzor.telemetry.lateness import lateness
    from nadzor.telemetry.store import Rollups

    days = {"since": since.date() if since else None, "until": until.date() if until else None}
    show(lateness(Rollups.open(Home.open(data)), device, **days), as_json=as_json, title="Lateness")


def _read(data: Any, ask: Callable[[Reader], list[Any]]) -> list[Any]:
    from nadzor.journal.opening import open_reader

    with closing(open_reader(Home.open(data))) as reader:
        return ask(reader)


def _plain(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Notes as rows, their digests in hexadecimal."""
    return [{name: _told(getattr(row, name)) for name in row.__struct_fields__} for row in rows]


def _told(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
