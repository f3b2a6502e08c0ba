# SPDX-License-Identifier: Apache-2.0
"""The environment is read once, and an unknown or impossible word in it stops the start."""

from __future__ import annotations

import pytest

from nadzor.site.configuration import Configuration, ConfigurationError, read

HOME = {"NADZOR_HOME": "/srv/nadzor"}


def test_defaults():
    """A data directory is enough."""
    assert read({**HOME, "PATH": "/bin", "OTHER_NADZOR_X": "1"}) == Configuration(home="/srv/nadzor")


def test_every_variable_is_read():
    """Lists by comma, numbers and truth as text."""
    told = read(
        {**HOME, "NADZOR_HOSTS": "a.example, b.example,", "NADZOR_PROXY": "true", "NADZOR_SESSION_S": "600"}
    )
    assert (told.hosts, told.proxy, told.session_s) == (("a.example", "b.example"), True, 600)


def test_an_unknown_variable_is_refused():
    """A misspelt limit would otherwise be no limit."""
    with pytest.raises(ConfigurationError, match=r"unknown NADZOR_SESION_S; known: .*NADZOR_SESSION_S"):
        read({**HOME, "NADZOR_SESION_S": "600"})


def test_a_directory_must_be_named():
    """There is no default place for evidence."""
    with pytest.raises(ConfigurationError, match="NADZOR_HOME is not set"):
        read({})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SESSION_S", "10"),
        ("SESSION_S", "week"),
        ("LOCKOUT_FAILURES", "100"),
        ("PROXY", "perhaps"),
        ("ENROL_PER_MINUTE", "0"),
        ("HOME", ""),
    ],
)
def test_bounds_are_kept(name, text):
    """And the message names the field."""
    with pytest.raises(ConfigurationError, match=name.lower()):
        read({**HOME, f"NADZOR_{name}": text})
