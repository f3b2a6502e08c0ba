# SPDX-License-Identifier: Apache-2.0
"""`nadzor law qualify`, `classify`, `duty`, `dossier`, `amendment-route`: JSON in, a cited answer out."""

from __future__ import annotations

import sys
from typing import Annotated, Any, TypeVar

import typer

from nadzor.base import clock
from nadzor.base.problems import Text
from nadzor.cli.law_words import FAILED, answering, day_if, input_schema_option, schema_option
from nadzor.cli.options import AsJson
from nadzor.cli.output import out, print_facts, print_json, print_table
from nadzor.law.wording import worth
from nadzor.procedures.rules import risk_class, schemas
from nadzor.procedures.rules.amendment_route import Facts as RouteFacts
from nadzor.procedures.rules.amendment_route import Route, route
from nadzor.procedures.rules.answers import Answers
from nadzor.procedures.rules.completeness import DossierAnswer, answer_on
from nadzor.procedures.rules.dossier import Dossier
from nadzor.procedures.rules.duties import Bill, read_act
from nadzor.procedures.rules.duties import duty as bill_of
from nadzor.procedures.rules.interview import Question, next_question
from nadzor.procedures.rules.qualification import Determination, determine
from nadzor.procedures.rules.reading import read

S = TypeVar("S")
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day whose rules apply; today.")]


def qualify(
    on: On = None,
    ask: Annotated[
        bool, typer.Option("--next", help="Print the next question instead of an opinion.")
    ] = False,
    as_json: AsJson = False,
    schema: Annotated[bool, input_schema_option(schemas.answers_schema)] = False,
) -> None:
    """Is it a medical device?  Answers of the interview as JSON on standard input."""
    with answering(as_json):
        day, answers = day_if(on, "--on") or clock.today(), _facts(Answers)
        if ask:
            question = next_question(answers)
            print_json(question) if as_json else _print_question(question)
            return
        found = determine(answers, day)
        print_json(found) if as_json else _print_opinion(found)


def classify(
    on: On = None,
    as_json: AsJson = False,
    schema: Annotated[bool, input_schema_option(schemas.classes_schema)] = False,
) -> None:
    """Which potential risk class?  Facts as JSON on standard input."""
    with answering(as_json):
        found = risk_class.classify(_facts(risk_class.Facts), day_if(on, "--on") or clock.today())
        print_json(found) if as_json else _print_class(found)


def duty(
    act: Annotated[str, typer.Option("--act", help="registration, amendment_version, amendment_plain, …")],
    named: Annotated[str | None, typer.Option("--class", help="1, 2a, 2b or 3.")] = None,
    on: On = None,
    as_json: AsJson = False,
    schema: Annotated[bool, schema_option(Bill)] = False,
) -> None:
    """What an act costs: state duties item by item, each with its norm."""
    with answering(as_json):
        of_class = risk_class.read_class(named) if named is not None else None
        found = bill_of(read_act(act), of_class, day_if(on, "--on") or clock.today())
        print_json(found) if as_json else _print_bill(found)


def dossier(
    on: On = None,
    as_json: AsJson = False,
    schema: Annotated[bool, input_schema_option(schemas.dossier_schema)] = False,
) -> None:
    """Every defect of a dossier at once.  The dossier as JSON on standard input; exit 1 if one blocks."""
    with answering(as_json):
        found = answer_on(_facts(Dossier), day_if(on, "--on") or clock.today())
        print_json(found) if as_json else _print_defects(found)
    if not found.complete:
        raise typer.Exit(FAILED)


def amendment_route(
    on: On = None,
    as_json: AsJson = False,
    schema: Annotated[bool, input_schema_option(schemas.changes_schema)] = False,
) -> None:
    """Which procedure amends the dossier?  What changes, as JSON on standard input."""
    with answering(as_json):
        found = route(_facts(RouteFacts), day_if(on, "--on") or clock.today())
        print_json(found) if as_json else _print_route(found)


def _facts(shape: type[S]) -> S:
    return read(sys.stdin.buffer.read(), shape)


def _print_question(question: Question | None) -> None:
    if question is None:
        out.print("The interview is over.")
        return
    page = question.page
    facts: dict[str, Any] = {"answer as": question.at, "kind": page.kind, "rule": page.fact}
    print_facts(facts, title=page.ask.en)
    out.print(page.help.en)
    for hint in page.hints:
        out.print(f"· {hint.en}")
    if page.choices:
        print_table([{"choice": key, "means": choice.label.en} for key, choice in page.choices.items()])


def _print_opinion(found: Determination) -> None:
    out.print(f"{found.product}: {found.statement.en}" if found.product else found.statement.en)
    for part in found.parts:
        rows = [
            {
                "rule": step.rule.fact,
                "question": step.asks.en,
                "answer": step.answer.en,
                "follows": step.follows.en,
                "citation": f"{step.rule.cite} [{step.rule.status}]",
            }
            for step in part.steps
        ]
        print_table(rows, title=f"{part.label.en}: {part.verdict}")
    for caution in found.cautions:
        out.print(f"! {caution.text.en}")
    out.print(f"Rules of {found.on}; digest {found.digest}")


def _print_class(found: risk_class.Classification) -> None:
    facts = {
        "class": found.risk_class,
        "means": found.name.en if found.name else None,
        "final": "yes" if found.final else "no: a named officer settles it",
    }
    print_facts(facts, title=f"Potential risk class on {found.on}")
    _print_grounds([(each.text, each.cite, each.status) for each in found.reasons])


def _print_bill(found: Bill) -> None:
    rows = [
        {
            "item": item.what.en,
            "roubles": item.amount,
            "citation": f"{item.cite} [{item.status}]",
            "note": (item.disputed or item.apart or Text("", "")).en,
        }
        for item in found.items
    ]
    print_table(rows, title=f"{found.name.en} on {found.on}")
    out.print(f"Total of state duties: {'none' if found.total is None else found.total}")
    for note in found.notes:
        out.print(f"! {note.en}")


def _print_defects(found: DossierAnswer) -> None:
    rows = [
        {
            "at": each.at,
            "what": each.wrong.en,
            "cure": each.cure.en,
            "rule": f"{each.fact} {each.cite} [{each.status}]",
            "kind": "defect" if each.blocking else "advice",
        }
        for each in found.defects
    ]
    print_table(rows, title=f"Dossier on {found.on}")
    out.print("Complete." if found.complete else f"Not complete: {found.blocking} defects.")


def _print_route(found: Route) -> None:
    term = f"{found.term}: not known"
    if found.term_rule is not None and found.limit is not None and found.unit is not None:
        known = f"{found.term_rule.cite} [{found.term_rule.status}]"
        term = f"{worth(found.limit, found.unit).en}, {found.term}, {known}"
    facts = {"procedure": found.procedure, "means": found.name.en, "time limit": term}
    print_facts(facts, title=f"Amendment on {found.on}")
    _print_grounds([(each.text, each.rule.cite, each.rule.status) for each in found.reasons])
    for other in found.alternatives:
        out.print(f"Or {other.name.en}: {other.why.text.en} ({other.why.rule.cite})")
    for note in found.conflicts:
        out.print(f"{note.key} {note.topic.en}: seed {note.seed.en}; outside {note.outside.en}")


def _print_grounds(grounds: list[tuple[Text, str, str]]) -> None:
    print_table([{"why": text.en, "citation": f"{cite} [{status}]"} for text, cite, status in grounds])
