# SPDX-License-Identifier: Apache-2.0
"""What an answer does to a stream on disk, whether it came over the network or on a medium."""

from __future__ import annotations

from collections.abc import Callable

from nadzor_sdk import clock
from nadzor_sdk.delivery import Response
from nadzor_sdk.health import Counters
from nadzor_sdk.placeholders import lost_line, withheld_line
from nadzor_sdk.spool import Refusal, Spool
from nadzor_sdk.stream import Sealed, Stream
from nadzor_wire.coding import Coding
from nadzor_wire.receipt import Answer


class Settling:
    """Forgets what is receipted; changes or gives up what the gateway says is at fault.

    Durability: a record leaves the disk only after its receipt was verified or its batch was given up.
    Concurrency: one thread, which owns the streams. `move_to` names the stream that takes what must move.
    """

    def __init__(self, spool: Spool, counters: Counters, *, move_to: Callable[[Stream], Stream]) -> None:
        self._spool = spool
        self._counters = counters
        self._move_to = move_to
        self.coding: Coding = "gzip"

    def receipted(self, stream: Stream, sealed: Sealed, answer: Answer, body: bytes) -> None:
        """Forgets a batch whose receipt was verified."""
        self._spool.keep_answer(body)
        stream.settle(sealed, receipted=True)
        for verdict in answer.rejected:
            self._counters.reject(verdict.code)
        self._counters.receipt(sealed.header.count, at=clock.now_s())

    def recode(self, stream: Stream, sealed: Sealed, response: Response) -> None:
        """The gateway does not read this coding: seal the same lines in a plainer one."""
        if sealed.coding == "identity":
            return self.refuse(stream, sealed, response)
        self.coding = "gzip" if sealed.coding == "zstd" else "identity"
        stream.seal(sealed.lines(), first=sealed.header.first, coding=self.coding)
        return None

    def withhold(self, stream: Stream, sealed: Sealed, response: Response) -> None:
        """The platform saw personal details in one event: a placeholder takes its number, the value goes."""
        problem = response.problem()
        seq, field = problem.get("seq"), problem.get("at", "$")
        lines = sealed.lines()
        index = seq - sealed.header.first if isinstance(seq, int) else -1
        if not 0 <= index < len(lines) or b'"kind":"withheld"' in lines[index]:
            return self.refuse(stream, sealed, response)
        lines[index] = withheld_line("batch.personal-data", field=field if isinstance(field, str) else "$")
        stream.seal(lines, first=sealed.header.first, coding=self.coding)
        self._counters.withheld += 1
        return None

    def refuse(self, stream: Stream, sealed: Sealed, response: Response) -> None:
        """This batch will never be accepted: keep it aside and say so in the stream."""
        code = response.code()
        if code != "batch.personal-data":  # what holds personal details is kept nowhere
            self._spool.refuse(sealed, Refusal(response.status, code))
        if any(b'"kind":"lost"' not in line for line in sealed.lines()):
            stream.log.append(lost_line(sealed.header.first, sealed.header.last, code))
        stream.settle(sealed, receipted=False)
        self._counters.refuse(code)

    def conflict(self, stream: Stream, sealed: Sealed, response: Response) -> None:
        """Other bytes hold these numbers: a restored copy of this spool is or was at work."""
        self._spool.refuse(sealed, Refusal(response.status, response.code()))
        self._counters.refuse(response.code())
        self.restream(stream)

    def restream(self, stream: Stream) -> None:
        """Moves what is pending into another stream. A repeated event is recognised by its id."""
        fresh = self._move_to(stream)
        stream.log.salvage()
        first = stream.place.settled + 1
        while True:
            first, lines = stream.log.read(first, most=MOVED_AT_ONCE)
            if not lines:
                break
            for line in lines:
                fresh.log.append(withheld_line("spool.corrupt") if line is None else line)
            first += len(lines)
        fresh.log.sync()
        stream.destroy()

    def steps(self) -> dict[str, Callable[[Stream, Sealed, Response], None]]:
        """What to do by name of the step; the others only wait."""
        return {
            "recode": self.recode,
            "withhold": self.withhold,
            "refuse": self.refuse,
            "restream": self.conflict,
        }


MOVED_AT_ONCE = 500  # records read at a time
