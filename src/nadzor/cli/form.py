# SPDX-License-Identifier: Apache-2.0
"""`nadzor form`: the statutory forms as data, who would fail under an edition, an event's form, a dispute."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import print_json, print_table, show

app = typer.Typer(help="Statutory forms as data.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The form's key, like order-4472.")]
Edition = Annotated[str, typer.Option(help="The edition's name; see `nadzor form list`.")]
InMonth = Annotated[str, typer.Option("--month", help="The month, like 2026-10.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Every form and edition: in force on which days, a draft or not, how many fields."""
    from nadzor.law.form import forms

    rows = [
        {
            "form": key,
            "edition": name,
            "from": edition.in_force[0].start.isoformat() if edition.in_force else "",
            "until": _until(edition.in_force[-1].until) if edition.in_force else "",
            "draft": edition.is_draft,
            "fields": len(edition.fields),
            "what": edition.what.en,
        }
        for key, form in forms().items()
        for name, edition in form.editions.items()
    ]
    print_json(rows) if as_json else print_table(rows, title="Forms")


@app.command("show")
def show_(form: Name, edition: Edition, as_json: AsJson = False) -> None:
    """The fields of one edition, each with its citation, how surely it is known, and what fills it."""
    from nadzor.actions.dry_run_edition import edition_of

    rows = [
        {
            "number": field.number,
            "key": key,
            "label": field.label.en,
            "kind": field.kind,
            "status": field.status,
            "fact": field.fact,
            "cite": field.cite,
        }
        for key, field in edition_of(form, edition).fields.items()
    ]
    print_json(rows) if as_json else print_table(rows, title=f"{form}, {edition}")


@app.command("dry-run")
def dry_run(
    context: typer.Context,
    form: Name,
    edition: Edition,
    month: InMonth,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Who would fail under an edition, and why, beside the edition of the month."""
    home = settled(context, data)
    from nadzor.actions.dry_run_edition import dry_run_edition
    from nadzor.people.queries import CONSOLE

    run = dry_run_edition(home, form, edition, month_of_text(month), by=CONSOLE)
    if as_json:
        print_json(run)
        return
    rows = [
        {
            "device": each.device,
            "outcome": each.here.outcome,
            "missing": [one.field for one in each.here.missing],
            "blocking": list(each.here.blocking),
            "only here": list(each.only_here),
        }
        for each in run.devices
    ]
    print_table(rows, title=f"{form} {month}: {edition} beside {run.present}, {run.outcomes}")


@app.command("fill")
def fill(
    context: typer.Context,
    event: Annotated[str, typer.Argument(help="Number of the event, like AE-2026-000001.")],
    kind: Annotated[str, typer.Argument(help="message, report, corrective_action or safety_notice.")],
    lang: Annotated[Literal["ru", "en"], typer.Option(help="Language of the table alone.")] = "ru",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """An event's form, a line a field with where it comes from; in JSON the body with its hash."""
    settled(context, data)
    from nadzor.actions.fill_event_form import fill_event_form
    from nadzor.people.queries import CONSOLE
    from nadzor.statutory.event_table import event_rows, event_sealed

    form = fill_event_form(event, kind, by=CONSOLE, today=clock.today())
    if as_json:
        print_json(event_sealed(form))
        return
    heads, *rows = event_rows(form, lang)
    print_table([dict(zip(heads[2:6], row[2:6], strict=True)) for row in rows], title=f"{event}, {kind}")


@app.command("sign")
def sign(
    context: typer.Context,
    device: Annotated[str, typer.Argument(help="Device code in the register.")],
    month: InMonth,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Sign a kept month: its hash stays, and the report that names clinics is sealed in the vault."""
    home = settled(context, data)
    from nadzor.actions.sign_month import sign_month
    from nadzor.people.queries import CONSOLE

    show(
        sign_month(home, device, month_of_text(month), by=CONSOLE, now=clock.now()),
        as_json=as_json,
        title="Signed",
    )


@app.command("dispute")
def dispute(
    context: typer.Context,
    device: Annotated[str, typer.Argument(help="Device code in the register.")],
    month: InMonth,
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Where a declared month and the counted one differ, and what each was counted from; opens nothing."""
    home = settled(context, data)
    from nadzor.actions.open_dispute import disputed_month
    from nadzor.register import queries as register
    from nadzor.statutory.dispute import body_digest, dispute_body

    found = disputed_month(home, register.device(device).code, month_of_text(month))
    body = dispute_body(found) if found else None
    if as_json:
        print_json({"dispute": body, "digest": body_digest(body) if body else None})
    else:
        print_table(body["cells"] if body else [], title=f"{device} {month}: where the two differ")


def month_of_text(text: str) -> Month:
    """A month as it was typed.

    Raises: Refusal declared.month-form.
    """
    try:
        return Month.parse(text)
    except ValueError as error:
        raise Refusal("declared.month-form") from error


def _until(day: object) -> str:
    return str(day) if day else ""
