# SPDX-License-Identifier: Apache-2.0
"""`nadzor monitor`: follow a log from outside, and raise an alarm when it contradicts itself."""

from __future__ import annotations

import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from nadzor.base import clock
from nadzor.cli.options import AsJson
from nadzor.cli.output import out
from nadzor.cli.witness import key_text, log_key

if TYPE_CHECKING:
    from nadzor.actions.follow_log import Look, Watch


def monitor(
    log: Annotated[str, typer.Option(help="Address of the log; /checkpoint and /tile stand under it.")],
    key: Annotated[str, typer.Option("--key", help="The log's public key, or a file that holds it.")],
    state: Annotated[Path, typer.Option(help="Directory of what was seen before, and of evidence.")],
    witness: Annotated[
        list[str] | None, typer.Option(help="Key of a witness, or a file that holds it. Repeatable.")
    ] = None,
    min_witnesses: Annotated[
        int | None, typer.Option(min=0, help="How many of them must have signed; all by default.")
    ] = None,
    peer: Annotated[
        list[str] | None,
        typer.Option(
            help="What others were shown: a file with a checkpoint, or another address. Repeatable."
        ),
    ] = None,
    stale_hours: Annotated[
        float, typer.Option(min=0.001, help="Nothing newer than this is an alarm.")
    ] = 24.0,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two looks.")] = 60.0,
    once: Annotated[bool, typer.Option("--once", help="Look once, at every tile, and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read checkpoint and tiles, add them up, compare with what was seen; exit 1 when there was any alarm."""
    from nadzor.actions.appoint_witness import cosigner_name
    from nadzor.actions.follow_log import Watch

    witnesses = tuple(key_text(one) for one in witness or ())
    for one in witnesses:
        cosigner_name(one)
    watch = Watch(
        log=log.rstrip("/"),
        vkey=log_key(key),
        state=state,
        witnesses=witnesses,
        min_witnesses=len(witnesses) if min_witnesses is None else min_witnesses,
        stale_after=timedelta(hours=stale_hours),
        peers=tuple(peer or ()),
        full=once,
    )
    alarmed = _look(watch, as_json=as_json) if once else _keep_looking(watch, every, as_json=as_json)
    raise typer.Exit(1 if alarmed else 0)


def _keep_looking(watch: Watch, every_s: float, *, as_json: bool) -> bool:
    """Look again and again until interrupted; whether there was any alarm."""
    alarmed, pause = False, threading.Event()
    try:
        while True:
            alarmed |= _look(watch, as_json=as_json)
            pause.wait(every_s)
    except KeyboardInterrupt:
        return alarmed


def _look(watch: Watch, *, as_json: bool) -> bool:
    from nadzor.actions.follow_log import follow_log

    found = follow_log(watch, now=clock.now())
    if as_json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        sys.stdout.flush()
    else:
        _print(found)
    return bool(found.alarms)


def _print(found: Look) -> None:
    read = "every tile" if found.full else "what is new"
    tree = "no tree" if found.size is None else f"{found.size} leaves, root {(found.root or '')[:16]}…"
    signed = f", signed by {', '.join(found.witnesses)}" if found.witnesses else ""
    out.print(f"{found.at:%F %T}Z {tree}{signed}, read {read} ({found.tiles})")
    for one in found.alarms:
        out.print(f"[bold red]ALARM[/] {one.code}: {one.detail}")
