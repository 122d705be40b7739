"""What is taken from whom, and how much, and how slowly: bounded while it comes."""

import asyncio
import re
import socket
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI
from rest import PICTURE, FakeEnrolment, FakeRecogniser, acall, call, faked, files, problem
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api import middleware, server
from api.middleware import SMALL, AddressLimit, BodyLimit
from api.schemas import Configured
from core.domain import Decision
from core.opencv import cv2
from core.settings import ApiSettings

KIND = {"Content-Type": "multipart/form-data; boundary=x"}
PATIENCE = 10.0  # seconds that a test waits for what has to come


def part(name: str, content: bytes, filename: str = "") -> bytes:
    named = f'name="{name}"' + (f'; filename="{filename}"' if filename else "")
    return b"--x\r\nContent-Disposition: form-data; " + named.encode() + b"\r\n\r\n" + content + b"\r\n"


class Sent:
    """A body that comes part by part, and remembers how many were asked for."""

    def __init__(self, *parts: bytes, pause: float = 0.0) -> None:
        self._parts = parts
        self._pause = pause
        self.asked = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for one in self._parts:
            self.asked += 1
            yield one
            await asyncio.sleep(self._pause)


def test_the_first_image_too_many_is_refused_before_the_rest_is_read() -> None:
    enrolment = FakeEnrolment()
    body = Sent(part("name", b"Ada"), *[part("files", PICTURE, f"{i}.png") for i in range(100)], b"--x--\r\n")
    answer = call(faked(enrolment=enrolment), "POST", "/enroll_faces/ada", content=body, headers=KIND)
    assert (answer.status_code, problem(answer)["code"], answer.json()["field"]) == (422, "invalid_field", "files")
    assert "1 to 4 images" in answer.json()["detail"]
    assert body.asked <= 7  # the name, four, and the one too many; one more may be under way
    assert enrolment.asked == []


def test_how_many_images_a_call_takes_is_the_configuration_s_and_the_docs_name_no_other() -> None:
    app = faked(configured=Configured(max_images=2))
    answer = call(app, "POST", "/enroll_faces/ada", data={"name": "Ada"}, files=files(*[PICTURE] * 3))
    assert "1 to 2 images" in problem(answer)["detail"]
    form = app.openapi()["components"]["schemas"]["Body_enroll_faces"]
    told = form["properties"]["files"]["description"]
    assert "max_images" in told
    assert not re.search(r"\d", told)


def test_a_match_takes_one_image_and_reads_no_second() -> None:
    body = Sent(*[part("file", PICTURE, f"{i}.png") for i in range(100)], b"--x--\r\n")
    answer = call(faked(), "POST", "/match_face", content=body, headers=KIND)
    assert (answer.status_code, problem(answer)["field"]) == (422, "file")
    assert body.asked <= 3


@pytest.mark.parametrize(
    "fields",
    [[part("name", b"n" * 2**14)], [part(f"f{i}", b"x") for i in range(20)]],
    ids=["long", "many"],
)
def test_fields_are_few_and_short(fields: list[bytes]) -> None:
    body = Sent(*fields, *[part("files", PICTURE, "a.png") for _ in range(3)], b"--x--\r\n")
    answer = call(faked(), "POST", "/enroll_faces/ada", content=body, headers=KIND)
    assert (answer.status_code, problem(answer)["code"]) == (400, "malformed_request")
    assert body.asked <= len(fields) + 1


@pytest.mark.parametrize(
    ("kind", "status", "reads"),
    [
        ("application/x-www-form-urlencoded", 400, 1),  # its field is too long
        ("text/plain", 422, 0),  # no form: not read at all
    ],
)
def test_what_brings_no_pictures_is_hardly_read(kind: str, status: int, reads: int) -> None:
    body = Sent(*[b"x" * 2**14] * 100)
    answer = call(faked(), "POST", "/match_face", content=body, headers={"Content-Type": kind})
    assert (answer.status_code, body.asked <= reads + 1) == (status, True)


