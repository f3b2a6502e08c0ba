# SPDX-License-Identifier: Apache-2.0
"""No figure reaches the public unnoticed: every address open to everybody says why it tells of no clinic."""

from __future__ import annotations

from typing import Final, NamedTuple

import yaml

from tests.house.source import HOUSE


class Row(NamedTuple):
    """Why a group of open addresses tells of no clinic, the tests that hold it so, and the addresses."""

    because: str
    guards: tuple[str, ...]
    addresses: str


ATTACK: Final = "tests/attack/"
OPEN_DOOR: Final = f"{ATTACK}test_open_questions.py::test_ten_thousand_questions_at_the_open_door_pin_nobody"
NO_OPERATION: Final = f"{ATTACK}test_figures_of_others.py::test_the_public_reads_no_figure_of_operation"
MACHINE: Final = f"{ATTACK}test_figures_of_others.py::test_the_machines_numbers_name_nobody"
#: An address in none of these rows fails the test, and so does a row whose guard is no test.
ROWS: Final = (
    Row(
        "only cells of published releases, and what was published",
        (
            f"{ATTACK}test_differencing.py::test_ten_thousand_questions_pin_nobody",
            OPEN_DOOR,
            f"{ATTACK}test_what_everybody_knows.py::test_who_works_made_one_study",
            "tests/unit/actions/test_open_formats_agree.py::test_every_format_tells_every_cell",
            NO_OPERATION,
        ),
        "statistics statistics-device statistics-series statistics-status open-catalogue open-file "
        "open-newest open-set open-sets api:ask_open_set api:list_open_sets api:list_schemas "
        "api:read_schema",
    ),
    Row(
        "letters whose counts of sites passed the guard when they were written",
        ("tests/unit/disclosure/test_guard.py::test_shown_only_above_both_floors", NO_OPERATION),
        "safety-notices safety-notice safety-notice-pdf safety-feed api:list_notices "
        "api:read_notice api:export_notices",
    ),
    Row(
        "facts of the register, public by law, and counts of its rows",
        (NO_OPERATION, "tests/unit/disclosure/test_asking.py::test_no_open_column_could_name_a_clinic"),
        "register register-card register-history api:list_devices api:read_device "
        "api:read_device_history api:read_device_as_of api:read_device_mirror api:list_changes "
        "api:export_devices api:export_changes api:list_lapses api:known_register",
    ),
    Row(
        "law, codes, guides: counted over nobody",
        (NO_OPERATION,),
        "norm norms problem problems procedure procedures law-amendment law-class law-duty qualify "
        "qualify-anew qualify-question qualify-result qualify-result-pdf code codes codes-pick "
        "guide guides guide-pdf help api:add_workdays api:classify api:compute_deadline api:duty "
        "api:find_amendment_route api:find_codes api:list_code_editions api:list_norms "
        "api:list_problems api:list_procedures api:list_workdays api:qualify api:qualify_next "
        "api:read_code api:read_norm api:read_permissions api:read_procedure api:suggest_codes "
        "api:check_dossier",
    ),
    Row(
        "sizes and hashes of a public log: batches and deeds, no clinic, no device",
        ("tests/portal/test_audit_pages.py::test_the_log_is_public_and_proves_its_growth",),
        "audit-checkpoint audit-consistency audit-key audit-tile",
    ),
    Row(
        "what the caller brought or is told of his own",
        (
            NO_OPERATION,
            f"{ATTACK}test_figures_of_others.py::test_a_maker_reads_its_own_figures_and_nobody_elses",
        ),
        "receipt login login-foreign login-foreign-return login-second logout preferences say "
        "followed api:enrol api:rotate api:import_filing api:return_status",
    ),
    Row(
        "the machine's own state, or nothing",
        (MACHINE,),
        "/.well-known/security.txt /api/<path:rest> /health/live /health/ready /metrics api:api-root "
        "api:openapi-json",
    ),
    Row("counts of the register for whoever has not signed in", (NO_OPERATION,), "overview"),
)
STATES: Final = ("Shown", "Band", "Hidden", "NotCollected", "NotYet")


def _open_addresses() -> set[str]:
    """Every address of the table of access that somebody may read who has not signed in."""
    table = yaml.safe_load((HOUSE / "people/access.yaml").read_text("utf-8"))
    groups = {name: words.split() for name, words in table["groups"].items()}

    def roles(word: str) -> set[str]:
        return {word}.union(*(roles(inner) for inner in groups.get(word, ())))

    return {
        name
        for name, row in table["routes"].items()
        if any("public" in roles(word) for word in row["roles"].split())
    }


def test_no_public_figure_appears_unnoticed():
    """Whoever opens an address to everybody says here why what it counts tells of no clinic."""
    said = [name for row in ROWS for name in row.addresses.split()]
    assert len(said) == len(set(said))
    assert sorted(_open_addresses() - set(said)) == []


def test_nothing_is_excused_that_is_shut():
    """A reason goes when its address does."""
    said = {name for row in ROWS for name in row.addresses.split()}
    assert sorted(said - _open_addresses()) == []


def test_every_row_names_the_tests_that_hold_it():
    """A guard that was renamed or taken away leaves its row without one, and this fails."""
    missing = []
    for guard in sorted({guard for row in ROWS for guard in row.guards}):
        file, _, name = guard.partition("::")
        path = HOUSE.parents[1] / file
        if not path.is_file() or f"def {name}(" not in path.read_text("utf-8"):
            missing.append(guard)
    assert missing == []
    assert all(row.guards and row.because for row in ROWS)


def test_figures_for_everybody_never_meet_the_rollup():
    """What draws the public's statistics reads published tables alone: it cannot ask the rollup at all."""
    pages = [*HOUSE.glob("portal/statistics*.py"), *HOUSE.glob("actions/open_shelf/*.py")]
    assert pages
    wrong = [path.name for path in pages if "telemetry.store" in path.read_text("utf-8")]
    assert wrong == []


def test_every_state_of_a_figure_has_words():
    """Where a figure is put into words, all five states are named: none falls into another's branch."""
    text = (HOUSE / "disclosure/tables.py").read_text("utf-8")
    body = text[text.index("def said(") :]
    assert [state for state in STATES if f"case {state}" not in body] == []
