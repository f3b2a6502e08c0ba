# SPDX-License-Identifier: Apache-2.0
"""Devices of the nation from the register file."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from nadzor.detect.stats.auc import auc_of_cases
from nadzor.simulate.conclusions import scores
from nadzor.simulate.devices import DeclaredClaim, DeclaredDevice, DeclaredVersion, device_of, devices_of


def test_the_register_of_the_house_makes_a_nation():
    """Every transmitting device has findings with thresholds and versions with builds."""
    found = devices_of(files("nadzor.simulate").joinpath("register.json").read_bytes(), volume_scale=0.5)
    assert len(found) > 30
    assert all(device.findings and device.versions and device.volume > 0 for device in found)
    assert all(len(version.build) == 64 for device in found for version in device.versions)


@pytest.mark.parametrize("auc", [0.90, 0.985])
def test_devices_are_as_good_as_declared(auc):
    """Scores of a device meet its sensitivity, specificity and area, whichever asks for most."""
    declared = DeclaredDevice(
        "d-0", "DX", [DeclaredVersion("1.0", "2031-01-01", ["a" * 64])],
        [
            DeclaredClaim("nodule", "sensitivity", 0.88, 0.84, 4200),
            DeclaredClaim("nodule", "specificity", 0.90, 0.86, 4200),
            DeclaredClaim("nodule", "auc", auc, auc - 0.02),
        ],
    )  # fmt: skip
    finding = device_of(declared).findings[0]
    rng = np.random.default_rng(1)
    present = rng.random((40_000, 1)) < 0.4
    drawn = scores([finding], present, rng.standard_normal(present.shape), drops=[0.0])
    positive = drawn >= finding.threshold
    assert positive[present].mean() >= 0.88 - 0.01
    assert (~positive)[~present].mean() == pytest.approx(0.90, abs=0.01)
    assert auc_of_cases(drawn[:, 0], present[:, 0]).auc >= auc - 0.004
