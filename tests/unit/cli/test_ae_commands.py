# SPDX-License-Identifier: Apache-2.0
"""`nadzor ae`: import, lateness, quality as a person types them."""

from __future__ import annotations

import pytest

from nadzor.actions.create_home import create_home
from nadzor.actions.import_register import import_register
from nadzor.people.queries import CONSOLE
from tests.event_files import HEAD, good, rows_of, with_broken, written
from tests.register_samples import NOW, device, register
from tests.unit.cli.console import answer, ask, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(home):
    """A house with one device, ai-901."""
    made = create_home(home.root)
    import_register(register(device()), by=CONSOLE, now=NOW)
    return made


def test_import_exits_0_when_every_row_is_kept_or_known(house, tmp_path):
    """Also the second time, when it adds nothing; the table tells the counts."""
    file = written(tmp_path, "\n".join([HEAD, *map(good, range(5))]))
    first = ask(house, "ae", "import", file)
    assert (first.exit_code, "kept" in first.stdout) == (0, True)
    again = answer(house, "ae", "import", file)
    assert (again["kept"], again["known"], again["refused"]) == (0, 5, 0)


def test_import_exits_1_when_rows_were_refused(house, tmp_path):
    """The good ones are kept, the bad ones are named with row, number and column."""
    text, broken = with_broken(100, 10)
    file = written(tmp_path, text.replace(HEAD, HEAD + "", 1))
    told = ask(house, "ae", "import", file)
    assert (told.exit_code, "Refused rows (10)" in told.stdout) == (1, True)
    assert ask(house, "ae", "lateness").exit_code == 0
    assert answer(house, "ae", "lateness")["n"] == 100 - len(broken)


def test_import_exits_2_when_nothing_can_be_read(house, tmp_path):
    """An archive under the name of a table, and a file of another kind."""
    assert (
        refused(ask(house, "ae", "import", written(tmp_path, b"PK\x03\x04 not a table")))
        == "ae-file.disguised"
    )
    file = written(tmp_path, "colour,size\nred,1\n")
    assert refused(ask(house, "ae", "import", file)) == "ae-file.no-columns"


def test_the_ledger_of_lateness(house, tmp_path):
    """Counted by hand: lags 10, 40 and 200 days, one contradictory, one undated; by device and by maker."""
    dates = [("01-01", "01-11"), ("01-01", "02-10"), ("01-01", "07-20"), ("03-01", "02-01"), ("", "02-01")]
    rows = [
        [str(n), "ai-901" if n else "", "", f"2026-{aware}" if aware else "", f"2026-{got}", "other", "", ""]
        for n, (aware, got) in enumerate(dates)
    ]
    assert ask(house, "ae", "import", written(tmp_path, rows_of(*rows))).exit_code == 0
    told = answer(house, "ae", "lateness")
    counts = {"n": 5, "undated": 1, "contradictory": 1, "dated": 3, "median_lag_days": 40, "over_30": 2,
              "over_180": 1}  # fmt: skip
    assert told | counts == told
    assert (told["share_over_30"], told["share_over_180"]) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert [(one["code"], one["lateness"]["n"]) for one in told["by_device"]] == [("ai-901", 4), ("", 1)]
    assert [(one["code"], one["lateness"]["n"]) for one in told["by_maker"]] == [("luchik", 4), ("", 1)]
    assert answer(house, "ae", "lateness", "--device", "ai-901", "--since", "2026-02-05")["n"] == 2
    assert "by maker" in ask(house, "ae", "lateness").stdout
    assert refused(ask(house, "ae", "lateness", "--since", "yesterday")) == "ae.day"


def test_quality_of_one_and_of_all(house, tmp_path):
    """One report shows its parts, all show what they lack most."""
    ask(house, "ae", "import", written(tmp_path, "\n".join([HEAD, *map(good, range(3))])))
    told = answer(house, "ae", "quality")
    assert (told["n"], told["missing"][0]["n"]) == (3, 3)
    assert "What is missing" in ask(house, "ae", "quality").stdout
    one = answer(house, "ae", "quality", "AE-2026-000001")
    assert one["value"] == pytest.approx(told["median"])
    assert "version" in ask(house, "ae", "quality", "AE-2026-000001").stdout.lower()
    assert refused(ask(house, "ae", "quality", "AE-2026-999999")) == "vigilance.event-unknown"


def test_duplicates_are_listed(house, tmp_path):
    """Two reports of one study: the pair waits for a person, in the table and as JSON."""
    rows = [
        [n, "ai-901", "2026-03-01", "", "2026-04-01", "M", "A090803", "the same words"] for n in ("1", "2")
    ]
    ask(house, "ae", "import", written(tmp_path, rows_of(*rows)))
    table = ask(house, "ae", "duplicates").stdout
    assert "Pairs that wait for a person" in table
    told = answer(house, "ae", "duplicates", "--anew")
    assert (told["found"]["compared"], told["waiting"]) == (2, len(told["pairs"]))


def test_export_writes_a_file(house, tmp_path):
    """The bytes are counted, and a format nobody knows is refused before a file is made."""
    ask(house, "ae", "import", written(tmp_path, "\n".join([HEAD, *map(good, range(3))])))
    out = tmp_path / "out.csv"
    told = answer(house, "ae", "export", "--out", out, "--since", "2026-01-01")
    assert (told["bytes"], len(out.read_bytes().splitlines())) == (out.stat().st_size, 4)
    assert refused(ask(house, "ae", "export", "--out", tmp_path / "x", "--format", "doc")) == "ae-export.kind"
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("command", ["lateness", "quality"])
def test_a_misspelt_device_is_no_device_without_reports(house, command):
    """No reports at all would read as an answer; the register knows no such device."""
    assert refused(ask(house, "ae", command, "--device", "ai-109", "--json")) == "register.device-unknown"
    assert answer(house, "ae", command, "--device", "ai-901")["n"] == 0
