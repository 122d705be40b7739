"""The API around an engine of this very process.

How fast a model runs differs by a tenth from one process to the next, as its memory happens to lie. What REST adds is
less, so it is only seen on one and the same engine.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.app import build
from api.bench.server import Started
from api.client import Client
from api.server import listen, options
from core.recogniser import Recogniser


@contextmanager
def beside(server: Started, recogniser: Recogniser) -> Iterator[Client]:
    """A client of such an API, with `server`'s settings, database and key, on a port of its own."""
    api = server.settings.api.model_copy(update={"port": 0})
    own = uvicorn.Server(options(build(server.settings, recogniser), api))  # ours ends its whole process at last
    with listen(api) as listener, server.client(listener.getsockname()[1]) as client:
        thread = threading.Thread(target=own.run, kwargs={"sockets": [listener]}, name="api")
        thread.start()
        try:
            yield client
        finally:
            own.should_exit = True
            thread.join()
