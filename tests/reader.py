"""A client that reads an answer while it is being sent, which httpx does not do without a server."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Self

from fastapi import FastAPI


class Reader:
    """Who follows an endless answer: `messages` are those that came whole. Leave it to hang up."""

    def __init__(self, app: FastAPI, path: str = "/events/stream", **headers: str) -> None:
        sent = {"host": "localhost", **headers}
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path.partition("?")[0],
            "raw_path": path.partition("?")[0].encode(),
            "query_string": path.partition("?")[2].encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
        }
        self._app = app
        self._asked = False
        self.status = 0
        self.text = ""
        self._changed = asyncio.Event()

    @property
    def messages(self) -> list[dict[str, str]]:
        whole = self.text.split("\n\n")[:-1]
        return [dict(line.split(": ", 1) for line in one.splitlines() if ": " in line) for one in whole]

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(message["data"]) for message in self.messages if "data" in message]

    @property
    def last_id(self) -> str:
        return [message["id"] for message in self.messages if "id" in message][-1]

    def has(self, entries: int) -> bool:
        return len(self.entries) >= entries

    async def __aenter__(self) -> Self:
        self._gone = asyncio.Event()
        self._task = asyncio.create_task(self._app(self._scope, self._receive, self._send))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._gone.set()
        await asyncio.wait_for(self._task, 10)

    async def until(self, good: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not good():
                self._changed.clear()
                await self._changed.wait()

    async def ended(self) -> None:
        await asyncio.wait_for(asyncio.shield(self._task), 10)

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.text += message.get("body", b"").decode()
        self._changed.set()
