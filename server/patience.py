"""How long this server waits for a client: uvicorn's own HTTP, where a head that trickles and a stalled reader end.

Whoever connects and then says its request a byte at a time costs a connection for as long as it likes; a few hundred
of them shut everybody else out. The body has its own limit, in the guard, where it is measured.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_S = (
    10.0  # for the first line and the headers of a request, from the first byte on; a new connection begins at once
)
STALL_S = 30.0  # for a reader that takes nothing of its answer: a buffer of 64 kB does not shrink
TOO_SLOW = b"The request took too long."


class Patient(HttpToolsProtocol):
    """One connection that is given so long to say what it wants, and so long to take what it gets."""

    _head: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None
    _begun = False  # whether a part of a head is here

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self._await_head()  # even an empty line ends uvicorn's own limit for a connection at rest
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begun = True
        self._await_head()

    def on_headers_complete(self) -> None:
        self._begun = False
        self._rest()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stall is None:
            self._stall = self.loop.call_later(STALL_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _await_head(self) -> None:
        if self._head is None:
            self._head = self.loop.call_later(HEAD_S, self._give_up)

    def _rest(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _give_up(self) -> None:
        self._head = None
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:  # it is we who have yet to answer
            self._await_head()
            return
        if self._begun:
            self.transport.write(_refusal())
        self.transport.close()


def _refusal() -> bytes:
    lines = [
        STATUS_LINE[408].removesuffix(b"\r\n"),
        b"content-type: text/plain; charset=utf-8",
        b"content-length: %d" % len(TOO_SLOW),
        b"connection: close",
    ]
    return b"\r\n".join([*lines, b"", TOO_SLOW])
