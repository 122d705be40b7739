"""`doorward-api`: the app put together, and the process around it."""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware

from api import errors
from api.middleware import AccessLog, BodyLimit, OwnOrigin
from api.routes import Routes
from api.schemas import Problem
from api.security import Security
from core.config import Settings, load
from core.enrolment import Enrolment
from core.errors import ConfigError
from core.memory import keep_level
from core.parts import make_enrolment, make_recogniser, make_store
from core.pictures import MAX_BYTES
from core.recogniser import Recogniser
from core.settings import ApiSettings
from core.store import Store

log = logging.getLogger(__name__)
FORM_OVERHEAD = 2**20  # bytes: what a request may hold besides its images
DRAIN = 1  # seconds that requests under way get when it stops
GRACE = 1.8  # seconds from being asked until it is gone, whatever still hangs

DESCRIPTION = """\
Enrol people and ask who somebody is. Every error is `application/problem+json`; go by its `code`.
Nothing but loopback is listened on, for there are no API keys yet."""


class DocumentedAPI(FastAPI):
    """FastAPI documents errors as application/json; ours are referred to by the routes, and defined here."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        document["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        return document


def create_app(
    *,
    recogniser: Recogniser,
    enrolment: Enrolment,
    store: Store,
    security: Security,
    max_images: int = 4,
    utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """The API on these parts. Its lifespan starts and stops the recogniser and closes the store."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        recogniser.start()
        try:
            yield
        finally:
            await asyncio.to_thread(recogniser.stop)
            await asyncio.to_thread(store.close)

    app = DocumentedAPI(
        title="Doorward",
        description=DESCRIPTION,
        version="1",
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=[
            Middleware(AccessLog),
            Middleware(OwnOrigin),
            Middleware(BodyLimit, max_images * MAX_BYTES + FORM_OVERHEAD),
        ],
    )
    errors.install(app)
    app.include_router(Routes(recogniser, enrolment, store, security, max_images=max_images, utcnow=utcnow).router())
    return app


class Server(uvicorn.Server):
    """uvicorn's, but a signal is a request to stop and no failure, and what hangs does not hold it up."""

    def stop(self) -> None:
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn names them
        self.stop()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        last_resort = threading.Timer(GRACE, _leave)
        last_resort.daemon = True
        last_resort.start()
        await super().shutdown(sockets)


def _leave() -> None:
    log.warning("something still hangs; leaving without it")
    os._exit(0)


def build(settings: Settings) -> FastAPI:
    """The API on the parts that the configuration stands for. Opens nothing."""
    store = make_store(settings.database)
    recogniser = make_recogniser(settings, store)
    enrolment = make_enrolment(settings, recogniser, store)
    return create_app(
        recogniser=recogniser,
        enrolment=enrolment,
        store=store,
        security=Security(store.keyring if settings.api.auth == "keys" else None),
        max_images=settings.enrolment.max_images,
    )


def listen(settings: ApiSettings) -> socket.socket:
    """Raises OSError where the address is taken, before anything is loaded."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    return socket.create_server((settings.host, settings.port), family=family)


def follow_parent(stop: Callable[[], None], stdin: int = 0) -> None:
    """Calls `stop` when the other end of `stdin` is gone: that of a kiosk which closed, or was killed."""
    try:
        while os.read(stdin, 4096):
            pass
    except OSError:
        log.warning("there is no stdin to follow")
    stop()


def set_up_log(level: str) -> None:
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)  # our own lines say as much
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it quotes what was sent


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
        cause = os.strerror(error.errno or 0)  # its own words repeat the address
        remedy = "Stop the program that has it, or name another in api.port or DOORWARD__API__PORT."
        typer.echo(f"Port {port} of {host} cannot be used: {cause}. {remedy}", err=True)
        raise typer.Exit(1) from None
    _run(build(settings), listener, with_parent=with_parent)


def _run(app: FastAPI, listener: socket.socket, *, with_parent: bool) -> None:
    options = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, ws="none", timeout_graceful_shutdown=DRAIN
    )
    server = Server(options)
    if with_parent:
        threading.Thread(target=follow_parent, args=(server.stop,), name="parent", daemon=True).start()
    log.info("listening on %s port %d", *listener.getsockname()[:2])
    server.run(sockets=[listener])


def main() -> None:
    """The console script."""
    keep_level()
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(serve)
    app()
