# SPDX-License-Identifier: Apache-2.0
"""No figure reaches the public unnoticed: every address open to everybody says why it tells of no clinic."""

from __future__ import annotations

from typing import Final

import yaml

from tests.house.source import HOUSE

#: Why a group of open addresses needs no further guard; an address in none of them fails the test.
BECAUSE: Final = {
    "only cells of published releases, and what was published": (
        "statistics statistics-device statistics-series statistics-status open-catalogue open-file "
        "open-newest open-set open-sets api:ask_open_set api:list_open_sets api:list_schemas "
        "api:read_schema"
    ),
    "letters whose counts of sites passed the guard when they were written": (
        "safety-notices safety-notice safety-notice-pdf safety-feed api:list_notices "
        "api:read_notice api:export_notices"
    ),
    "facts of the register, public by law, and counts of its rows": (
        "register register-card register-history api:list_devices api:read_device "
        "api:read_device_history api:read_device_as_of api:read_device_mirror api:list_changes "
        "api:export_devices api:export_changes api:list_lapses api:known_register"
    ),
    "law, codes, guides: counted over nobody": (
        "norm norms problem problems procedure procedures law-amendment law-class law-duty qualify "
        "qualify-anew qualify-question qualify-result qualify-result-pdf code codes codes-pick "
        "guide guides guide-pdf help api:add_workdays api:classify api:compute_deadline api:duty "
        "api:find_amendment_route api:find_codes api:list_code_editions api:list_norms "
        "api:list_problems api:list_procedures api:list_workdays api:qualify api:qualify_next "
        "api:read_code api:read_norm api:read_permissions api:read_procedure api:suggest_codes "
        "api:check_dossier"
    ),
    "sizes and hashes of a public log: batches and deeds, no clinic, no device": (
        "audit-checkpoint audit-consistency audit-key audit-tile"
    ),
    "what the caller brought or is told of his own": (
        "receipt login login-foreign login-foreign-return login-second logout preferences say "
        "followed api:enrol api:rotate api:import_filing api:return_status"
    ),
    "the machine's own state, or nothing": (
        "/.well-known/security.txt /api/<path:rest> /health/live /health/ready /metrics api:api-root "
        "api:openapi-json"
    ),
    "counts of the register for whoever has not signed in": "overview",
}
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
    said = [name for names in BECAUSE.values() for name in names.split()]
    assert len(said) == len(set(said))
    assert sorted(_open_addresses() - set(said)) == []


def test_nothing_is_excused_that_is_shut():
    """A reason goes when its address does."""
    said = {name for names in BECAUSE.values() for name in names.split()}
    assert sorted(said - _open_addresses()) == []


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
