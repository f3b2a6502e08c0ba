# SPDX-License-Identifier: Apache-2.0
"""One client with its default settings, reporting running numbers at a steady rate, then leaving cleanly.

`python report.py LIBRARY URL SECONDS RATE NOTES [CREDENTIAL]`: NOTES gets a line for each call that returned.
Needs nothing of nadzor but for the library of that name, so any interpreter that has the library will do.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

Report = Callable[[int], object]
Leave = Callable[[], object]


def nadzor(url: str, credential: str) -> tuple[Report, Leave]:
    """nadzor_sdk: the spool lies beside the credential."""
    from nadzor_sdk import Client

    client = Client(credential)
    event = {"version": "1.0", "build": "b" * 64, "outcome": "processed", "modality": "DX"}
    return lambda number: client.study(study=f"{number:032x}", **event), client.close


def opentelemetry(url: str, _: str) -> tuple[Report, Leave]:
    """OpenTelemetry logs by OTLP/HTTP."""
    from opentelemetry._logs import LogRecord
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    provider = LoggerProvider()
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(endpoint=url + "/v1/logs")))
    logger = provider.get_logger("loss")

    def report(number: int) -> None:
        logger.emit(LogRecord(timestamp=time.time_ns(), body=f"nadzor-{number:06d}"))

    return report, provider.shutdown


def sentry(url: str, _: str) -> tuple[Report, Leave]:
    """sentry-sdk, one event a report."""
    import sentry_sdk

    sentry_sdk.init(dsn=url.replace("://", "://key@") + "/1")
    return lambda number: sentry_sdk.capture_message(f"nadzor-{number:06d}"), sentry_sdk.flush


def posthog(url: str, _: str) -> tuple[Report, Leave]:
    """posthog, one capture a report."""
    from posthog import Posthog

    client = Posthog("phc_loss", host=url)
    return lambda number: client.capture(f"nadzor-{number:06d}", distinct_id="loss"), client.shutdown


LIBRARIES = {"nadzor": nadzor, "opentelemetry": opentelemetry, "sentry": sentry, "posthog": posthog}


def main(library: str, url: str, seconds: float, rate: float, *rest: str) -> None:
    """Reports on schedule; a call that is late is not made up for."""
    report, leave = LIBRARIES[library](url, rest[1] if len(rest) > 1 else "")
    notes = os.open(rest[0], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    began = time.monotonic()
    for number in range(int(seconds * rate)):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        if report(number) != "":
            os.write(notes, b"%d\n" % number)
    leave()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]), *sys.argv[5:])
