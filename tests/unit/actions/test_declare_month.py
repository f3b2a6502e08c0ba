# SPDX-License-Identifier: Apache-2.0
"""A month declared in sums: who may, what is kept, what replaces what, and what stands beside it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nadzor.actions.declare_month import (
    DeclaredFile,
    columns_of,
    declare_month,
    declared_beside,
    declared_template,
)
from nadzor.actions.import_register import import_register
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal, document
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit, vault
from nadzor.register.declared import declared, declared_months
from nadzor.register.models import DeclaredReport, Device
from tests.register_samples import CLINIC_OID, NOW, device, foreign_device, register

pytestmark = pytest.mark.django_db
OCTOBER = Month(2026, 10)
CODE = "ai-901"


@pytest.fixture(autouse=True)
def _filled():
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)


def file_of(studies=90, *, code=CODE, month=OCTOBER, form="csv", extra=""):
    """A month of one line."""
    head = "device;month;version;organisation;attempts;studies"
    text = f"{head}\n{code};{month};1.0;{CLINIC_OID};100;{studies}\n{extra}"
    return DeclaredFile(code, month, form, text.encode())


def sent(home, file=None, *, by=CONSOLE, now=NOW):
    """Declare a month."""
    return declare_month(home, file or file_of(), by=by, now=now)


def refused(home, file=None, **how):
    """The refusal of a file."""
    with pytest.raises(Refusal) as refusal:
        sent(home, file, **how)
    return refusal.value


def test_a_month_is_kept_under_the_clinics_pseudonym(home):
    """The digest of the file is answered; the OID is in the vault and nowhere else."""
    card = sent(home)
    (row,) = card.rows
    assert row["site"] == vault.pseudonym(CLINIC_OID, home=home)
    assert (row["version"], row["attempts"], row["studies"]) == ("1.0", 100, 90)
    assert (card.stands, len(card.digest)) == (True, 64)
    assert CLINIC_OID not in f"{DeclaredReport.objects.values().get()} {list(audit.walk())}"
    (deed,) = audit.entries(verb="statutory.month.declare")
    assert (deed.object, deed.facts["digest"], deed.facts["rows"]) == (f"{CODE} 2026-10", card.digest, 1)


def test_a_corrected_file_replaces_and_the_old_one_stays(home):
    """The same file again is the same record, and nothing is written twice."""
    first, second = sent(home), sent(home, file_of(91))
    assert sent(home).digest == first.digest
    assert [(one.digest, one.stands) for one in declared(CODE, "2026-10")] == [
        (second.digest, True),
        (first.digest, False),
    ]
    assert len(audit.entries(verb="statutory.month.declare")) == 2
    assert list(declared_months(CODE)) == ["2026-10"]


def test_every_wrong_line_is_told_at_once_and_nothing_is_taken(home):
    """Line, column and reason in both languages, never the value; no row is kept and no clinic sealed."""
    extra = f"{CODE};2026-10;x;77;a;b\n"
    refusal = refused(home, file_of(extra=extra))
    assert (refusal.code, refusal.facts["count"]) == ("declared.rows", 4)
    told = document(refusal, "en")["problems"]
    assert [(one["line"], one["column"]) for one in told] == [
        (3, "version"),
        (3, "organisation"),
        (3, "attempts"),
        (3, "studies"),
    ]
    assert all(one["ru"] and one["en"] and one["ru"] != one["en"] for one in told)
    assert DeclaredReport.objects.count() == 0


def test_a_file_that_cannot_be_read_is_refused(home):
    """Format, shape and size have their own codes."""
    assert refused(home, file_of(form="pdf")).code == "declared.format"
    assert refused(home, file_of(form="xlsx")).code == "declared.file"
    large = DeclaredFile(CODE, OCTOBER, "csv", bytes(3 * 1024 * 1024))
    assert refused(home, large).code == "declared.file-size"


def test_only_the_makers_people_declare_and_only_a_month_that_is_over(home):
    """Admin, reporter, representative; no stranger, no regulator; not before the last day in Moscow."""
    maker = Device.objects.get(code=CODE).maker.code
    for role in (Role.MANUFACTURER_ADMIN, Role.MANUFACTURER_REPORTER):
        assert sent(home, by=Person("m", "M", role, maker)).stands
    assert sent(home, by=Person("r", "R", Role.REPRESENTATIVE, "x", frozenset({maker}))).stands
    for stranger in (None, Person("s", "S", Role.MANUFACTURER_ADMIN, "x"), Person("h", "H", Role.HEAD)):
        assert refused(home, by=stranger).code == "people.not-yours"
    november = file_of(month=Month(2026, 11))
    assert refused(home, november).code == "declared.month-open"
    assert refused(home, now=datetime(2026, 10, 31, 20, 59, tzinfo=UTC)).code == "declared.month-open"
    assert sent(home, now=datetime(2026, 10, 31, 21, 0, tzinfo=UTC)).stands
    assert refused(home, file_of(code="ai-000")).code == "register.device-unknown"


def test_the_template_is_this_devices(home):
    """Its findings have their columns, by name."""
    keys = [column.key for column in columns_of(CODE, OCTOBER)]
    assert keys[:4] == ["device", "month", "version", "organisation"]
    assert any(key.startswith("results.") for key in keys)
    assert declared_template(CODE, OCTOBER, "csv").decode("utf-8-sig").startswith("Код изделия;Месяц;Версия")
    with pytest.raises(Refusal, match=r"declared\.format"):
        declared_template(CODE, OCTOBER, "pdf")


def test_without_events_there_is_nothing_to_compare_with(home):
    """What is declared is shown all the same."""
    assert declared_beside(home, CODE, OCTOBER).uploads == ()
    sent(home)
    beside = declared_beside(home, CODE, OCTOBER)
    assert (len(beside.uploads), beside.beside) == (1, None)
