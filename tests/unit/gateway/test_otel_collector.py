# SPDX-License-Identifier: Apache-2.0
"""The Collector's configuration we ship keeps its promises and uses only documented keys."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from nadzor_wire.limits import EVENTS_MAX

ROOT = Path(__file__).resolve().parents[3]
FILE = ROOT / "docs" / "operations" / "otel-collector.yaml"

# The keys that the documentation of each component names, as far as a hospital may need them.
KNOWN = {
    "extensions.file_storage": {"directory", "create_directory", "fsync", "timeout", "compaction"},
    "extensions.file_storage.compaction": {
        "on_start", "on_rebound", "directory", "max_transaction_size", "cleanup_on_start", "check_interval",
        "rebound_needed_threshold_mib", "rebound_trigger_threshold_mib",
    },
    "extensions.bearertokenauth": {"scheme", "token", "filename"},
    "extensions.health_check": {"endpoint", "path", "tls"},
    "receivers.otlp": {"protocols"},
    "receivers.otlp.protocols": {"http", "grpc"},
    "receivers.otlp.protocols.http": {"endpoint", "tls", "cors", "max_request_body_size", "auth"},
    "processors.memory_limiter": {
        "check_interval", "limit_mib", "spike_limit_mib", "limit_percentage", "spike_limit_percentage",
    },
    "processors.filter": {"error_mode", "logs", "traces", "metrics"},
    "processors.filter.logs": {"log_record"},
    "processors.resource": {"attributes"},
    "exporters.otlphttp": {
        "endpoint", "logs_endpoint", "compression", "timeout", "auth", "tls", "headers", "encoding",
        "retry_on_failure", "sending_queue",
    },
    "exporters.otlphttp.auth": {"authenticator"},
    "exporters.otlphttp.tls": {"min_version", "max_version", "ca_file", "cert_file", "key_file", "insecure"},
    "exporters.otlphttp.retry_on_failure": {
        "enabled", "initial_interval", "max_interval", "max_elapsed_time", "multiplier",
        "randomization_factor",
    },
    "exporters.otlphttp.sending_queue": {
        "enabled", "num_consumers", "wait_for_result", "block_on_overflow", "sizer", "queue_size", "storage",
        "batch",
    },
    "exporters.otlphttp.sending_queue.batch": {"flush_timeout", "min_size", "max_size", "sizer"},
    "service": {"extensions", "pipelines", "telemetry"},
    "service.telemetry": {"logs", "metrics", "traces", "resource"},
    "service.telemetry.logs": {"level", "encoding"},
    "service.telemetry.metrics": {"level", "readers"},
    "service.pipelines": {"logs"},
    "service.pipelines.logs": {"receivers", "processors", "exporters"},
}  # fmt: skip


@pytest.fixture(scope="module")
def shipped():
    """The configuration."""
    return yaml.safe_load(FILE.read_text("utf-8"))


def mappings(value, path=()):
    """Every mapping inside, by its place; `type/name` counts as `type`."""
    if isinstance(value, dict):
        yield ".".join(path), {str(key).partition("/")[0] for key in value}
        for key, inner in value.items():
            yield from mappings(inner, (*path, str(key).partition("/")[0]))


def test_only_documented_keys_are_used(shipped):
    """A key that no documentation names would stop the Collector at its start."""
    sections = {"", "extensions", "receivers", "processors", "exporters"}
    found = {place: keys for place, keys in mappings(shipped) if place not in sections}
    assert {place: keys - KNOWN[place] for place, keys in found.items() if keys - KNOWN[place]} == {}
    assert set(shipped) == {"extensions", "receivers", "processors", "exporters", "service"}


def test_every_part_that_is_named_is_there(shipped):
    """Pipelines, storage and authenticator point at what stands in the file, and nothing stands idle."""
    service, (pipeline,) = shipped["service"], shipped["service"]["pipelines"].values()
    for part in ("receivers", "processors", "exporters"):
        assert pipeline[part] == list(shipped[part])
    assert service["extensions"] == list(shipped["extensions"])
    (exporter,) = shipped["exporters"].values()
    assert exporter["sending_queue"]["storage"] in service["extensions"]
    assert exporter["auth"]["authenticator"] in service["extensions"]


def test_nothing_is_given_up(shipped):
    """Queue on disk with fsync, retries without end, a full queue blocks, nothing waits in memory."""
    (exporter,) = shipped["exporters"].values()
    queue, retry = exporter["sending_queue"], exporter["retry_on_failure"]
    assert shipped["extensions"][queue["storage"]]["fsync"] is True
    assert (queue["enabled"], queue["block_on_overflow"], retry["enabled"]) == (True, True, True)
    assert retry["max_elapsed_time"] == "0s"
    assert not any(name.startswith("batch") for name in shipped["processors"])
    assert queue["batch"]["max_size"] <= EVENTS_MAX
    assert next(iter(shipped["processors"])) == "memory_limiter"


def test_the_token_is_in_a_file_and_the_line_is_encrypted(shipped):
    """No secret in the configuration, TLS not switched off, gzip on."""
    (exporter,) = shipped["exporters"].values()
    (auth,) = (one for name, one in shipped["extensions"].items() if name.startswith("bearertokenauth"))
    assert set(auth) == {"scheme", "filename"}
    assert "insecure" not in exporter["tls"]
    assert exporter["compression"] == "gzip"
