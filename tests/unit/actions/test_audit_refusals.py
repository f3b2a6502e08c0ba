# SPDX-License-Identifier: Apache-2.0
"""What search, files and deferrals of the audit refuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from django.db import transaction

from nadzor.actions import export_audit as exporting
from nadzor.actions.defer_access import Wish, defer_access
from nadzor.actions.export_audit import export_audit
from nadzor.actions.seal_audit import seal_audit
from nadzor.actions.search_audit import AuditAsk
from nadzor.actions.show_audit_log import prove_growth, read_tile
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE
from nadzor.records import audit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def _sealed(home: Home) -> None:
    with transaction.atomic():
        for number in range(2):
            audit.record("test.thing.do", f"thing {number}", by="head", because="b", now=NOW)
    seal_audit(home, now=NOW)


def _export(home: Home, kind: str) -> None:
    export_audit(home, AuditAsk(), kind, by=CONSOLE, now=NOW)


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        (lambda home: _export(home, "pdf"), "audit.kind"),
        (lambda home: read_tile(home, "tile/0/007"), "audit.no-tile"),
        (lambda home: read_tile(home, "../../keys/audit.key"), "audit.no-tile"),
        (lambda home: prove_growth(home, 2, 1), "audit.sizes"),
        (lambda home: prove_growth(home, None, 2), "audit.sizes"),
    ],
    ids=["kind", "tile", "path", "shrunk", "nothing"],
)
def test_what_is_not_there_is_refused(home: Home, deed: Callable[[Home], None], code: str) -> None:
    """An unknown kind, a tile outside the tree or outside the folder, sizes out of order."""
    _sealed(home)
    with pytest.raises(Refusal) as refused:
        deed(home)
    assert refused.value.code == code


def test_a_file_is_never_cut(home: Home) -> None:
    """More rows than a file holds are refused by their count, not left out in silence."""
    _sealed(home)
    with patch.object(exporting, "ROWS_MAX", 1), pytest.raises(Refusal) as refused:
        _export(home, "csv")
    assert (refused.value.code, refused.value.facts["rows"]) == ("audit.too-many", 2)


def test_without_a_norm_nothing_is_deferred(home: Home) -> None:
    """Before the house had a norm of deferrals, a head could not hold anything back."""
    wish = Wish(site="s-aaaaaaaaaaaa", days=1, because="b")
    with pytest.raises(Refusal) as refused:
        defer_access(wish, by=CONSOLE, now=datetime(2020, 1, 1, tzinfo=UTC))
    assert refused.value.code == "deferral.no-norm"
