# SPDX-License-Identifier: Apache-2.0
"""The sealing key is changed; pseudonyms stay, and nothing is lost wherever the change is cut short."""

from __future__ import annotations

import base64

import pytest

from nadzor.actions.join_identifiers import sealed_path
from nadzor.actions.redact_answer import open_answer
from nadzor.actions.redact_narrative import open_narrative
from nadzor.actions.rotate_vault import check_vault, finish_rotation, rotate_vault
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE
from nadzor.records import audit, vault, vault_keys
from nadzor.records.models import VaultEntry
from nadzor.vigilance import held_answers, narratives
from nadzor.vigilance.models import Narrative, SiteLetter
from tests.held_texts import ANSWER, NARRATIVE, TELEPHONE, as_held, hold
from tests.openings import CLINIC, HEAD, OTHER, sites
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
ABOUT = "k-1 2026-10"
PAPER = b'{"oid":"1.2.643.5.1.13.13.12.2.77.1"}'


@pytest.fixture
def furnished(home):
    """Two entries, a paper, a held narrative and a held answer under the first key."""
    found = sites(home)
    hold(home)
    path = sealed_path(home, Month(2026, 10), "k-1")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(vault.seal_paper(PAPER, about=ABOUT, home=home))
    return home, found, path


def rotated(home):
    """Rotated once."""
    return rotate_vault(home, by=CONSOLE, now=NOW)


def intact(home, found, path):
    """Whether everything opens to what it was."""
    clinics = [vault.unseal(site, home=home) for site in found]
    paper = vault.open_paper(path.read_bytes(), about=ABOUT, home=home)
    return clinics == [CLINIC, OTHER] and paper == PAPER and as_held(home) == (NARRATIVE, ANSWER)


def test_everything_lies_under_the_new_key_and_pseudonyms_stay(furnished):
    """Entries, paper, narrative and answer are sealed anew; sites of clinics and marks are what they were."""
    home, found, path = furnished
    mark, before = vault.mark_of(PAPER, home=home), path.read_bytes()
    done = rotated(home)
    assert (done.version, done.changed, done.newest, done.damaged) == (1, 5, 5, ())
    assert (done.entries, done.papers, done.narratives, done.answers) == (2, 1, 1, 1)
    assert intact(home, found, path) and path.read_bytes() != before
    assert (vault.pseudonym(CLINIC.oid, home=home), vault.mark_of(PAPER, home=home)) == (found[0], mark)
    (deed,) = audit.entries(verb="vault.paper.reseal")
    assert deed.facts["former"] != deed.facts["sha256"]


@pytest.mark.parametrize("step", range(7))
def test_cut_short_it_goes_on(furnished, monkeypatch, step):
    """Whatever was done, all opens meanwhile; the next run makes no further key and finishes."""
    home, found, path = furnished
    steps = iter(range(9))

    def dying(deed):
        def done(*args, **more):
            if next(steps) == step:
                raise SystemExit
            return deed(*args, **more)

        return done

    with monkeypatch.context() as patch:
        patch.setattr(vault, "reseal", dying(vault.reseal))
        patch.setattr(vault, "seal_paper", dying(vault.seal_paper))
        patch.setattr(
            "nadzor.actions.rotate_vault.write_atomic", dying(lambda *a, **k: path.write_bytes(a[1]))
        )
        patch.setattr(narratives, "reseal", dying(narratives.reseal))
        patch.setattr(held_answers, "reseal", dying(held_answers.reseal))
        if step < 6:
            with pytest.raises(SystemExit):
                rotated(home)
    assert intact(home, found, path)
    assert (rotated(home).version, intact(home, found, path)) == (1, True)
    assert check_vault(home, now=NOW).is_whole


def test_what_is_damaged_is_named_and_the_others_go_on(furnished):
    """Its name is told, nothing of it; the former key stays as long as one seal is not under the new one."""
    home, found, path = furnished
    VaultEntry.objects.filter(site=found[0]).update(sealed=b"x" * 50)
    done = rotated(home)
    assert (done.damaged, done.newest, done.is_whole) == ((found[0],), 4, False)
    assert vault.unseal(found[1], home=home) == OTHER
    with pytest.raises(Refusal, match=r"vault\.not-rotated"):
        finish_rotation(home, by=CONSOLE, now=NOW)


def test_the_former_key_goes_when_all_is_done(furnished):
    """The second key's file is destroyed after the third; what was held opens still, and can be redacted."""
    home, found, path = furnished
    rotated(home)
    rotated(home)
    assert vault_keys.versions(home) == (2, 1, 0)
    assert finish_rotation(home, by=CONSOLE, now=NOW).destroyed == (1,)
    assert (vault_keys.versions(home), intact(home, found, path)) == ((2, 0), True)
    document, letter = Narrative.objects.get().document_id, SiteLetter.objects.get().number
    assert open_narrative(home, document, by=HEAD, now=NOW) == NARRATIVE
    assert open_answer(home, letter, by=HEAD, now=NOW) == ANSWER


@pytest.mark.parametrize("room", [narratives, held_answers], ids=["narrative", "answer"])
def test_cut_short_both_keys_are_needed_and_none_may_go(furnished, monkeypatch, room):
    """Dead at a held text, seals lie under either key: the former stays until all lie under the newest."""
    home, found, path = furnished
    rotated(home)

    def dying(*_args):
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(room, "reseal", dying)
        rotated(home)
    versions = {vault.version_of(site, home=home) for site in found}
    held = narratives.version_of(home, Narrative.objects.get().document_id), held_answers.version_of(
        home, SiteLetter.objects.get().number
    )  # fmt: skip
    assert (versions, held) == ({2}, (1, 1) if room is narratives else (2, 1)) and intact(home, found, path)
    with pytest.raises(Refusal, match=r"vault\.not-rotated"):
        finish_rotation(home, by=CONSOLE, now=NOW)
    assert rotated(home).version == 2
    assert finish_rotation(home, by=CONSOLE, now=NOW).destroyed == (1,) and intact(home, found, path)


def test_a_key_file_that_is_spoilt_is_said(furnished):
    """Nothing is opened with rubbish, and no further key is made over it."""
    home, *_ = furnished
    rotated(home)
    (home.keys / "vault-seal-0001.key").write_text("rubbish")
    with pytest.raises(Refusal, match=r"home\.damaged"):
        rotated(home)
    assert vault_keys.versions(home) == (1, 0)


def test_outside_the_keys_neither_key_nor_clinic(furnished):
    """No file of the house but those in keys/ holds a key in any writing, or what is sealed."""
    home, found, path = furnished
    rotated(home)
    keys = [home.secret("vault"), base64.b64decode((home.keys / "vault-seal-0001.key").read_bytes())]
    written = [form for key in keys for form in (key, key.hex().encode(), base64.b64encode(key))]
    clear = [
        word.encode() for one in (CLINIC, OTHER) for word in (one.oid, one.inn, one.name_ru, one.name_en)
    ] + [TELEPHONE.encode()]
    files = [each for each in home.root.rglob("*") if each.is_file() and home.keys not in each.parents]
    tables = (VaultEntry, Narrative, SiteLetter)
    rows = repr([list(table.objects.values()) for table in tables]).encode()
    held = b"".join(each.read_bytes() for each in files) + rows
    assert files and not any(secret in held for secret in [*written, *clear])
    assert {each.stat().st_mode & 0o077 for each in home.keys.glob("vault*.key")} == {0}
