# SPDX-License-Identifier: Apache-2.0
"""`nadzor witness`: be a witness of a log, or choose who witnesses ours."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nadzor.base import clock, logs
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import err, print_facts, print_json, show
from nadzor_wire.note import NoteError, parse_vkey

app = typer.Typer(help="Be a witness of a log, or choose who witnesses ours.", no_args_is_help=True)

State = Annotated[Path, typer.Option("--state", help="Directory of the witness: its key, what it signed.")]


@app.command("key")
def key(
    state: State,
    name: Annotated[str, typer.Option(help="Name of the witness, like an address without https://.")],
    as_json: AsJson = False,
) -> None:
    """Make the key of a new witness and print its public half."""
    from nadzor.actions.cosign_checkpoint import create_witness

    desk = create_witness(state, name, now=clock.now())
    facts = {"name": desk.name, "vkey": desk.vkey, "state": str(state)}
    print_json(facts) if as_json else print_facts(facts, title="Witness")


@app.command("serve")
def serve(
    state: State,
    log_vkey: Annotated[
        list[str], typer.Option("--log-vkey", help="Key of a log, or a file that holds it. Repeatable.")
    ],
    listen: Annotated[str, typer.Option(help="HOST:PORT to answer at.")] = "127.0.0.1:8410",
) -> None:
    """Answer add-checkpoint requests until interrupted; a checkpoint is signed only if the log has grown."""
    import uvicorn

    from nadzor.actions.cosign_checkpoint import WitnessDesk
    from nadzor.cli.witness_door import create_witness_app

    logs.configure()
    witnessed = {parse_vkey(one).name: one for one in map(log_key, log_vkey)}
    desk = WitnessDesk(state)
    host, port = _address(listen)
    err.print(f"witness {desk.vkey}   for {', '.join(witnessed)}   stop with Ctrl+C")
    app = create_witness_app(desk, witnessed)
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)


@app.command("add")
def add(
    url: Annotated[str, typer.Option(help="Where the witness answers; /add-checkpoint stands under it.")],
    vkey: Annotated[str, typer.Option(help="Its public key: text, or a file that holds it.")],
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Ask a witness for its signature from now on."""
    from nadzor.actions.appoint_witness import appoint_witness

    show(appoint_witness(Home.open(data), url=url, vkey=key_text(vkey)), as_json=as_json, title="Witnesses")


@app.command("remove")
def remove(
    name: Annotated[str, typer.Argument(help="Name of the witness, as in its key.")],
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Ask a witness no longer."""
    from nadzor.actions.appoint_witness import dismiss_witness

    show(dismiss_witness(Home.open(data), name=name), as_json=as_json, title="Witnesses")


@app.command("list")
def list_witnesses(data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Who witnesses the log, what each signed last, and what is wrong."""
    from nadzor.actions.appoint_witness import cosigner_name
    from nadzor.actions.ask_witnesses import Standing, standings

    home = Home.open(data)
    known = standings(home)
    rows = [
        {
            "name": cosigner_name(one.vkey),
            "url": one.url,
            "size": (found := known.get(one.vkey, Standing())).size,
            "signed_at": found.signed_at,
            "failures": found.failures,
            "trouble": found.trouble if found.failures else "",
        }
        for one in home.settings.witnesses
    ]
    show(rows, as_json=as_json, title="Witnesses")


def log_key(given: str) -> str:
    """The text of a log's key, given as text or as a file. Raises: Refusal receipt.key-malformed."""
    text = key_text(given)
    try:
        parse_vkey(text)
    except NoteError as error:
        raise Refusal("receipt.key-malformed") from error
    return text


def key_text(given: str) -> str:
    """The text of a key, given as text or as the name of a file."""
    path = Path(given)
    return path.read_text(errors="replace").strip() if path.is_file() else given.strip()


def _address(listen: str) -> tuple[str, int]:
    host, colon, port = listen.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise typer.BadParameter("expected HOST:PORT")
    return host.strip("[]"), int(port)
