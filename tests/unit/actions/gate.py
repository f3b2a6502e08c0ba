# SPDX-License-Identifier: Apache-2.0
"""A gateway of a home in a thread of this process, and a small directory of reads."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

import uvicorn
from structlog.testing import capture_logs

from nadzor.actions.publish_directory import publish_directory
from nadzor.base import clock
from nadzor.gateway.app import create_app
from nadzor.site.processes import free_address

STUDIES = ("s1", "s2", "s3", "s4", "s5", "s6")


@contextmanager
def gate(home, address=None):
    """A gateway that answers at the address it gives, with a fresh key directory."""
    publish_directory(home, now=clock.now())
    address = address or free_address()
    port = int(address.rpartition(":")[2])
    app = create_app(home, public_url=address)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    with capture_logs():  # what it says belongs to no command's output
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        try:
            yield address
        finally:
            server.should_exit = True
            thread.join()


def write_small_reads(directory, *, model="tiny", studies=STUDIES, decisions=True, readers=("a", "b")):
    """One model, two findings, as many studies as named; the figures are easy to check by hand."""
    directory.mkdir(parents=True, exist_ok=True)
    head = "Study,Edema,Fracture"
    scores = [f"{name},0.{number % 9 + 1},0.{9 - number % 9}" for number, name in enumerate(studies)]
    said = [f"{name},{number % 2},{(number + 1) % 2}" for number, name in enumerate(studies)]
    true = [f"{name},{int(number % 3 == 0)},{int(number % 4 == 0)}" for number, name in enumerate(studies)]
    write(directory / f"model_{model}_scores.csv", head, *scores)
    if decisions:
        write(directory / f"model_{model}_decisions.csv", head, *said)
    for reader in readers:
        write(directory / f"radiologist_{reader}.csv", head, *true)
    write(directory / "reference_standard.csv", head, *true)
    return directory


def write(path, *lines):
    """A text file of these lines."""
    path.write_text("\n".join(lines) + "\n", "utf-8")
