# SPDX-License-Identifier: Apache-2.0
"""`nadzor codes`: import an edition of the terminology of adverse events, search it, show a code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import typer

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import show

if TYPE_CHECKING:  # the tables exist only once a data directory is chosen
    from nadzor.vigilance.code_cards import CodeCard

app = typer.Typer(help="The terminology that adverse events are coded in.", no_args_is_help=True)
Edition = Annotated[str, typer.Option(help="Name of an edition; without it, the current one and our own.")]
COLUMNS = ("code", "name_en", "name_ru", "edition", "selectable")


@app.command("import")
def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Annexes, JSON or CSV.")],
    edition: Annotated[str, typer.Option(help="Its name; without it, from the release the files name.")] = "",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Enter one edition, whole, from its files; once entered it never changes."""
    settled(context, data)
    from nadzor.actions.import_codes import import_codes, read_codes
    from nadzor.people.queries import CONSOLE

    report = import_codes(read_codes(files), edition=edition, by=CONSOLE, now=clock.now())
    show(report, as_json=as_json, title=f"Edition {report.edition}")


@app.command("editions")
def editions(context: typer.Context, data: Data = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """The editions that are here, the newest first."""
    settled(context, data)
    from nadzor.vigilance import codes

    columns = ("name", "released", "terms", "codes", "is_ours", "is_current")
    show(codes.editions(), as_json=as_json, title="Editions", columns=columns)


@app.command("search")
def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help="Words of a name, in Russian or English, or a code.")],
    annex: Annotated[str, typer.Option(help="Letters of the annexes to look in, such as A or EF.")] = "",
    edition: Edition = "",
    lang: Annotated[Literal["ru", "en"], typer.Option(help="Language whose names weigh most.")] = "ru",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Find codes by words in either language, by beginnings of words, by the beginning of a code."""
    settled(context, data)
    from nadzor.vigilance import codes

    found = codes.find_codes(" ".join(words), annex=annex.upper(), edition=edition, lang=lang)
    show([_told(card) for card in found], as_json=as_json, title="Codes", columns=COLUMNS)


@app.command("show")
def show_(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="The code.")],
    edition: Edition = "",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """One code: names, definition, where it stands, what stands under it, what later editions make of it."""
    settled(context, data)
    from nadzor.vigilance import codes

    card = codes.code(code, edition)
    if card is None:
        raise Refusal("codes.unknown")
    under = [child.code for child in codes.children(card.code, edition=edition)]
    later = msgspec.to_builtins(codes.later(card))
    show(_told(card) | {"children": under, "later": later}, as_json=as_json, title=card.code)


def _told(card: CodeCard) -> dict[str, Any]:
    return {
        "code": card.code,
        "edition": card.edition,
        "annex": card.annex,
        "name_en": card.term.en,
        "name_ru": card.term.ru if card.translated else None,
        "name_ru_is_unofficial": card.translated,
        "parent": card.parent or None,
        "places": list(card.places),
        "selectable": card.selectable,
        "status": card.status,
        "definition": card.definition,
    }
