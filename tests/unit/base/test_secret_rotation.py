# SPDX-License-Identifier: Apache-2.0
"""The secret of sessions is changed in whole steps: killed anywhere, everything still opens."""

from __future__ import annotations

import pytest

from nadzor.base import secret_rotation
from nadzor.base.home import FACTORS
from nadzor.base.problems import Refusal
from nadzor.base.secret_rotation import finish, rotate


@pytest.fixture
def older(home):
    """A house of an earlier release: its factors hang on the secret of sessions."""
    (home.keys / f"{FACTORS}.key").unlink()
    return home


def test_the_former_secret_is_heeded_until_it_is_taken_away(home):
    """A fresh secret signs, the former one is kept; afterwards there is one again."""
    former, seed = home.secret("secret"), home.factor_seed()
    rotate(home)
    assert home.secret("secret") != former and home.former_secrets() == (former,)
    assert (home.keys / "secret-former.key").stat().st_mode & 0o777 == 0o600
    finish(home)
    assert home.former_secrets() == () and home.factor_seed() == seed != former


def test_second_factors_of_an_older_house_stay_under_what_they_were_made_with(older):
    """Also over a second rotation: recovery codes are hashes and cannot be sealed anew."""
    seed = older.factor_seed()
    assert seed == older.secret("secret")
    for _time in range(2):
        rotate(older)
        finish(older)
    assert older.factor_seed() == seed != older.secret("secret")


@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_rotation_killed_at_any_step_goes_on(older, monkeypatch, step):
    """What signed before is heeded all the time, and the next run ends with a fresh secret."""
    former, write, done = older.secret("secret"), secret_rotation.write_atomic, []

    def until(*words, **more):
        if len(done) == step:
            raise KeyboardInterrupt
        done.append(write(*words, **more))

    monkeypatch.setattr(secret_rotation, "write_atomic", until)
    with pytest.raises(KeyboardInterrupt):
        rotate(older)
    assert (older.secret("secret"), older.former_secrets(), older.factor_seed()) == (former, (), former)
    monkeypatch.setattr(secret_rotation, "write_atomic", write)
    rotate(older)
    assert older.former_secrets() == (former,) and older.factor_seed() == former


def test_no_former_secret_is_lost_by_haste(home):
    """A second rotation waits for the end of the first, and nothing is finished twice."""
    rotate(home)
    kept = home.secret("secret"), home.former_secrets()
    with pytest.raises(Refusal, match=r"home\.secret-rotating"):
        rotate(home)
    assert (home.secret("secret"), home.former_secrets()) == kept
    finish(home)
    with pytest.raises(Refusal, match=r"home\.secret-not-rotated"):
        finish(home)