@pytest.mark.parametrize(
    ("headers", "most"), [({}, SMALL), ({"content-type": "application/json"}, SMALL), (KIND, 1_000_000)]
)
def test_only_a_form_may_be_large(headers: dict[str, str], most: int) -> None:
    body = Sent(*[b"x" * 2**14] * 100)

    async def greedy(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass

    with pytest.raises(HTTPException, match="413"):
        call(BodyLimit(greedy, 1_000_000), "POST", "/", content=body, headers=headers)  # type: ignore[arg-type]
    assert body.asked == most // 2**14 + 1


def test_no_photograph_is_ever_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before, noise = set(open_files()), np.random.default_rng(1).integers(0, 255, (1200, 1200, 3), np.uint8)
    held: list[str] = []

    class Looks(FakeRecogniser):
        def examine(self, image: np.ndarray) -> tuple[Decision, float | None]:
            held.extend(set(open_files()) - before)
            return super().examine(image)

    picture = cv2.imencode(".png", noise)[1].tobytes()
    assert len(picture) > 2**22
    assert call(faked(Looks()), "POST", "/match_face", files={"file": ("a.png", picture)}).status_code == 200
    assert [file for file in held if str(tmp_path) in file or "deleted" in file] == []


def open_files() -> Iterator[str]:
    for one in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            yield str(one.readlink())


def test_all_that_is_under_way_has_room_or_is_told_to_come_again() -> None:
    held, go = asyncio.Event(), asyncio.Event()

    async def slow(_scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        held.set()
        await go.wait()
        await Response()(_scope, receive, send)

    limit = BodyLimit(slow, 1000, room=1500)

    async def run() -> None:
        first = asyncio.create_task(acall(limit, "POST", "/", content=b"x" * 1000, headers=KIND))  # type: ignore[arg-type]
        await held.wait()
        with pytest.raises(HTTPException, match="503"):
            await acall(limit, "POST", "/", content=b"x" * 1000, headers=KIND)  # type: ignore[arg-type]
        go.set()
        assert (await first).status_code == 200
        assert (await acall(limit, "POST", "/", content=b"x" * 1000, headers=KIND)).status_code == 200  # type: ignore[arg-type]

    asyncio.run(run())


def test_without_room_it_is_503_and_busy() -> None:
    answer = call(BodyLimit(faked(), 10_000_000, room=10), "POST", "/match_face", files={"file": ("a.png", PICTURE)})  # type: ignore[arg-type]
    assert (answer.status_code, problem(answer)["code"], answer.headers["retry-after"]) == (503, "busy", "1")


def test_a_request_that_trickles_in_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "DEADLINE", 0.1)
    body = Sent(*[b"--x\r\n", *[b"x"] * 10_000], pause=0.01)
    answer = call(faked(), "POST", "/match_face", content=body, headers=KIND)
    assert (answer.status_code, problem(answer)["code"]) == (408, "request_timeout")
    assert body.asked < 10_000


def test_once_the_body_is_there_the_client_may_be_silent_for_as_long_as_it_likes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As one does that follows a stream."""
    monkeypatch.setattr(middleware, "SILENCE", 0.01)
    monkeypatch.setattr(middleware, "DEADLINE", 0.01)
    came = iter([{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}])
    heard = []

    async def receive() -> object:
        message = next(came)
        await asyncio.sleep(0.05 if heard else 0)
        return message

    async def app(_scope: object, receive: Callable, _send: object) -> None:
        heard.append(await receive())
        heard.append(await receive())

    scope = {"type": "http", "headers": []}
    asyncio.run(BodyLimit(app, 1000)(scope, receive, None))  # type: ignore[arg-type]
    assert [message["type"] for message in heard] == ["http.request", "http.disconnect"]


def asked(app: AddressLimit, address: str, path: str = "/health") -> int:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(path)

    return asyncio.run(ask()).status_code


def test_one_address_may_ask_so_often_and_others_do_not_suffer() -> None:
    now = [0.0]
    app = AddressLimit(faked(), 2, clock=lambda: now[0])
    assert [asked(app, "192.0.2.1") for _ in range(3)] == [200, 200, 429]
    assert asked(app, "2001:db8::1") == 200
    now[0] += 30
    assert [asked(app, "192.0.2.1") for _ in range(2)] == [200, 429]


def test_whether_it_lives_may_be_asked_at_any_time() -> None:
    app = AddressLimit(faked(), 1)
    assert [asked(app, "192.0.2.1", path) == 429 for path in ("/health", "/health", "/health/live")] == [
        False,
        True,
        False,
    ]


def test_an_address_that_asks_too_often_is_told_when_to_come_back() -> None:
    app = faked(per_address=1)
    call(app, "GET", "/health")
    answer = call(app, "GET", "/health")
    assert (answer.status_code, problem(answer)["code"]) == (429, "too_many_requests")
    assert 0 < int(answer.headers["retry-after"]) <= 60


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "door.example:8000"}, 200),
        ({"Host": "DOOR.example"}, 200),
        ({"Host": "192.168.7.1:8000"}, 200),
        ({"Host": "[2001:db8::1]:8000"}, 200),
        ({"Host": "door.example", "Origin": "http://door.example"}, 200),
        ({"Host": "door.example.evil.example"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "door.example", "Origin": "http://evil.example"}, 403),
        ({"Host": "door.example", "Origin": "https://door.example"}, 403),
        ({"Host": ""}, 403),
    ],
)
def test_it_answers_to_its_names_and_to_addresses_and_to_no_foreign_page(headers: dict[str, str], status: int) -> None:
    assert call(faked(names=("door.example",)), "GET", "/docs", headers=headers).status_code == status


# a real server --------------------------------------------------------------------------------------------------------


@contextmanager
def served(app: FastAPI, settings: ApiSettings | None = None) -> Iterator[int]:
    """The app behind uvicorn as `doorward-api` runs it, on a thread."""
    listener = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(server.options(app, settings or ApiSettings()))
    thread = threading.Thread(target=running.run, args=([listener],))
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        running.should_exit = True
        thread.join(PATIENCE)


def closed_by_the_server(client: socket.socket, *trickle: bytes) -> bool:
    """Whether the server hangs up while `trickle` is sent a byte at a time."""
    client.settimeout(0.05)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            for byte in trickle:
                client.sendall(byte)
            if not client.recv(1000):
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


@pytest.mark.parametrize("trickle", [b"", b"x"], ids=["silent", "byte by byte"])
def test_who_connects_and_asks_nothing_is_hung_up_on(monkeypatch: pytest.MonkeyPatch, trickle: bytes) -> None:
    monkeypatch.setattr(server, "IDLE", 0.2)
    with served(faked()) as port, closing(socket.create_connection(("127.0.0.1", port))) as client:
        client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        assert closed_by_the_server(client, *[trickle] * bool(trickle))


def test_a_refused_upload_is_answered_and_the_rest_of_it_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "IDLE", 0.3)
    with served(faked()) as port, closing(socket.create_connection(("127.0.0.1", port))) as client:
        client.sendall(
            b"POST /match_face HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 1000
        )
        assert b" 413 " in client.recv(1000)
        assert closed_by_the_server(client, b"x")


@pytest.mark.logs("Invalid HTTP request received")
def test_a_head_that_does_not_end_is_refused() -> None:
    with served(faked()) as port, closing(socket.create_connection(("127.0.0.1", port))) as client:
        client.settimeout(PATIENCE)
        client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 2**15)
        said = b"".join(iter(lambda: client.recv(1000), b""))
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in said
    assert b"x-request-id: " in said.lower()
    assert b'"code":"malformed_request"' in said


def test_an_ordinary_client_keeps_its_connection() -> None:
    with served(faked()) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        assert [client.get("/health").status_code for _ in range(3)] == [200] * 3
        assert client.post("/match_face", files=files(PICTURE)).status_code == 422
        assert client.post("/match_face", files={"file": PICTURE}).json() == {"status": "access_denied"}


@pytest.mark.parametrize(("proxies", "statuses"), [((), [200, 429]), (("127.0.0.1",), [200, 200])])
def test_a_proxy_is_believed_only_where_it_is_named(proxies: tuple[str, ...], statuses: list[int]) -> None:
    with served(faked(per_address=1), ApiSettings(proxies=proxies)) as port:
        got = [
            httpx.get(f"http://127.0.0.1:{port}/health", headers={"X-Forwarded-For": f"192.0.2.{i}"}).status_code
            for i in range(2)
        ]
    assert got == statuses
