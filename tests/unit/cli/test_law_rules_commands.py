# SPDX-License-Identifier: Apache-2.0
"""law qualify, classify, duty, dossier, amendment-route: JSON in, the answer out, the exit code right."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from nadzor.cli.app import app
from tests.unit.cli.console import nadzor, refused
from tests.unit.procedures.rules.dossiers import complete

SOFTWARE = {
    "program": True, "integral_part": False, "purposes": ["diagnosis"], "health_care": True, "natures": [],
    "functions": ["interpretation"], "mode": "automatic", "decisions": True, "interpretation": "i",
    "source": "s", "use": "u", "platform": "p", "access": "a",
}  # fmt: skip
ANSWERS = {"route": "national", "product": "X", "complex": False, "components": {"software": SOFTWARE}}
COMMANDS = ("qualify", "classify", "dossier", "amendment-route")
ON = ("--on", "2026-11-22")


def law(*arguments, stdin=None):
    """Run a command in this process on some JSON."""
    text = stdin if stdin is None or isinstance(stdin, str) else json.dumps(stdin)
    return CliRunner().invoke(app, ["law", *arguments], input=text)


def answer(*arguments, stdin=None):
    """What a command prints as JSON."""
    return json.loads(law(*arguments, "--json", stdin=stdin).stdout)


@pytest.mark.parametrize("command", [*COMMANDS, "duty"])
def test_every_command_prints_its_schema(command):
    """--schema asks for nothing else and prints JSON Schema."""
    schema = json.loads(law(command, "--schema").stdout)
    assert schema["$defs"]
    assert "$ref" in schema


def test_qualify_gives_a_verdict_and_exits_clean():
    """Any verdict is a clean answer; so is the end of the interview."""
    found = answer("qualify", *ON, stdin=ANSWERS)
    assert (found["verdict"], found["on"], len(found["digest"])) == ("yes", "2026-11-22", 64)
    none = law("qualify", stdin=ANSWERS | {"components": {"software": {"program": False}}})
    assert none.exit_code == 0
    assert "Not a medical device" in none.stdout
    assert "over" in law("qualify", "--next", stdin=ANSWERS).stdout


def test_qualify_asks_the_next_question():
    """With --next the interview goes on, question by question."""
    found = answer("qualify", "--next", stdin={"route": "national"})
    assert (found["key"], found["at"]) == ("product", "$.product")
    shown = law("qualify", "--next", stdin={}).stdout
    assert "national" in shown
    assert "Lung helper" in law("qualify", "--next", stdin={"route": "national"}).stdout
    assert "EAEU" in law("qualify", stdin={"route": "eaeu"}).stdout


def test_classify_tells_a_class_from_a_proposal():
    """AI is class 3; without AI a named officer settles."""
    found = answer("classify", *ON, stdin={"device": True, "ai": True})
    assert (found["class"], found["final"]) == ("3", True)
    assert answer("classify", *ON, stdin={"ai": True})["class"] == "3"
    facts = {"ai": False, "information": ["I1"], "categories": ["A"]}
    assert answer("classify", *ON, stdin=facts)["final"] is False
    assert "officer" in law("classify", stdin=facts).stdout


def test_duty_of_ai_registration_is_195000():
    """Certificate and expertise of class 3; the contract item is outside and says so."""
    found = answer("duty", "--act", "registration", "--class", "3", *ON)
    assert {"act", "class", "on", "items", "total"} <= set(found)
    assert (found["act"], found["class"], found["on"], found["total"]) == (
        "registration",
        "3",
        "2026-11-22",
        195000,
    )
    assert "by contract" in law("duty", "--act", "registration", "--class", "3", *ON).stdout
    assert "disputed" in law("duty", "--act", "amendment_expertise", "--class", "3", *ON).stdout


def test_a_dossier_with_defects_exits_one():
    """Blocking defects are a failed check; a complete dossier is a clean answer."""
    assert law("dossier", "--json", *ON, stdin=complete()).exit_code == 0
    assert "Complete." in law("dossier", *ON, stdin=complete()).stdout
    empty = law("dossier", *ON, stdin={})
    assert empty.exit_code == 1
    assert "Not complete: 5 defects" in empty.stdout


def test_an_amendment_has_its_route():
    """The procedure, its reasons, its conflicts and what else is open."""
    facts = {"changes": ["version_numbering"], "ai": True, "transmits": True}
    found = answer("amendment-route", *ON, stdin=facts)
    assert (found["procedure"], found["term"]) == ("amendment_version", "registration.version_amendment")
    assert (found["limit"], found["unit"]) == (5, "working_day")
    shown = law("amendment-route", *ON, stdin=facts).stdout
    assert "5 working days" in shown
    assert "X5" in shown
    assert "general procedure" in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_an_example_of_the_schema_can_be_sent(command):
    """Whoever has only the schema can begin: its example is answered."""
    sent = json.loads(law(command, "--schema").stdout)["examples"][0]
    assert law(command, "--json", *ON, stdin=sent).exit_code == (1 if command == "dossier" else 0)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("stdin", ["", "{", "[]", '{"unknown": 1}'])
def test_bad_input_is_a_refusal(command, stdin):
    """Whatever is piped in that is no such JSON is refused with its place."""
    assert refused(law(command, stdin=stdin)) == "rules.malformed"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--act", "parking"), "rules.act-unknown"),
        (("--act", "registration"), "rules.class-needed"),
        (("--act", "registration", "--class", "5"), "rules.class-unknown"),
        (("--act", "registration", "--class", "3", "--on", "soon"), "law.date-unreadable"),
    ],
)
def test_wrong_words_are_refused(words, code):
    """An unknown act, class or day is named, not guessed."""
    assert refused(law("duty", *words)) == code


def test_where_the_law_ends_the_command_exits_one():
    """No norm for the day: a problem document and exit 1."""
    done = law("duty", "--act", "registration", "--class", "3", "--on", "2020-01-01", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["code"] == "law.norm-missing"


def test_a_problem_document_says_what_where_and_what_to_do():
    """Through the console entry: exit 2, and JSON on standard output."""
    done = nadzor("law", "qualify", "--json", stdin='{"route": "national"}')
    assert done.code == 2
    assert done.json()["at"] == "$.product"
    assert done.json()["do"]
