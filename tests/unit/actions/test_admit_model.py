# SPDX-License-Identifier: Apache-2.0
"""A model of a directory of reads becomes a registered device with one connected installation."""

from __future__ import annotations

import re

import pytest

from nadzor.actions.admit_model import admit_model, device_code
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.register import queries as register
from nadzor.simulate.read_directory import ModelReads

GATEWAY = "http://127.0.0.1:1"
NARROW = ModelReads(
    "Dr_Net",
    ("Atelectasis", "Edema"),
    {"s1": {"Atelectasis": 0.5004, "Edema": 0.1}, "s2": {"Atelectasis": 0.5041, "Edema": 0.9}},
    {},
)


@pytest.mark.django_db(transaction=True)
def test_a_model_is_registered_with_claims_and_its_own_scale(home: Home) -> None:
    """The device's name contains the model's; a narrow score gets a scale of its own, a wide one does not."""
    admit_model(home, NARROW, gateway=GATEWAY, now=clock.now())
    card = register.device(device_code("Dr_Net"))
    assert "Dr_Net" in card.name_en
    assert len(register.claims(card.code)) == 6
    assert {scale.finding: (scale.low, scale.high) for scale in register.scales(card.code)} == {
        "atelectasis": (0.5, 0.505),
        "edema": (0.0, 1.0),
    }


@pytest.mark.django_db(transaction=True)
def test_admitting_twice_keeps_installation_key_and_salt(home: Home) -> None:
    """A second replay speaks as the same installation, with the same study keys."""
    first = admit_model(home, NARROW, gateway=GATEWAY, now=clock.now())
    second = admit_model(home, NARROW, gateway="http://127.0.0.1:2", now=clock.now())
    assert first.plan == second.plan
    assert first.credential.private == second.credential.private
    assert second.credential.gateway == "http://127.0.0.1:2"
    assert len(register.installations(device_code("Dr_Net"))) == 1


@pytest.mark.django_db(transaction=True)
def test_two_models_get_two_numbers(home: Home) -> None:
    """Registration numbers are unique however many models are admitted."""
    for name in ("a", "b", "c"):
        admit_model(
            home, ModelReads(name, ("Edema",), {"s": {"Edema": 0.5}}, {}), gateway=GATEWAY, now=clock.now()
        )
    numbers = {register.device(device_code(name)).number for name in ("a", "b", "c")}
    assert len(numbers) == 3


def test_names_that_differ_are_different_devices() -> None:
    """Case, underscores and other alphabets are not lost: each name has a code of its own."""
    names = ("dr-net", "Dr-Net", "dr_net", "Мой ИИ", "Твой ИИ", "a" * 60, "a" * 61)
    codes = {device_code(name) for name in names}
    assert len(codes) == len(names)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{1,39}", code) for code in codes)
