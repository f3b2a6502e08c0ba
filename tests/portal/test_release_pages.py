# SPDX-License-Identifier: Apache-2.0
"""Public tables on their way out: built, attacked, published once, by those who may; what the pages say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from msgspec.structs import replace

from nadzor.actions.build_release import Wanted, build_release
from nadzor.actions.check_release import check_file, check_release, check_table
from nadzor.actions.publish_release import publish_due, publish_release
from nadzor.base.problems import Refusal
from nadzor.disclosure.guard import Hidden, Shown
from nadzor.disclosure.tables import Cell, canonical
from nadzor.people.queries import CONSOLE
from nadzor.records import audit, notices
from nadzor.records.models import Release
from nadzor.records.releases import kept_table, place, public_table, published, release
from nadzor.telemetry.store import Rollups


@pytest.fixture
def month(house):
    """A month of the town that is over, and a moment long after it."""
    days = [day for day, _ in Rollups.open(house).daily("studies", by=())]
    return f"{days[0]:%Y-%m}", datetime(days[-1].year + 1, 1, 15, 9, tzinfo=UTC)


@pytest.fixture
def built(house, month):
    """The use of that month, built and attacked."""
    name, now = month
    return build_release(house, Wanted("use-month", name), by=CONSOLE, now=now)


def _refused(code, deed):
    with pytest.raises(Refusal) as refused:
        deed()
    assert refused.value.code == code
    return refused.value


def test_a_table_is_built_attacked_and_published_once(house, month, built):
    """Building publishes nothing; publishing is for good, on record, and the bytes are those hashed."""
    name, now = month
    assert built.is_safe
    assert published() == []
    done = publish_release(house, Wanted("use-month", name), by=CONSOLE, now=now)
    assert done.published_at == now
    table = public_table(house, "use-month", name)
    assert canonical(table) == place(house, done.sha256).read_bytes()
    assert audit.entries(verb="records.release.publish")[0].facts["sha256"] == done.sha256
    _refused(
        "release.published", lambda: publish_release(house, Wanted("use-month", name), by=CONSOLE, now=now)
    )
    _refused(
        "release.published", lambda: build_release(house, Wanted("use-month", name), by=CONSOLE, now=now)
    )


def test_what_is_asked_wrongly_is_refused(house, month, tmp_path):
    """An unknown series, a period of another kind, one not over, one never built, and what is no table."""
    name, now = month
    soon = datetime(int(name[:4]), int(name[5:]), 28, tzinfo=UTC)
    wrong = {
        "release.series-unknown": (Wanted("weather", name), now),
        "release.period": (Wanted("use-quarter", name), now),
        "release.too-early": (Wanted("use-month", name), soon),
    }
    for code, (wanted, at) in wrong.items():
        _refused(code, lambda wanted=wanted, at=at: build_release(house, wanted, by=CONSOLE, now=at))
    _refused("release.unknown", lambda: check_release(house, "use-month", name, now=now))
    _refused("release.unknown", lambda: public_table(house, "use-month", name))
    (tmp_path / "t.json").write_text('{"series": 1}')
    _refused("release.file", lambda: check_file(house, tmp_path / "t.json", now=now))


def test_an_unsafe_table_leaves_by_no_door(house, month, built, tmp_path):
    """A table that tells what the guard hid fails the check, in a file and built; nobody can publish it."""
    name, now = month
    table = kept_table(house, built.sha256)
    told = [
        replace(cell, figure=Shown(_truth(house, name, cell.row[0])))
        if cell.measure == "studies" and isinstance(cell.figure, Hidden) else cell
        for cell in table.cells
    ]  # fmt: skip
    open_table = replace(table, cells=tuple(told))
    (tmp_path / "t.json").write_bytes(canonical(open_table))
    assert not check_file(house, tmp_path / "t.json", now=now).is_safe
    report = check_table(house, open_table, now=now)
    assert report.close > 0
    Release.objects.filter(pk=built.id).update(is_safe=False)
    refusal = _refused(
        "release.unsafe", lambda: publish_release(house, Wanted("use-month", name), by=CONSOLE, now=now)
    )
    assert "close" in refusal.facts
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.filter(pk=built.id).update(published_at=now)


def test_a_changed_file_is_not_what_was_published(house, built):
    """A table whose bytes were touched is refused as damaged."""
    assert kept_table(house, built.sha256).series == "use-month"
    place(house, built.sha256).write_bytes(b"{}")
    refusal = _refused("release.damaged", lambda: kept_table(house, built.sha256))
    assert refusal.code == "release.damaged" and published("use-month") == []


def test_the_monthly_job_publishes_what_fell_due(house, month):
    """Once: the second run finds nothing to do; the nation comes before its parts."""
    _, now = month
    first = publish_due(house, now=now, back=3)
    assert all(card.is_safe for card in first)
    assert publish_due(house, now=now, back=3) == []


def test_a_failed_release_is_told_to_the_head(house, month, monkeypatch):
    """The head reads how many places would reveal an organisation."""
    name, now = month
    real = check_table
    spoilt = lambda *given, **more: replace(real(*given, **more), close=3)  # noqa: E731
    monkeypatch.setattr("nadzor.actions.build_release.check_table", spoilt)
    card = build_release(house, Wanted("use-month", name), by=CONSOLE, now=now)
    assert not card.is_safe
    told = [one.text.en for one in notices.of("head", None) if one.subject.startswith("release ")]
    assert any("3 places" in text for text in told)


def test_the_pages_tell_the_attack_and_publish(house, client_of, month, built):
    """Head, registrar and auditor read; the head alone finds the button; nobody else enters."""
    name, _ = month
    where = f"/releases/use-month/{name}/"
    assert client_of("inspector").get("/releases/").status_code in (403, 404)
    assert "button" in client_of("head").get(where).content.decode()
    auditor = client_of("auditor").get(where).content.decode()
    assert "publish/" not in auditor
    assert "Противники записали" in auditor
    assert client_of("head").post(f"{where}publish/").status_code == 302
    assert release("use-month", name).published_at is not None
    assert client_of("head").post(f"{where}publish/").status_code == 409
    again = {"series": "use-month", "period": name}
    assert client_of("registrar").post("/releases/build/", again).status_code == 409


def test_hidden_is_never_a_number_on_the_page(house, client_of, month, built):
    """Each hidden figure says so in words, beside those that are told."""
    name, _ = month
    page = client_of("head", "en").get(f"/releases/use-month/{name}/").content.decode()
    table = kept_table(house, built.sha256)
    hidden = [cell for cell in table.cells if isinstance(cell.figure, Hidden)]
    assert hidden
    assert page.count("hidden: ") == len(hidden)


def test_figures_have_five_faces():
    """Zero, a band, hidden, not collected and not yet complete are told in five different ways."""
    from nadzor.disclosure.tables import Band, NotCollected, NotYet, said

    faces = [Shown(0), Band(0, 4), Hidden("organisations", 5), NotCollected(), NotYet()]
    for language in ("ru", "en"):
        words = [said(one, language) for one in faces]
        assert len(set(words)) == len(faces)
        assert [word for word in words if word == "0"] == ["0"]


def _truth(house, month, device):
    from nadzor.base.interval import Month

    days = Month.parse(month).days
    return Rollups.open(house).total("studies", device=device, since=days.start, until=days.stop)


def test_a_cell_names_its_row():
    """A cell is found by its row and measure."""
    assert Cell(("all",), "studies", Shown(1)).row == ("all",)
