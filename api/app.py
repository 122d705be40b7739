"""`doorward-api`: the app put together, and the process around it."""

import asyncio
import errno
import logging
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from fastapi import FastAPI
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware

from api import errors
from api.door import DoorRoutes
from api.enrolment import EnrolmentRoutes
from api.events import EventRoutes
from api.matching import MatchingRoutes
from api.metrics import Metrics
from api.middleware import AccessLog, AddressLimit, BodyLimit, OwnOrigin
from api.openapi import DocumentedAPI
from api.operation import OperationRoutes
from api.people import PeopleRoutes
from api.schemas import Configured
from api.security import Security
from api.server import Server, follow_parent, listen, options
from api.stream import Streams
from api.turns import Turns, at_once
from api.workers import Workers
from core.config import Settings, load
from core.enrolment import Enrolment
from core.errors import ConfigError
from core.memory import keep_level
from core.opener import Opener
from core.outbox import left
from core.parts import door_name, make_enrolment, make_opener, make_recogniser, make_store, offline_folder
from core.pictures import MAX_BYTES
from core.recogniser import Recogniser
from core.store import Store
from core.tls import EXPOSED

log = logging.getLogger(__name__)
logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it quotes what was sent
MultiPartParser.spool_max_size = 0  # never into a file: a photograph touches no disk
FORM_OVERHEAD = 2**20  # bytes: what a request may hold besides its images
MOST_FIELDS, FIELD_BYTES = 8, 2**13  # of a form, besides its images


def create_app(
    *,
    recogniser: Recogniser,
    enrolment: Enrolment,
    store: Store,
    opener: Opener,
    security: Security,
    turns: Turns | None = None,
    names: Iterable[str] = (),
    per_address: int = 0,
    configured: Configured = Configured(),  # noqa: B008 - the defaults, which nobody changes
    waiting_at_door: Callable[[], int] = lambda: 0,
    utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """The API on these parts. Its lifespan starts and stops the recogniser and the opener, and closes the store.

    `names` are those by which it may be called; `per_address` requests a minute may come from one (0: any number).
    `waiting_at_door`: how many entries the kiosk of this machine has not delivered yet.
    `state.end_streams` lets go of who follows the events, so that the server can stop.
    """
    turns = turns or Turns(at_once(1), queue=16)
    metrics = Metrics(recogniser, store, turns, waiting_at_door=waiting_at_door, utcnow=utcnow)
    streams = Streams(store.feed, security, utcnow=utcnow)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        recogniser.start()
        opener.start()
        try:
            yield
        finally:
            streams.end()
            for stop in (opener.stop, recogniser.stop, store.close):
                await asyncio.to_thread(stop)

    app = DocumentedAPI(
        title="Doorward",
        version="1",
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
        form_limits={"max_fields": MOST_FIELDS, "max_part_size": FIELD_BYTES},
        lifespan=lifespan,
        middleware=[
            Middleware(AccessLog, metrics.count),
            Middleware(OwnOrigin, names),
            Middleware(AddressLimit, per_address),
            Middleware(BodyLimit, configured.max_images * MAX_BYTES + FORM_OVERHEAD),
        ],
    )
    app.state.end_streams = streams.end
    errors.install(app)
    for routes in (
        EnrolmentRoutes(enrolment, store, security, turns, max_images=configured.max_images, utcnow=utcnow),
        MatchingRoutes(recogniser, store, opener, security, turns, opens=configured.match_opens_door, utcnow=utcnow),
        PeopleRoutes(store, recogniser, security, utcnow=utcnow),
        EventRoutes(store, streams, security),
        DoorRoutes(opener, security, driver=configured.driver),
        OperationRoutes(recogniser, store, metrics, security, configured=configured),
    ):
        app.include_router(routes.router())
    return app


def build(settings: Settings, recogniser: Recogniser | None = None) -> FastAPI:
    """The API on the parts that the configuration stands for. Opens nothing. Raises ConfigError."""
    store = make_store(settings)
    recogniser = recogniser or make_recogniser(settings, store)
    return create_app(
        recogniser=recogniser,
        enrolment=make_enrolment(settings, recogniser, store),
        store=store,
        opener=make_opener(settings.door, store),
        security=Security(store.keyring if settings.api.auth == "keys" else None, per_key=settings.api.rate_per_key),
        turns=Turns(at_once(settings.models.threads, workers=settings.api.workers), settings.api.queue),
        names=(settings.api.host, *settings.api.hosts),
        per_address=settings.api.rate_per_address,
        configured=configured(settings),
        waiting_at_door=lambda: left(offline_folder(settings))[0],
    )


def configured(settings: Settings) -> Configured:
    """What of the settings may be told to callers."""
    return Configured(
        auth=settings.api.auth,
        tls=settings.api.tls,
        max_images=settings.enrolment.max_images,
        max_faces=settings.enrolment.max_faces,
        margin=settings.recognition.margin,
        liveness=settings.liveness.mode,
        door=door_name(settings.door),
        driver=settings.door.driver,
        open_seconds=settings.door.open_seconds,
        match_opens_door=settings.api.match_opens_door,
    )


def set_up_log(level: str) -> None:
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)  # our own lines say as much


def serve(
    *,
    config: Annotated[Path | None, typer.Option(help="The configuration; by default config.yaml")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="The demo's model and database")] = False,
    with_parent: Annotated[bool, typer.Option("--with-parent", help="Stop when stdin ends")] = False,
) -> None:
    """The REST API, on the address that the configuration names."""
    try:
        settings = load(config, demo=demo)
    except ConfigError as error:
        typer.echo(error, err=True)
        raise typer.Exit(2) from None
    set_up_log(settings.log.level)
    host, port = settings.api.host, settings.api.port
    try:
        listener = listen(settings.api)
    except OSError as error:
        typer.echo(f"Port {port} of {host} cannot be used: {_cause(error)}", err=True)
        raise typer.Exit(1) from None
    if settings.api.exposed:
        log.warning("listening beyond this machine without TLS. %s", EXPOSED)
    tls = " with TLS" if settings.api.tls else ""
    log.info("listening on %s port %d%s", *listener.getsockname()[:2], tls)
    if settings.api.workers > 1:
        workers = Workers(work, settings, listener)
        _end_with_parent(workers.stop, with_parent=with_parent)
        workers.run()
        return
    server = _server(settings)
    _end_with_parent(server.stop, with_parent=with_parent)
    server.run(sockets=[listener])


def work(settings: Settings, listener: socket.socket) -> None:
    """One worker of several, in a process of its own."""
    keep_level()
    set_up_log(settings.log.level)
    _server(settings).run(sockets=[listener])


def _cause(error: OSError) -> str:
    """With the remedy; the system's own words repeat the address."""
    if error.errno == errno.EADDRINUSE:
        return "Another program has it. Stop that, or name another port in api.port or DOORWARD__API__PORT."
    known = os.strerror(error.errno) if error.errno and error.errno > 0 else "There is no such name"
    return f"{known}. See that api.host is an address of this machine, and api.port one that you may use."


def _server(settings: Settings) -> Server:
    app = build(settings)
    return Server(options(app, settings.api), app.state.end_streams)


def _end_with_parent(stop: Callable[[], None], *, with_parent: bool) -> None:
    if with_parent:
        threading.Thread(target=follow_parent, args=(stop,), name="parent", daemon=True).start()


def main() -> None:
    """The console script."""
    keep_level()
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(serve)
    app()
