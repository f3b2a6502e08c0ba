# SPDX-License-Identifier: Apache-2.0
"""Applications behind real addresses, in threads of this process."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

import uvicorn

from nadzor.cli.witness_door import create_witness_app
from nadzor.gateway.app import create_app
from nadzor.site.processes import free_address


@contextmanager
def at_address(app, address=None):
    """An application that answers at the address it gives."""
    address = address or free_address()
    port = int(address.rpartition(":")[2])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def public_log(home, address=None):
    """The public log of a home behind its real gateway; gives the address that /checkpoint stands under."""
    with at_address(create_app(home), address) as found:
        yield f"{found}/log"


@contextmanager
def witness_at(desk, *vkeys, address=None):
    """A witness of these logs."""
    logs = {vkey.partition("+")[0]: vkey for vkey in vkeys}
    with at_address(create_witness_app(desk, logs), address) as found:
        yield found
