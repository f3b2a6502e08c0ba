# SPDX-License-Identifier: Apache-2.0
"""`nadzor demo` for a person: what it prints, what it then opens; and the commands beside it."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from nadzor.actions import send_nation
from nadzor.base.problems import Refusal
from nadzor.cli.app import app
from nadzor.people.models import User
from nadzor.simulate.devices import devices_of
from tests.unit.actions.gate import write_small_reads
from tests.unit.cli.console import Frame, ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(home, tmp_path, monkeypatch):
    """The words of a demo on six studies and one device's history."""
    monkeypatch.setattr(send_nation, "devices_of", lambda raw, volume_scale: devices_of(raw)[:1])
    reads = write_small_reads(tmp_path / "reads", studies=[f"s{n}" for n in range(120)])
    return ["demo", "--data", str(home.root), "--reads", str(reads), "--days", "2", "--port", "9700"]


def test_a_person_gets_figures_accounts_and_an_address(small):
    """A summary, the models' accuracy, a password for each account, then the doors; later no password."""
    frame = Frame()
    done = CliRunner().invoke(app, small, obj=frame)
    assert done.exit_code == 0, done.exception
    for word in (
        "accepted / duplicate / rejected",
        "Chest radiograph reader tiny",
        "AUC",
        "inspector",
        "password",
    ):
        assert word in done.stdout
    assert "http://127.0.0.1:9700" in done.stderr
    assert frame.served == [("http://127.0.0.1:9700", [], 1)]

    again = CliRunner().invoke(app, [*small, "--no-serve"], obj=frame)
    assert again.exit_code == 0, again.exception
    assert "nadzor account reset" in again.stdout
    assert len(frame.served) == 1


def test_a_held_port_is_said_before_the_work(small):
    """Nobody waits half a minute to hear that the address is taken; without doors it does not matter."""

    class Crowded(Frame):
        def must_be_free(self, home, *, only):
            raise Refusal("door.taken", at=home.settings.portal_url, reason="Address already in use")

    done = CliRunner().invoke(app, small, obj=Crowded())
    assert done.exception.code == "door.taken"
    assert not User.objects.exists()
    assert CliRunner().invoke(app, [*small, "--no-serve"], obj=Crowded()).exit_code == 0


def test_tables_of_the_month_and_of_a_rebuild(small, home):
    """For people: a line a device with its hash, a line a table with both digests."""
    assert CliRunner().invoke(app, [*small, "--no-serve"], obj=Frame()).exit_code == 0
    assert "reads-tiny" in ask(home, "report").stdout
    assert "equal" in ask(home, "rebuild").stdout
    assert "inspector" in ask(home, "account", "reset", "inspector").stdout


def test_a_table_of_budgets_is_kept(tmp_path):
    """`nadzor bench --out FILE` prints the figures and appends the table to the file."""

    class Measuring(Frame):
        def measure(self, families, *, quick):
            return [{"family": name, "quick": quick} for name in families], "| rollup |\n"

    page = tmp_path / "page.md"
    words = ["bench", "--only", "rollup", "--quick", "--out", str(page)]
    done = CliRunner().invoke(app, words, obj=Measuring())
    assert done.exit_code == 0, done.exception
    assert "rollup" in done.stdout
    assert page.read_text() == "| rollup |\n"
