# SPDX-License-Identifier: Apache-2.0
"""The proof bundle of a case: it holds, and whatever is changed in it is found."""

from __future__ import annotations

import copy
import json

import msgspec
import pytest

from nadzor.actions.import_register import import_register
from nadzor.actions.make_case_bundle import make_case_bundle
from nadzor.actions.seal_audit import seal_audit
from nadzor.base.home import FormerLog, Home
from nadzor.base.problems import Refusal
from nadzor.detect.calc.registry import calculate
from nadzor.people.queries import CONSOLE
from nadzor.receipts.bundle import BundleError
from nadzor.records import audit
from nadzor.records.case_bundle import CaseBundle, seal_case, verify_case
from tests.case_samples import case_on_signal, event, ground, heard
from tests.filing_samples import AUDITOR, CLINIC, HEAD, INSPECTOR, MAKER_ADMIN, RIVAL
from tests.register_samples import NOW, device, register
from tests.unit.cli.console import answer, ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def number(home):
    """A case on a signal and an event, its maker heard."""
    import_register(register(device()), by=CONSOLE, now=NOW)
    case = case_on_signal()
    ground(case, "event", event())
    heard(case)
    return case


def made(home, number, by=INSPECTOR):
    """The file as somebody takes it."""
    return make_case_bundle(home, number, by=by, because="asked by a court", now=NOW)


def checked(home, raw):
    """What a stranger finds in it."""
    return verify_case(raw, home.log.vkey, calculate=calculate)


def test_an_honest_bundle_holds(home, number):
    """Steps, grounds, the pack of the inquiry, its figures, the deeds; what is not in it is said."""
    report = checked(home, made(home, number))
    assert (report.number, report.grounds, report.packs) == (number, 2, 1)
    assert report.steps >= 3 and report.calculations >= 1 and report.deeds >= 4
    assert report.left_out == ("batches of signal 1: journal.missing", "proofs of deeds: audit.unsealed")
    assert audit.entries(object=f"filing {number}", limit=1)[0].verb == "vigilance.case.bundle"


def test_a_restored_house_seals_it_under_the_log_that_it_has_now(home, number):
    """The name in the file is the name in the key that whoever checks has pinned."""
    ended = FormerLog(home.log_vkey, 0, "", NOW)
    again = Home(home.root, msgspec.structs.replace(home.settings, former_logs=(ended,)))
    assert checked(again, made(again, number)).origin == again.log_origin != home.log_origin


def test_deeds_are_proved_to_stand_in_the_sealed_log(home, number):
    """After the seal each deed has its place under a checkpoint; proofs of other deeds are found."""
    seal_audit(home, now=NOW)
    raw = made(home, number)
    report = checked(home, raw)
    assert report.deeds_proved == report.deeds >= 4 and len(report.left_out) == 1
    with pytest.raises(BundleError) as bad:
        checked(home, sealed_anew(home, raw, lambda parts: parts["deeds"].pop()))
    assert bad.value.field == "audit"


@pytest.mark.parametrize("who", [None, RIVAL, CLINIC], ids=["public", "rival", "clinic"])
def test_a_stranger_gets_no_case(home, number, who):
    """For whom there is no case there is no bundle of it."""
    with pytest.raises(Refusal) as refusal:
        made(home, number, by=who)
    assert refusal.value.code == "filing.unknown"


def test_a_maker_reads_no_deeds_of_staff(home, number):
    """Its own bundle names no person of the regulator; the others' do."""
    raw = made(home, number, by=MAKER_ADMIN).decode()
    assert checked(home, raw.encode()).deeds == 0
    for person in (INSPECTOR, HEAD):
        assert f'"by":"{person.username}"' not in json.loads(raw)["parts"]["deeds"]
    assert checked(home, made(home, number, by=AUDITOR)).deeds > 0


def sealed_anew(home, raw, change):
    """The same file after a change, sealed by a house that would lie."""
    bundle = msgspec.json.decode(raw, type=CaseBundle)
    parts = {name: json.loads(text) for name, text in bundle.parts.items()}
    change(parts)
    told = {name: json.dumps(part, ensure_ascii=False) for name, part in parts.items()}
    return seal_case(msgspec.structs.replace(bundle, parts=told, seal=""), home.log.key)


CHANGES = {
    "a step is taken out": lambda parts: parts["case"]["steps"].pop(0),
    "a verb is another": lambda parts: parts["case"]["steps"][0].update(verb="resume_use"),
    "the state is another": lambda parts: parts["case"].update(state="suspended"),
    "a ground says something else": lambda parts: parts["case"]["grounds"][1]["facts"].update(way="sdk"),
    "a pack asks something else": lambda parts: parts["case"]["packs"][0]["body"].update(question="?"),
    "the procedure is unknown": lambda parts: parts["case"].update(procedure="poem"),
    "a deed has another reason": lambda parts: parts["deeds"][0]["link"].update(because="no reason"),
    "a deed is told twice": lambda parts: parts["deeds"].insert(0, copy.deepcopy(parts["deeds"][0])),
    "a deed is no deed": lambda parts: parts["deeds"][0]["link"].pop("seq"),
}


@pytest.mark.parametrize("change", CHANGES, ids=CHANGES.keys())
def test_a_lie_of_the_house_itself_is_found(home, number, change):
    """Even under the right seal: steps are walked, digests and figures are computed again."""
    raw = sealed_anew(home, made(home, number), CHANGES[change])
    with pytest.raises(BundleError) as bad:
        checked(home, raw)
    assert bad.value.field


def test_a_figure_that_does_not_come_back_is_found(home, number):
    """A pack whose own digest was mended still has to be computed again."""
    from nadzor.records.case_bundle import digest_of

    def change(parts):
        pack = parts["case"]["packs"][0]
        pack["body"]["grounds"][0]["reproduced_by"][0]["found"] += 1.0
        pack["digest"] = digest_of(pack["body"])

    with pytest.raises(BundleError) as bad:
        checked(home, sealed_anew(home, made(home, number), change))
    assert bad.value.field == "case.packs"


@pytest.mark.parametrize("rubbish", [b"", b"{}", b"[]", b"{", b"\xff", b'{"v":1}\n', b"[" * 5000])
def test_rubbish_is_no_bundle(home, rubbish):
    """Whatever is given: a reason, never a fault."""
    with pytest.raises(BundleError) as bad:
        checked(home, rubbish)
    assert bad.value.field


def test_another_bytes_or_another_key_break_the_seal(home, number, tmp_path):
    """One letter changed, and the key of another house."""
    raw = made(home, number)
    with pytest.raises(BundleError) as bad:
        checked(home, raw.replace(number.encode(), b"2026-999999"))
    assert bad.value.field == "seal"
    from nadzor.base.home import Home

    with pytest.raises(BundleError) as other:
        verify_case(raw, Home.create(tmp_path / "other").log.vkey, calculate=calculate)
    assert other.value.field == "seal"


def test_the_command_writes_and_another_checks(home, number, tmp_path):
    """`nadzor case bundle`, then `nadzor verify case`: 0 for what holds, 1 for what does not."""
    out = tmp_path / "case.json"
    told = answer(home, "case", "bundle", number, "--out", str(out), "--because", "for a court")
    assert told["bytes"] == out.stat().st_size and "verify case" in told["check"]
    good = ask(home, "verify", "case", str(out), "--key", home.log.vkey, "--json")
    assert good.exit_code == 0 and json.loads(good.stdout)["number"] == number
    out.write_bytes(out.read_bytes().replace(b"analysing", b"analysinG"))
    assert ask(home, "verify", "case", str(out), "--key", home.log.vkey, "--json").exit_code == 1
