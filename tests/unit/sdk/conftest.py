# SPDX-License-Identifier: Apache-2.0
"""A stub gateway and clients that forget nothing and wait for little."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from nadzor_sdk import Client
from tests.stub_gateway import StubGateway


@pytest.fixture
def gateway() -> Iterator[StubGateway]:
    """A gateway of its own for each test."""
    with StubGateway() as stub:
        yield stub


@pytest.fixture
def connect(gateway: StubGateway, tmp_path, monkeypatch) -> Iterator[Callable[..., Client]]:
    """Makes clients of the gateway that retry within hundredths of a second; closes them all."""
    monkeypatch.setattr("nadzor_sdk.delivery.FIRST_WAIT_S", 0.01)
    monkeypatch.setattr("nadzor_sdk.delivery.LONGEST_WAIT_S", 0.05)
    monkeypatch.setattr("nadzor_sdk.sender.HOLD_S", 0.05)
    made: list[Client] = []

    def make(**options) -> Client:
        credential = options.pop("credential", gateway.credential)
        options = {"spool": tmp_path / "spool", "flush_every_s": 0.02, "heartbeat_every_s": None} | options
        made.append(Client(credential, **options))
        return made[-1]

    yield make
    for client in made:
        client.close(timeout=0.2)
