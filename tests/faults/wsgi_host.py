# SPDX-License-Identifier: Apache-2.0
"""A WSGI application whose client is made on loading: with --preload, before the workers are forked."""

from __future__ import annotations

import os

from tests.faults.hosts import EVENT, client_of

client = client_of(os.environ["FAULTS_CREDENTIAL"], os.environ["FAULTS_SPOOL"])


def application(environ, start_response):
    """Report one study for each request; its id is the answer."""
    event_id = client.study(**EVENT)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Nadzor-Worker", str(os.getpid()))])
    return [event_id.encode()]
