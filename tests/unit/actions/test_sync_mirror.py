# SPDX-License-Identifier: Apache-2.0
"""The official register beside ours: what is the same, what differs, and what could not be checked."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from nadzor.actions.correct_entry import enter_number
from nadzor.actions.import_register import import_register
from nadzor.actions.sync_mirror import sync_mirror
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit
from nadzor.register import mirror, revisions
from nadzor.register.models import MirrorEntry, MirrorSync
from tests.register_samples import NOW, device, foreign_device, register

pytestmark = pytest.mark.django_db
OURS = {
    "number": "P3H 2025/90901",
    "name": "ЛУЧИК ЛЕГКИЕ-КТ",
    "maker": "ООО Лучик",
    "maker_inn": "7707083893",
    "registered_on": "2025-03-03",
    "status": "Действует",
    "risk_class": "3",
}
OTHER = {"number": "ФСР 2009/05123", "name": "Тонометр"}
NEW_FORM = {"number": "ЕРУЛ 77-00110-000-00-00000001", "name": "Программа"}


@pytest.fixture(autouse=True)
def _filled():
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)


def dump(*rows, **more):
    """A dump as JSON."""
    return msgspec.json.encode({"v": 1, "count": len(rows), "entries": list(rows)} | more)


def sync(content, *, now=NOW, by=CONSOLE):
    """Read it."""
    return sync_mirror(content, source="official", by=by, now=now)


def card(code="ai-901"):
    """What the public card says about the official register."""
    return mirror.beside(revisions.current(code))


def test_before_the_first_reading_nothing_is_claimed():
    """Neither there nor absent: never checked."""
    assert (card().state, card().reading.read_at, card().reading.failing_since) == ("never", None, None)


def test_one_spelling_finds_an_entry_whatever_the_number_looks_like():
    """Look-alikes, legacy and new forms; the name is compared without case and quotes."""
    report = sync(dump(OURS, OTHER, NEW_FORM))
    assert (report.entries, report.changed, report.same, report.differs) == (3, 3, 1, 0)
    assert (report.missing_there, report.missing_here, report.absent) == (1, 2, ["РЗН 2025/90902"])
    assert (card().state, card().reading.read_at, card().differences) == ("same", NOW, ())
    assert card("ai-902").state == "absent"
    assert MirrorEntry.objects.filter(number=NEW_FORM["number"]).count() == 1
    (deed,) = audit.entries(verb="register.mirror.read")
    assert deed.facts["entries"] == 3


def test_differences_are_told_field_by_field():
    """Ours and theirs; a word of theirs that nobody knows is not a difference."""
    sync(dump(OURS | {"status": "приостановлено", "risk_class": "2b", "registered_on": "2025-03-04"}))
    told = {one.key: (one.before.en, one.after.ru) for one in card().differences}
    assert told == {
        "registered_on": ("2025-03-03", "2025-03-04"),
        "risk_class": ("3", "2b"),
        "status": ("registered", "приостановлено"),
    }
    sync(dump(OURS | {"status": "на рассмотрении"}))
    assert card().state == "same"


def test_only_news_is_kept_and_what_went_is_kept_as_gone():
    """A second equal reading adds nothing; a number that disappeared is absent from then on."""
    rows = [{"number": f"РЗН 2020/{n:05d}"} for n in range(20)]
    sync(dump(OURS, *rows))
    report = sync(dump(OURS, *rows), now=NOW + timedelta(days=1))
    assert (report.changed, MirrorEntry.objects.count()) == (0, 21)
    assert sync(dump(*rows), now=NOW + timedelta(days=2)).changed == 1
    assert card().state == "absent"
    assert sync(dump(OURS, *rows), now=NOW + timedelta(days=3)).changed == 1
    assert card().state == "same"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "mirror.file"),
        (b"{", "mirror.file"),
        (b'{"v": 2, "entries": []}', "mirror.file"),
        (b'{"v": 1, "entries": [], "count": "x"}', "mirror.file"),
        (dump(), "mirror.file"),
        (b"\xff\xfe\x00", "mirror.file"),
        (b"name\nx\n", "mirror.file"),
        (dump(OURS, {"name": "x"}), "mirror.rows"),
        (dump(OURS, OURS | {"number": "РЗН2025/90901"}), "mirror.rows"),
        (b"number,name\n1,a\n2\n", "mirror.rows"),
        (dump(OURS, count=2), "mirror.count"),
        (dump({"number": "1"}), "mirror.shrunk"),
    ],
)
def test_a_bad_reading_is_recorded_and_changes_nothing(content, code):
    """The last good one still stands, and the card says since when nothing could be checked."""
    sync(dump(OURS, OTHER))
    for hours in (1, 2):
        with pytest.raises(Refusal) as refused:
            sync(content, now=NOW + timedelta(hours=hours))
        assert refused.value.code == code
    told = card()
    assert (told.state, told.reading.read_at) == ("same", NOW)
    assert told.reading.failing_since == NOW + timedelta(hours=1)
    assert code in told.reading.why
    assert MirrorEntry.objects.count() == 2
    assert [sync.outcome for sync in MirrorSync.objects.all()] == ["failed", "failed", "read"]
    assert len(audit.entries(verb="register.mirror.fail")) == 2


def test_a_good_reading_ends_the_failing():
    """And a failed first one leaves the card unchecked, not absent."""
    with pytest.raises(Refusal):
        sync(b"")
    assert (card().state, card().reading.failing_since) == ("never", NOW)
    sync(dump(OURS), now=NOW + timedelta(hours=1))
    assert (card().state, card().reading.failing_since) == ("same", None)


@pytest.mark.parametrize("sign", [",", ";"])
def test_a_table_is_read_as_well(sign, tmp_path):
    """With either separator, a byte order mark, and cells that are empty."""
    head = ["number", "name", "registered_on", "unheard"]
    lines = [head, ["P3H 2025/90901", '"Лучик ""Лёгкие-КТ"""', "2025-03-03", "x"], ["ФСЗ 2010/1", "", "", ""]]
    path = tmp_path / "dump.csv"
    path.write_text("\ufeff" + "\r\n".join(sign.join(line) for line in lines), "utf-8")
    assert sync(path).same == 1


def test_an_entry_with_a_draft_number_is_not_looked_for():
    """It cannot be there under a number of ours."""
    enter_number("ai-902", "ПРОЕКТ 2026-000009", by=CONSOLE, now=NOW)
    assert sync(dump(OURS)).missing_there == 0
    assert card("ai-902").state == "no_number"


def test_only_the_registrar_and_the_head_read_it_in():
    """As any change of the register."""
    with pytest.raises(Refusal, match=r"people\.registrar-only"):
        sync(dump(OURS), by=Person("i", "I", Role.INSPECTOR))
    assert not MirrorSync.objects.exists()
