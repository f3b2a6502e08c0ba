# SPDX-License-Identifier: Apache-2.0
"""`nadzor register`: fill it, search it, ask its memory, export it, mirror the official one."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show

if TYPE_CHECKING:  # the register's tables exist only once a data directory is chosen
    from nadzor.register.revision_cards import RevisionCard

app = typer.Typer(help="Organisations, devices, versions, claims.", no_args_is_help=True)


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The register file.")],
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Enter organisations and devices from a JSON file: all of it or, with every defect named, nothing."""
    home = settled(context, data)
    from nadzor.actions.import_register import import_register
    from nadzor.people.queries import CONSOLE

    show(
        import_register(file, by=CONSOLE, now=clock.now()),
        as_json=as_json,
        title=f"Register of {home.root.name}",
    )


@app.command("search")
def search(context: typer.Context, text: str, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Find devices by name, registration number or code."""
    settled(context, data)
    from nadzor.register import queries

    columns = ("code", "name_en", "number", "status")
    show(queries.search(text), as_json=as_json, title="Devices", columns=columns)


@app.command("history")
def history(
    context: typer.Context,
    code: str,
    valid_on: Annotated[str, typer.Option(help="What held on this day (YYYY-MM-DD).")] = "",
    known_at: Annotated[str, typer.Option(help="As known at this moment (ISO 8601 with a zone).")] = "",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Tell every edition of an entry, or the entry as it stood on a day and was known at a moment."""
    settled(context, data)
    from nadzor.register import revisions

    if not valid_on and not known_at:
        cards = revisions.history(code)
        rows = [_edition(card) for card in cards]
        show(cards if as_json else rows, as_json=as_json, title=f"Editions of {code}")
        return
    day = _day(valid_on) if valid_on else clock.today()
    found = revisions.as_of(code, valid_on=day, known_at=_moment(known_at) if known_at else None)
    if found is None:
        raise Refusal("register.not-held", valid_on=str(day))
    show(found, as_json=as_json, title=f"{code} on {day}")


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write.")],
    format: Annotated[str, typer.Option(help="json, csv or xlsx.")] = "csv",
    changes_after: Annotated[int | None, typer.Option(help="The changes after this cursor instead.")] = None,
    valid_on: Annotated[str, typer.Option(help="As it stood on this day (YYYY-MM-DD).")] = "",
    known_at: Annotated[str, typer.Option(help="As known at this moment (ISO 8601 with a zone).")] = "",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write the public register, or its changes, as JSON, CSV or XLSX."""
    settled(context, data)
    from nadzor.register import exports

    asked = exports.Asked(
        _day(valid_on) if valid_on else clock.today(), _moment(known_at) if known_at else None, changes_after
    )
    parts = exports.export(format, asked, now=clock.now())
    size = 0
    with file.open("wb") as page:
        for part in parts:
            size += page.write(part)
    show({"file": str(file), "format": format, "bytes": size}, as_json=as_json, title="Export")


@app.command("sync")
def sync(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A dump of the official register.")
    ],
    source: Annotated[str, typer.Option(help="Where the dump comes from.")] = "official register",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Read a dump of the official register and compare; a bad one is recorded, the last good one stands."""
    settled(context, data)
    from nadzor.actions.sync_mirror import sync_mirror
    from nadzor.people.queries import CONSOLE

    show(sync_mirror(file, source=source, by=CONSOLE, now=clock.now()), as_json=as_json, title="Mirror")


@app.command("number")
def number(
    context: typer.Context, code: str, number: str, data: Data = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """Put the official registration number in the place of our draft one."""
    settled(context, data)
    from nadzor.actions.correct_entry import enter_number
    from nadzor.people.queries import CONSOLE

    kept = enter_number(code, number, by=CONSOLE, now=clock.now())
    show({"code": code, "number": kept}, as_json=as_json, title="Registration number")


@app.command("correct")
def correct(
    context: typer.Context,
    code: str,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON: because, cause, fields.")],
    valid_from: Annotated[str, typer.Option(help="Since when it holds (YYYY-MM-DD).")],
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Correct an entry from a day on: a court's word or a mistake, with its grounds."""
    settled(context, data)
    from nadzor.actions.correct_entry import correct_entry
    from nadzor.people.queries import CONSOLE

    told = correct_entry(code, _form(file), valid_from=_day(valid_from), by=CONSOLE, now=clock.now())
    show({"code": code, "editions": told}, as_json=as_json, title="Correction")


def _edition(card: RevisionCard) -> dict[str, object]:
    changed = "; ".join(one.label.en for one in card.changed) if card.number > 1 else "all"
    return {
        "edition": card.number, "valid_from": card.valid_from, "known_at": card.known_at,
        "cause": card.cause, "filing": card.filing or None, "changed": changed,
    }  # fmt: skip


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal("register.day", detail="YYYY-MM-DD") from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal("register.day", detail="2026-11-22T12:00:00+03:00") from None
    if moment.tzinfo is None:
        raise Refusal("register.day", detail="2026-11-22T12:00:00+03:00")
    return moment


def _form(file: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal("register.file", detail="{because, cause, …}") from error
