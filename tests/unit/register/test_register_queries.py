# SPDX-License-Identifier: Apache-2.0
"""Questions to the register, and who is shown what."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from nadzor.actions.enrol_installation import enrol_installation
from nadzor.actions.import_register import import_register
from nadzor.actions.issue_token import issue_token
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.register import queries
from nadzor.register.vocabulary import field_text, solution_text
from tests.register_samples import CLINIC_OID, NOW, device, foreign_device, register

pytestmark = pytest.mark.django_db
KEY = "A" * 43 + "="


@pytest.fixture(autouse=True)
def _filled():
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "лёгкие",
        "ЛЕГКИЕ-КТ",
        "легкиект",
        "Lung CT",
        "P3H 2025 / 90901",
        "«лучик» кт",
        "AI-901",
        "90901 luchik",
    ],
)
def test_a_device_is_found_however_it_is_typed(text):
    """Spacing, quotes, keyboard layout, case and language do not matter."""
    assert "ai-901" in [card.code for card in queries.search(text)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("7707083893", ["ai-901"]),
        ("770 708-38 93", ["ai-901"]),
        ("1027700132195", ["ai-901"]),
        ("kexbr", ["ai-901", "ai-902"]),
        ("Дгтп СЕ", ["ai-901", "ai-902"]),
        ("Узеl", []),
    ],
)
def test_numbers_of_makers_and_a_forgotten_layout(text, codes):
    """INN and OGRN however grouped; a text typed on the wrong keyboard; what is nowhere stays nowhere."""
    assert [card.code for card in queries.search(text)] == codes


def test_a_foreign_makers_device_is_found_by_its_representative():
    """By name and INN: the maker has no Russian number of its own."""
    assert [card.code for card in queries.search("7710537160")] == ["ai-902"]
    assert [card.code for card in queries.search("посредник")] == ["ai-902"]


@pytest.mark.parametrize("text", ["сердце", "90903", "%", "ai-901 farlight"])
def test_every_word_must_be_found(text):
    """A word that is nowhere finds nothing; a wildcard is no word."""
    assert [card.code for card in queries.search(text)] == ([] if text != "%" else ["ai-901", "ai-902"])


def test_pages_follow_one_another_without_gap_or_repeat():
    """The cursor is the last code seen."""
    first = queries.search(limit=1)
    second = queries.search(after=first[-1].code, limit=1)
    assert [card.code for card in first + second] == ["ai-901", "ai-902"]
    assert queries.search(after="ai-902") == []


def test_changes_since_a_moment():
    """Only what changed at or after it; a second import of the same file changes nothing."""
    later = NOW + timedelta(days=1)
    import_register(register(device(), foreign_device(transmits=False)), by=CONSOLE, now=later)
    assert [card.code for card in queries.search(changed_since=later)] == ["ai-902"]
    assert len(queries.search(changed_since=NOW)) == 2


def test_a_card_says_what_was_entered():
    """The struct carries the row in both languages, with its maker."""
    card = queries.device("ai-901")
    assert (card.name("ru"), card.name("en")) == ("Лучик «Лёгкие-КТ»", "Luchik Lung CT")
    assert (card.intended_use("ru"), card.intended_use("en")) == ("Поиск узлов.", "Search for nodules.")
    assert (card.maker.code, card.maker.name("en")) == ("luchik", "Luchik LLC")
    assert queries.device("ai-902").maker.represented_by == "posrednik"


def test_an_unknown_device_is_refused():
    """A code nobody registered has a problem of its own."""
    with pytest.raises(Refusal, match=r"register\.device-unknown"):
        queries.device("ai-999")


def test_versions_claims_and_scales():
    """What is declared about a device, and the bins it is counted in."""
    assert [(found.version, found.builds) for found in queries.versions("ai-901")] == [("1.0", ("a" * 64,))]
    (claim,) = queries.claims("ai-901")
    assert (claim.value, claim.lower_bound, claim.threshold) == (Decimal("0.91"), Decimal("0.87"), 5000)
    assert (claim.label("ru"), claim.label("en")) == ("Узел", "Nodule")
    assert len(queries.claims()) == 2
    assert queries.bins() == {(code, "lung_nodule"): (2500, 5000, 7500) for code in ("ai-901", "ai-902")}
    assert [(scale.low, scale.high) for scale in queries.scales("ai-901")] == [(0.0, 1.0)]


def test_a_manufacturer_reads_only_its_own_devices():
    """Operation figures of another maker do not exist for it; oversight reads all, the public none."""
    maker = Person("m", "M", Role.MANUFACTURER_REPORTER, "luchik")
    representative = Person("r", "R", Role.REPRESENTATIVE, "posrednik", frozenset({"farlight"}))
    inspector = Person("i", "I", Role.INSPECTOR)
    assert [card.code for card in queries.readable(maker)] == ["ai-901"]
    assert [card.code for card in queries.readable(representative)] == ["ai-902"]
    assert [card.code for card in queries.readable(inspector)] == ["ai-901", "ai-902"]
    assert queries.readable(None) == []


def test_reading_another_makers_device_is_refused():
    """By its code, too."""
    maker = Person("m", "M", Role.MANUFACTURER_ADMIN, "luchik")
    assert queries.readable_device(maker, "ai-901").code == "ai-901"
    with pytest.raises(Refusal, match=r"people\.not-yours"):
        queries.readable_device(maker, "ai-902")


def test_a_test_bench_is_no_installation_at_work(home):
    """It reports to the sandbox, so neither lists nor counts hold it; the directory has to know it."""
    token = issue_token(home, device="ai-901", clinic_oid=None, by=CONSOLE, now=NOW)
    made = enrol_installation(home, token=token, public_key=KEY, now=NOW)
    assert queries.installations("ai-901") == []
    assert (queries.counts().installations, queries.counts().sites) == (0, 0)
    assert queries.directory_entries()[made.installation].sandbox


def test_installations_and_the_directory(home):
    """An installation is known by its site; the directory names device, findings and keys."""
    token = issue_token(home, device="ai-901", clinic_oid=CLINIC_OID, by=CONSOLE, now=NOW)
    made = enrol_installation(home, token=token, public_key=KEY, now=NOW)
    (card,) = queries.installations("ai-901")
    assert (card.id, card.sandbox, [key.keyid for key in card.keys]) == (
        made.installation,
        False,
        [made.keyid],
    )
    assert queries.installation(made.installation) == card
    assert queries.installation("i-none") is None
    assert queries.installations("ai-902") == []
    entry = queries.directory_entries()[made.installation]
    assert (entry.device, entry.site, entry.findings) == ("ai-901", card.site, ("lung_nodule",))


def test_a_cancelled_device_leaves_the_directory(home):
    """Its installations may not report any more."""
    token = issue_token(home, device="ai-901", clinic_oid=CLINIC_OID, by=CONSOLE, now=NOW)
    enrol_installation(home, token=token, public_key=KEY, now=NOW)
    import_register(register(device(status="cancelled")), by=CONSOLE, now=NOW)
    assert queries.directory_entries() == {}


def test_the_register_in_numbers():
    """Counts for the overview."""
    counts = queries.counts()
    assert (counts.devices, counts.domestic, counts.foreign, counts.makers) == (2, 1, 1, 2)
    assert (counts.versions, counts.claims, counts.installations, counts.sites) == (2, 2, 0, 0)
    assert queries.count_devices() == 2


def test_words_of_the_register():
    """Fields and types of solution have names; a code of another edition stands for itself."""
    assert field_text("radiology").in_language("en") == "Radiology"
    assert solution_text("triage").in_language("ru") == "Сортировка исследований"
    assert field_text("unheard").in_language("ru") == "unheard" == solution_text("unheard").in_language("en")
