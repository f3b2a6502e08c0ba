# SPDX-License-Identifier: Apache-2.0
"""Programs that report as real hosts do; run as `python -m tests.faults.hosts HOW CREDENTIAL SPOOL COUNT`.

Each prints the id of every event whose call returned, one a line.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading

WORKERS, THREADS = 4, 64
EVENT = {"study": "5" * 32, "version": "1.0", "build": "b" * 64, "outcome": "processed", "modality": "DX"}


def client_of(credential, spool):
    """A client that seals small batches soon."""
    from nadzor_sdk import Client

    return Client(credential, spool=spool, seal_events=20, flush_every_s=0.02, heartbeat_every_s=None)


def report(client, count):
    """Report so many studies and say their ids in one write a piece."""
    for _ in range(count):
        os.write(1, client.study(**EVENT).encode() + b"\n")


def forked(credential, spool, count):
    """A server that loads before it forks; half of its workers leave as soon as they may, half politely."""
    client = client_of(credential, spool)
    report(client, count)
    for number in range(WORKERS):
        if os.fork() == 0:
            report(client, count)
            if number % 2:
                os._exit(0)
            sys.exit(0)
    report(client, count)
    for _ in range(WORKERS):
        os.wait()


def fork(credential, spool, count):
    """multiprocessing, forked, with the client made before."""
    client = client_of(credential, spool)
    _pool("fork", report, (client, count))
    report(client, count)


def spawn(credential, spool, count):
    """multiprocessing, spawned, each with a client of its own on the same spool."""
    _pool("spawn", _spawned, (credential, spool, count))


def threads(credential, spool, count):
    """Many threads on one client."""
    client = client_of(credential, spool)
    turns = [threading.Thread(target=report, args=(client, count)) for _ in range(THREADS)]
    for turn in turns:
        turn.start()
    for turn in turns:
        turn.join()


def gevent(credential, spool, count):
    """Everything patched before anything is imported, and greenlets that share one client."""
    from gevent import monkey

    monkey.patch_all()
    import gevent

    client = client_of(credential, spool)
    gevent.joinall([gevent.spawn(_slowly, client, count) for _ in range(WORKERS)], raise_error=True)
    client.flush(3)


def _slowly(client, count):
    import gevent

    for _ in range(count):
        report(client, 1)
        gevent.sleep(0)


def _spawned(credential, spool, count):
    with client_of(credential, spool) as client:
        report(client, count)


def _pool(way, target, arguments):
    context = multiprocessing.get_context(way)
    workers = [context.Process(target=target, args=arguments) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0


HOSTS = {how.__name__: how for how in (forked, fork, spawn, threads, gevent)}

if __name__ == "__main__":
    HOSTS[sys.argv[1]](sys.argv[2], sys.argv[3], int(sys.argv[4]))
