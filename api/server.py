"""The process around the app: uvicorn within bounds, on a socket of ours, gone when it is asked to go."""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Callable
from types import FrameType
from uuid import uuid4

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.errors import answer, problem
from core.settings import ApiSettings
from core.tls import server_context

log = logging.getLogger(__name__)
HEAD_BYTES = 2**14  # of a request line and its headers
IDLE = 10  # seconds that a connection may be open and ask for nothing
BACKLOG = 128  # connections that wait to be taken
DRAIN = 1  # seconds that requests under way get when it stops
GRACE = 1.8  # seconds from being asked until it is gone, whatever still hangs


class Impatient(H11Protocol):
    """uvicorn's, but who has connected has to ask, within `IDLE` seconds and not byte by byte; and who has been
    answered before all of the request had come gets as long to end it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(IDLE, self.timeout_keep_alive_handler)

    def data_received(self, data: bytes) -> None:
        """Without uvicorn's first line, which stops the clock at any byte; a request that is there stops it."""
        self.conn.receive_data(data)
        self.handle_events()

    def send_400_response(self, msg: str) -> None:
        """What h11 cannot read is answered in the shape of all our errors, and with an id as they are."""
        request_id = uuid4().hex
        said = answer(problem(400, "malformed_request", msg), {"X-Request-ID": request_id, "Connection": "close"})
        start = h11.Response(status_code=said.status_code, headers=said.raw_headers, reason=b"Bad Request")
        for part in (start, h11.Data(data=bytes(said.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(part) or b"")
        self.transport.close()
        log.info("no request that can be read, %s", request_id)


class Server(uvicorn.Server):
    """uvicorn's, but a signal is a request to stop and no failure, and what hangs does not hold it up.

    `ending` is called when it has been asked to stop, on the event loop's thread: what goes on for long ends then.
    """

    def __init__(self, config: uvicorn.Config, ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._ending = ending

    def stop(self) -> None:
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn names them
        self.stop()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        last_resort = threading.Timer(GRACE, _leave)
        last_resort.daemon = True
        last_resort.start()
        self._ending()
        await super().shutdown(sockets)


def _leave() -> None:
    log.warning("something still hangs; leaving without it")
    os._exit(0)


def options(app: FastAPI, settings: ApiSettings) -> uvicorn.Config:
    """How uvicorn serves it, and within which bounds."""
    certificate, key = settings.certificate, settings.key
    return uvicorn.Config(
        app,
        http=Impatient,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        ssl_context_factory=(lambda *_: server_context(certificate, key)) if certificate and key else None,
        h11_max_incomplete_event_size=HEAD_BYTES,
        timeout_keep_alive=IDLE,
        backlog=BACKLOG,
        timeout_graceful_shutdown=DRAIN,
    )


def listen(settings: ApiSettings) -> socket.socket:
    """Raises OSError where the address is taken, before anything is loaded."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.create_server((settings.host, settings.port), family=family)
    # asyncio does so only where the protocol is named, and each answer of head and body would wait 40 ms for an ACK
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def follow_parent(stop: Callable[[], None], stdin: int = 0) -> None:
    """Calls `stop` when the other end of `stdin` is gone: that of a kiosk which closed, or was killed."""
    try:
        while os.read(stdin, 4096):
            pass
    except OSError:
        log.warning("there is no stdin to follow")
    stop()
