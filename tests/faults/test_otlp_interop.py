# SPDX-License-Identifier: Apache-2.0
"""Experiment 15: the real OpenTelemetry SDK and exporter against a real gateway, also through an outage."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from contextlib import closing, contextmanager

import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExportResult
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource

from nadzor.actions.check_journal import check_journal
from nadzor.base import clock
from nadzor.journal.opening import open_reader
from nadzor.journal.verify import verify_journal
from tests.crash.door import Gateway, free_port
from tests.faults.scale import SCALE
from tests.stub_gateway import eventually
from tests.unit.gateway.house import publish
from tests.unit.gateway.otlp_samples import NAME, RESOURCE, STUDY, TOKEN, headers_for, token_entry

EVENTS = 300 * SCALE
QUEUE = 64  # records that the sender's memory holds: an outage must overflow it
DROPPED = "otel.sdk.processor.log.processed"


class Forwarding(Gateway):
    """A gateway whose directory knows a forwarder's token."""

    def start(self):
        """Start, publish the token beside the key, and wait until it counts."""
        super().start()
        publish(self._home, now=clock.now(), serial=2, tokens={NAME: token_entry()})
        assert eventually(self._knows_the_token, within_s=30)

    def _knows_the_token(self):
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)) as link:
            link.request("POST", "/v1/logs", headers=headers_for())
            return link.getresponse().status == 200


class Exporter(OTLPLogExporter):
    """The real exporter, its own verdict on every record counted.

    Why: its metric counts a batch that was answered by an HTTP error among the exported ones.
    """

    verdicts: Counter

    def export(self, batch):
        """Send, and note what the exporter says of it."""
        result = super().export(batch)
        self.verdicts["sent" if result is LogRecordExportResult.SUCCESS else "failed"] += len(batch)
        return result


class Sender:
    """An application instrumented with the OpenTelemetry SDK, nothing of ours in it."""

    def __init__(self, url, *, compression, queue=QUEUE, timeout=2.0):
        self._reader = InMemoryMetricReader()
        self._meters = MeterProvider(metric_readers=[self._reader])
        self._exporter = exporter = Exporter(
            endpoint=f"{url}/v1/logs",
            headers={"authorization": f"Bearer {TOKEN}"},
            timeout=timeout,
            compression=compression,
            meter_provider=self._meters,
        )
        exporter.verdicts = Counter()
        self._provider = LoggerProvider(resource=Resource.create(RESOURCE), meter_provider=self._meters)
        self._provider.add_log_record_processor(
            BatchLogRecordProcessor(
                exporter,
                schedule_delay_millis=50,
                max_export_batch_size=16,
                max_queue_size=queue,
                meter_provider=self._meters,
            )
        )
        self._logger = self._provider.get_logger("reader")
        self.emitted = []

    def study(self, number):
        """Report one study as an event of the OpenTelemetry API."""
        key = f"{number:032x}"
        self._logger.emit(
            event_name="nadzor.study", timestamp=_now(), attributes=STUDY | {"nadzor.study": key}
        )
        self.emitted.append(key)

    def say(self, name, **attributes):
        """Report anything."""
        self._logger.emit(event_name=name, timestamp=_now(), attributes=attributes)

    def finish(self):
        """Send what waits and stop; what the sender itself counts as sent, failed and dropped."""
        self._provider.shutdown()
        counted = self.counted()
        self._meters.shutdown()
        return counted

    def counted(self):
        """The sender's own counters: records sent, given up by the exporter, dropped from a full queue."""
        points = [point for point, name in self._points() if name == DROPPED]
        dropped = sum(point.value for point in points if "error.type" in point.attributes)
        return self._exporter.verdicts + Counter(dropped=dropped)

    def _points(self):
        collected = self._reader.get_metrics_data()
        for resource in collected.resource_metrics if collected else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    yield from ((point, metric.name) for point in metric.data.data_points)


def _now():
    return int(clock.now().timestamp() * 1_000_000_000)


@pytest.fixture(autouse=True)
def _counting(monkeypatch):
    """The SDK counts what it does."""
    monkeypatch.setenv("OTEL_PYTHON_SDK_INTERNAL_METRICS_ENABLED", "true")


@contextmanager
def forwarding(home):
    """A running gateway of this home, at an address of its own."""
    port = free_port()
    gateway = Forwarding(home, port)
    gateway.start()
    try:
        yield gateway, f"http://127.0.0.1:{port}"
    finally:
        gateway.stop()


def stored(home):
    """How often every study is in the journal."""
    with closing(open_reader(home)) as reader:
        lines = [line for batch in reader.batches() for line in batch.body().splitlines()]
    return Counter(said["study"] for said in map(json.loads, lines) if "study" in said)


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip], ids=["plain", "gzip"])
def test_everything_the_real_exporter_sends_is_stored_once(home, compression):
    """Every record of a healthy sender is in the journal, and the journal verifies."""
    with forwarding(home) as (_, url):
        sender = Sender(url, compression=compression, queue=10_000)
        for number in range(EVENTS):
            sender.study(number)
        counted = sender.finish()
    assert (counted["sent"], counted["failed"], counted["dropped"]) == (EVENTS, 0, 0)
    assert stored(home) == Counter(sender.emitted)
    assert verify_journal(home.journal, home.log_vkey) == []


def test_every_rejected_record_is_visible_in_quarantine(home):
    """The exporter takes a partial success for a success; the maker sees what was not counted, and why."""
    with forwarding(home) as (_, url):
        sender = Sender(url, compression=Compression.Gzip, queue=1_000)
        for number in range(20):
            sender.study(number)
            sender.say("exception", **{"exception.message": "secret of the application"})
            sender.say("nadzor.study", **(STUDY | {"nadzor.outcome": "maybe"}))
        counted = sender.finish()
    with closing(open_reader(home)) as reader:
        shown = Counter(row.code for row in reader.quarantined())
        bodies = b"".join(batch.body() for batch in reader.batches())
    assert counted["sent"] == 60
    assert shown == {"event.unknown-kind": 20, "event.malformed": 20}
    assert b"secret" not in bodies and b"maybe" not in bodies
    assert sum(stored(home).values()) == 20


def test_an_outage_loses_exactly_what_the_sender_counts_as_lost(home):
    """Down long enough to overflow the sender's memory: what is missing is what it dropped or gave up."""
    with forwarding(home) as (gateway, url):
        sender = Sender(url, compression=Compression.Gzip)
        _paced(sender, range(EVENTS // 3))
        gateway.stop()
        _paced(sender, range(EVENTS // 3, 2 * EVENTS // 3))
        gateway.start()
        _paced(sender, range(2 * EVENTS // 3, EVENTS))
        counted = sender.finish()
    found = stored(home)
    assert set(found.values()) == {1} and set(found) <= set(sender.emitted)
    lost = EVENTS - len(found)
    assert lost == counted["dropped"] + counted["failed"]
    assert lost > 0
    assert check_journal(home) is None
    assert verify_journal(home.journal, home.log_vkey) == []


def _paced(sender, numbers):
    """Report at an even pace, a hundred a second."""
    pause = threading.Event()
    for number in numbers:
        sender.study(number)
        pause.wait(0.01)
