import signal
import socket
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import numpy as np
import pytest
import typer
from apiprocess import STARTING, Api, free_port
from click.testing import Result
from typer.testing import CliRunner

from api import app
from api.server import listen
from core.demo import DEMO_PEOPLE, draw_person
from core.opencv import cv2
from core.settings import ApiSettings


def portrait(number: int) -> bytes:
    image = np.full((640, 480, 3), (150, 180, 170), np.uint8)
    draw_person(image, DEMO_PEOPLE[number], (240.0, 250.0), 180.0)
    return bytes(cv2.imencode(".png", image)[1])


def test_the_two_lines_of_the_readme(start: Callable[..., Api]) -> None:
    api = start("--demo").well()
    answer = api.request(
        "POST",
        "/enroll_faces/ada",
        data={"name": "Ada Lovelace"},
        files=[("files", ("1.png", portrait(0), "image/png"))],
    )
    assert (answer.status_code, answer.json()) == (200, {"status": "success", "faces_stored": 1})
    granted = {"status": "access_granted", "user_id": "ada", "name": "Ada Lovelace"}
    until = time.monotonic() + STARTING
    while (said := api.request("POST", "/match_face", files={"file": portrait(0)}).json()) != granted:
        assert said == {"status": "access_denied"}  # the gallery is read again every quarter of a second
        assert time.monotonic() < until
    assert api.request("POST", "/match_face", files={"file": portrait(1)}).json() == {"status": "access_denied"}
    assert "Lovelace" not in api.log
    assert "/ada" not in api.log


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_as_asked(start: Callable[..., Api], by: signal.Signals) -> None:
    api = start("--demo").answering()
    api.process.send_signal(by)
    assert api.exit_code() == 0
    assert "Traceback" not in api.log


def test_it_ends_with_its_parent(start: Callable[..., Api]) -> None:
    api = start("--demo", "--with-parent").answering()
    assert api.process.stdin
    api.process.stdin.close()
    assert api.exit_code() == 0
    assert "Traceback" not in api.log


def test_an_upload_that_hangs_does_not_hold_it_up(start: Callable[..., Api]) -> None:
    api = start("--demo").answering()
    with closing(socket.create_connection(("127.0.0.1", api.port))) as client:
        client.sendall(
            b"POST /match_face HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\nExpect: 100-continue\r\n\r\n"
        )
        assert b"100 Continue" in client.recv(100)  # so it is being served
        api.process.send_signal(signal.SIGTERM)
        assert b" 503 " in client.recv(100)
        assert api.exit_code() == 0
    assert "Traceback" not in api.log


def test_who_follows_the_events_does_not_hold_it_up(start: Callable[..., Api]) -> None:
    api = start("--demo").well()
    with httpx.stream("GET", f"http://127.0.0.1:{api.port}/events/stream", timeout=STARTING) as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith("retry:")
        api.request("POST", "/match_face", files={"file": portrait(0)})
        assert "id: 1" in [next(lines) for _ in range(3)]  # the first message has the id of what came before
        api.process.send_signal(signal.SIGTERM)
        assert [line for line in lines if not line.startswith("data")] == [""]  # and it ended as it should
    assert api.exit_code() == 0
    assert "Traceback" not in api.log
    assert "still hangs" not in api.log


def test_a_port_in_use_is_named_with_the_remedy(start: Callable[..., Api]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        api = start("--demo", DOORWARD__API__PORT=port)
        assert api.exit_code() == 1
    assert len(api.log.splitlines()) == 1
    assert port in api.log
    assert "DOORWARD__API__PORT" in api.log


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command in this process, where it ends before it serves."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(app, "set_up_log", lambda level: None)
    command = typer.Typer()
    command.command()(app.serve)

    def run(**environment: str) -> Result:
        return CliRunner().invoke(command, env={f"DOORWARD__{name}": value for name, value in environment.items()})

    return run


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_an_address_of_another_machine_is_named_with_the_remedy(refused: Callable[..., Result], host: str) -> None:
    done = refused(API__HOST=host)
    assert done.exit_code == 1
    assert len(done.output.splitlines()) == 1
    assert host in done.stderr
    assert "api.host" in done.stderr


def test_all_faults_of_the_configuration_at_once(refused: Callable[..., Result]) -> None:
    done = refused(API__HOST="0.0.0.0", API__AUTH="none", DATABASE__TIMEOUT="never")
    assert done.exit_code == 2
    assert all(name in done.stderr for name in ("api.auth", "api.host", "database.timeout"))


def test_without_a_model_and_a_database_it_answers_all_the_same(start: Callable[..., Api], tmp_path: Path) -> None:
    api = start(
        DOORWARD__MODELS__PACK=str(tmp_path / "no_pack"),
        DOORWARD__DATABASE__URL=f"mysql+pymysql://door:hidden@127.0.0.1:{free_port()}/door",
        DOORWARD__API__AUTH="none",
    ).answering()
    while (health := api.request("GET", "/health")).json()["model"] == "loading":
        assert health.status_code == 503
        time.sleep(0.05)
    assert health.json() == {
        "process": "ok",
        "database": "database_unavailable",
        "model": "model_unavailable",
        "gallery": "model_unavailable",
        "gallery_size": None,
    }
    answer = api.request("POST", "/match_face", files={"file": portrait(0)})
    assert (answer.status_code, answer.json()["code"]) == (503, "model_unavailable")
    assert "hidden" not in api.log + answer.text


def test_no_answer_waits_for_its_first_half_to_be_acknowledged() -> None:
    with (
        listen(ApiSettings(port=free_port())) as listener,
        closing(socket.create_connection(listener.getsockname())),
        listener.accept()[0] as taken,
    ):
        assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
