# SPDX-License-Identifier: Apache-2.0
"""What changes the register or closes a matter is confirmed; nothing typed is lost on the way."""

from __future__ import annotations

from tests.portal.maker_deeds import draft, filed, move, text


def test_a_move_that_closes_a_matter_is_confirmed_first(client_of):
    """`move.unconfirmed`: the draft is not withdrawn until the box is marked, as the form says."""
    maker = client_of("manufacturer_admin", "en")
    number = draft(maker, "Без подтверждения")
    answer = move(maker, number, "withdraw", confirm="")
    page = text(answer)
    assert answer.status_code == 422
    assert 'href="#withdraw.confirm-1"' in page and 'id="withdraw.confirm-error"' in page
    assert "What you can do" in text(maker.get(f"/filings/{number}/"))
    assert move(maker, number, "withdraw").status_code == 302


def test_missing_grounds_are_said_before_a_missing_confirmation(client_of):
    """One thing at a time: without grounds the box is not asked about; what was typed comes back."""
    number = filed(client_of("manufacturer_admin"), "Основания важнее")
    registrar = client_of("registrar", "en")
    for verb, facts in (("find_complete", {}), ("start", {}), ("send_task", {"expert": "nik"})):
        assert move(registrar, number, verb, **facts).status_code == 302
    assert move(client_of("expert"), number, "conclude_positive", because="проверено").status_code == 302
    head = client_of("head", "en")
    without = text(move(head, number, "register", because="", confirm=""))
    assert 'href="#register.because"' in without and 'href="#register.confirm-1"' not in without
    unsure = text(move(head, number, "register", because="Всё подтверждено", confirm=""))
    assert 'href="#register.confirm-1"' in unsure and "Всё подтверждено</textarea>" in unsure


def test_a_step_inside_a_matter_needs_no_confirmation(client_of):
    """Only what cannot be taken back by a further step asks twice."""
    number = filed(client_of("manufacturer_admin"), "Обычный шаг")
    assert move(client_of("registrar"), number, "find_complete", confirm="").status_code == 302
