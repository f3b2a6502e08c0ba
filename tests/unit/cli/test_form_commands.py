# SPDX-License-Identifier: Apache-2.0
"""`nadzor form` and `nadzor claims`: forms shown, a dry run, a dispute, a signature, an event's form."""

from __future__ import annotations

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from nadzor.actions.build_month import build_month
from nadzor.actions.create_home import create_home
from nadzor.actions.file_event import Told, file_event
from nadzor.actions.fill_event_form import fill_event_form
from nadzor.actions.import_register import import_register
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.cli.app import app
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.statutory.event_body import event_digest
from nadzor.vigilance.disputes import disputes
from tests.register_samples import CLINIC_OID, NOW, device, register
from tests.rollup_samples import row, write_rollups
from tests.unit.cli.console import Frame, answer, ask, refused

pytestmark = pytest.mark.django_db
CODE, MONTH = "ai-901", "2026-10"
INSPECTOR = Person("inspector", "inspector", Role.INSPECTOR)


@pytest.fixture
def house(home):
    """A home with one device and one day of October."""
    made = create_home(home.root)
    import_register(register(device()), by=CONSOLE, now=NOW)
    day = date(2026, 10, 5)
    write_rollups(home, [row("studies", 93, day, site="s-1"), row("processed", 90, day, site="s-1")])
    return made


def told(*words):
    """What a command about forms prints as JSON; it needs no data directory."""
    done = CliRunner().invoke(app, ["form", *words, "--json"], obj=Frame())
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_forms_are_listed_and_shown():
    """Every edition is listed, a draft as one; a shown form has its fields with status and citation."""
    listed = {(one["form"], one["edition"]): one for one in told("list")}
    assert listed["order-4472", "draft-2025"]["draft"]
    assert listed["order-1113n-report", "2021"]["until"] == "2027-01-01"
    fields = told("show", "order-1113n-report", "--edition", "2021")
    assert [one["number"] for one in fields] == list(range(1, len(fields) + 1))
    assert all(one["cite"] and one["status"] for one in fields)
    done = CliRunner().invoke(app, ["form", "show", "order-1", "--edition", "x"], obj=Frame())
    assert refused(done) == "form.unknown"


def test_a_dry_run_says_who_would_fail(house):
    """The device fails the strictest edition for want of fields; a month that is none is refused."""
    words = ("form", "dry-run", "order-4472", "--edition", "every-field", "--month")
    run = answer(house, *words, MONTH)
    assert run["outcomes"]["fails"] == 1
    assert "register_entry" in run["devices"][0]["only_here"]
    assert CODE in ask(house, *words, MONTH).stdout
    assert refused(ask(house, *words, "October", "--json")) == "declared.month-form"


def test_a_month_is_signed_from_the_console(house):
    """Kept, then signed; the site that the vault does not know is counted as such."""
    build_month(house, Month.parse(MONTH), now=NOW, keep=True)
    done = answer(house, "form", "sign", CODE, "--month", MONTH)
    assert (done["known"], done["unknown"], len(done["hash"])) == (0, 1, 64)


def test_a_dispute_is_shown_and_nothing_is_opened(house, tmp_path):
    """Without a declared month there is none; with one, both numbers and the hash of the file."""
    words = ("form", "dispute", CODE, "--month", MONTH)
    assert refused(ask(house, *words, "--json")) == "dispute.not-declared"
    file = tmp_path / "october.csv"
    head = "device;month;version;organisation;attempts;studies"
    file.write_text(f"{head}\n{CODE};{MONTH};1.0;{CLINIC_OID};100;80\n", "utf-8")
    answer(house, "declare", "file", str(file), "--device", CODE, "--month", MONTH)
    found = answer(house, *words)
    assert [cell["key"] for cell in found["dispute"]["cells"]] == ["attempts", "studies"]
    assert len(found["digest"]) == 64
    assert disputes(CONSOLE) == []


def test_an_event_fills_its_form_at_the_console(house):
    """The body has its hash; the table names where each value comes from."""
    day = date(2026, 10, 5)
    filed = file_event(
        house, Told(device=CODE, event_on=day, aware_on=day, event_type="other"), by=INSPECTOR, now=NOW
    )
    body = answer(house, "form", "fill", filed.number, "message")
    assert body["fields"]["device_name"]["source"] == {"kind": "fact", "ref": "device.name"}
    assert "fact of" in ask(house, "form", "fill", filed.number, "message", "--lang", "en").stdout
    shown = fill_event_form(filed.number, "message", by=CONSOLE, today=clock.today())
    assert body["hash"] == event_digest(shown)
    assert refused(ask(house, "form", "fill", filed.number, "letter", "--json")) == "form.unknown"


def test_claims_say_what_cannot_be_tested(house):
    """A device without labels has its claims as untestable, with the labels that they would need."""
    (one, *_) = answer(house, "claims", "--device", CODE)
    assert (one["verdict"]["outcome"], one["verdict"]["reason"]) == ("untestable", "no_labels")
    assert one["outlook"]["needed"] > 0
    assert ask(house, "claims").stdout.startswith("Claims")
