"""The drivers against real relays and real commands: what is not done is never reported as done."""

import contextlib
import fcntl
import logging
import re
import ssl
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.door import CommandDoor, HttpDoor, RelayState, SimulatedDoor
from core.errors import ConfigError, DoorFailed

SECRET = "s3cret"
SHORT = 0.3


class Relay(BaseHTTPRequestHandler):
    """A relay with /open, /close and /state, that can be told to misbehave."""

    def do_GET(self):
        self.server.asked.append((self.command, self.path, dict(self.headers), self._body()))
        path = self.path.split("?")[0]
        if path == "/state":
            self._answer(200, f'{{"on": {str(self.server.is_open).lower()}}}'.encode())
        elif self.server.misbehaves is not None:
            self.server.misbehaves(self)
        else:
            self.server.is_open = path == "/open"
            self._answer(200, b"ok")

    do_POST = do_PUT = do_GET  # noqa: N815 - http.server's own names

    def _body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()

    def _answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuses(self):
        self._answer(503, SECRET.encode())

    def lies(self):
        self._answer(200, b"ok")

    def sends_elsewhere(self):
        self._answer(302, Location="/state")

    def sends_round_in_circles(self):
        self._answer(302, Location=self.path)

    def says_nothing(self):
        self.server.over.wait(10)

    def trickles(self):
        """A byte at a time, each well within any time-out of a single read."""
        with contextlib.suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"." * 1000:
                self.wfile.write(bytes([byte]))
                if self.server.over.wait(0.05):
                    break

    def hangs_up(self):
        self.close_connection = True

    def speaks_something_else(self):
        self.wfile.write(b"220 relay ESMTP\r\n")

    def log_message(self, *_):
        """Says nothing."""


@contextlib.contextmanager
def relaying(tls=None):
    with ThreadingHTTPServer(("127.0.0.1", 0), Relay) as server:
        server.asked, server.is_open, server.misbehaves, server.over = [], False, None, threading.Event()
        server.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
        server.handle_error = lambda *_: None  # a client that hangs up is meant to
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def relay():
    with relaying() as server:
        yield server


def relay_door(relay, **options):
    return HttpDoor(f"{relay.url}/open", **{"close_url": f"{relay.url}/close", **options})


def state_of(relay):
    return RelayState(f"{relay.url}/state", open=re.compile('"on": *true'), closed=re.compile('"on": *false'))


@pytest.fixture
def script(tmp_path):
    """`script(code)` is the argv of a Python program; `bolt` in it is the path of a file, there while it is open."""

    def script(code):
        path = tmp_path / f"{abs(hash(code))}.py"
        path.write_text(f"import os, pathlib, sys, time\nbolt = pathlib.Path({str(tmp_path / 'bolt')!r})\n{code}")
        return [sys.executable, "-I", "-S", str(path)]

    return script


@pytest.fixture(params=["http", "http with state", "command"])
def real(request, relay, script, tmp_path):
    """A driver with something real behind it, and whether that is open."""
    if request.param == "command":
        door = CommandDoor(script("bolt.touch()"), script("bolt.unlink(missing_ok=True)"))
        return door, (tmp_path / "bolt").exists
    state = state_of(relay) if request.param == "http with state" else None
    return relay_door(relay, state=state), lambda: relay.is_open


def test_a_door_opens_and_closes_as_often_as_it_is_asked(real):
    door, is_open = real
    for _ in range(2):
        door.open(3)
        assert is_open()
        door.open(3)
        assert is_open()
        door.close()
        assert not is_open()
        door.close()
        assert not is_open()


def test_the_simulated_door_says_what_it_would_do(caplog):
    with caplog.at_level(logging.INFO):
        SimulatedDoor().open(3)
        SimulatedDoor().close()
    assert caplog.messages == ["simulated door: open for 3.0 s", "simulated door: closed"]


@pytest.mark.parametrize(
    ("misbehaviour", "told"),
    [
        (Relay.refuses, "answers 503"),
        (Relay.sends_elsewhere, "answers 302"),
        (Relay.sends_round_in_circles, "answers 302"),
        (Relay.says_nothing, "did not confirm within 0.3 s"),
        (Relay.trickles, "did not confirm within 0.3 s"),
        (Relay.hangs_up, "RemoteProtocolError"),
        (Relay.speaks_something_else, "RemoteProtocolError"),
    ],
)
def test_a_relay_that_misbehaves_has_failed(relay, misbehaviour, told):
    relay.misbehaves = misbehaviour
    door = relay_door(relay, timeout=SHORT)
    with pytest.raises(DoorFailed, match=told):
        door.open(3)
    with pytest.raises(DoorFailed, match=told):
        door.close()


def test_a_relay_that_says_ok_and_does_nothing_is_found_out(relay):
    relay.misbehaves = Relay.lies
    door = relay_door(relay, state=state_of(relay), timeout=SHORT)
    with pytest.raises(DoorFailed, match="that it is open"):
        door.open(3)
    relay.is_open = True
    with pytest.raises(DoorFailed, match="that it is closed"):
        door.close()


@pytest.mark.parametrize("answer", ["", "on off", "<html>log in</html>"])
def test_a_state_that_is_not_clear_is_neither(answer):
    state = RelayState("http://relay", open=re.compile("on"), closed=re.compile("off"))
    assert not state.says(answer, opened=True)
    assert not state.says(answer, opened=False)


def test_a_relay_without_a_url_to_close_is_left_to_its_own_pulse(relay):
    HttpDoor(f"{relay.url}/open").close()
    assert relay.asked == []


def test_a_relay_that_should_have_closed_by_itself_is_looked_at(relay):
    door = HttpDoor(f"{relay.url}/open", state=state_of(relay), timeout=SHORT)
    door.open(3)
    with pytest.raises(DoorFailed, match="that it is closed"):
        door.close()
    relay.is_open = False
    door.close()


def test_a_relay_is_asked_in_its_own_words(relay):
    door = HttpDoor(
        f"{relay.url}/open?timer={{seconds}}",
        close_url=f"{relay.url}/close",
        method="PUT",
        headers={"X-Key": SECRET},
        body='{"on": {"for": {seconds}}}',
        close_body='{"on": false}',
    )
    door.open(2.5)
    door.close()
    assert [(method, path, headers["X-Key"], body) for method, path, headers, body in relay.asked] == [
        ("PUT", "/open?timer=2.5", SECRET, '{"on": {"for": 2.5}}'),
        ("PUT", "/close", SECRET, '{"on": false}'),
    ]


def test_proxies_of_the_environment_do_not_come_between(relay, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    relay_door(relay).open(3)
    assert relay.is_open


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/open",
        "http://relay.invalid/open",
        "/open",
        "http://127.0.0.1:port/",
        f"http://{'x' * 70}/",
        "",
    ],
)
def test_a_relay_that_is_not_there_has_failed(url):
    with pytest.raises(DoorFailed, match="Check"):
        HttpDoor(url).open(3)


@pytest.mark.parametrize("misbehaviour", [None, Relay.refuses, Relay.says_nothing, Relay.hangs_up])
@pytest.mark.parametrize("value", [SECRET, f"{SECRET}\n", f"{SECRET}é"])
def test_no_key_is_ever_told(relay, caplog, misbehaviour, value):
    relay.misbehaves = misbehaviour
    place = relay.url.removeprefix("http://")
    door = HttpDoor(
        f"http://user:{SECRET}@{place}/{SECRET}?key={SECRET}",
        headers={"X-Key": value},
        body=SECRET,
        timeout=SHORT,
    )
    caplog.set_level(logging.DEBUG)
    said = ""
    try:
        door.open(3)
    except DoorFailed as failure:
        said = f"{failure} {failure.__cause__}"
        assert place in said
    assert SECRET not in said + caplog.text


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate of 127.0.0.1: one PEM file with its key, as relays have them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "relay.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def tls_relay(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with relaying(context) as server:
        yield server


def test_a_certificate_is_verified(tls_relay):
    with pytest.raises(DoorFailed, match="certificate is not accepted"):
        relay_door(tls_relay).open(3)
    assert tls_relay.asked == []


def test_a_certificate_of_ones_own_is_accepted_by_its_file(tls_relay, certificate):
    relay_door(tls_relay, verify=certificate).open(3)
    assert tls_relay.is_open


def test_a_certificate_is_not_looked_at_where_that_is_wanted(tls_relay):
    relay_door(tls_relay, verify=False).open(3)
    assert tls_relay.is_open


def test_a_file_without_certificates_is_refused_at_once(tmp_path):
    (tmp_path / "empty.pem").touch()
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(ConfigError, match=name):
            HttpDoor("https://relay", verify=tmp_path / name)


def test_a_command_is_told_how_long_and_passes_no_shell(script, tmp_path):
    argv = script("bolt.write_text(' '.join(sys.argv[1:]))")
    CommandDoor([*argv, "--for={seconds}s", "$HOME; `id`"]).open(2.5)
    assert (tmp_path / "bolt").read_text() == "--for=2.5s $HOME; `id`"


def test_a_command_without_a_way_to_close_is_left_to_its_own_pulse(script):
    CommandDoor(script("sys.exit(1)")).close()


def test_a_command_that_fails_says_why(script):
    code = "print('first', file=sys.stderr); print('no relay \\x1b[31mthere', file=sys.stderr); print(); sys.exit(3)"
    door = CommandDoor(script(code), script(code))
    for call in (lambda: door.open(3), door.close):
        with pytest.raises(DoorFailed, match=r"exit code 3: no relay  \[31mthere\. Check it"):
            call()


def test_the_last_words_of_a_command_are_short(script):
    with pytest.raises(DoorFailed) as failure:
        CommandDoor(script("sys.stderr.write('x' * 1_000_000); sys.exit(1)")).open(3)
    assert len(str(failure.value)) < 1000


def test_a_command_ended_by_a_signal_has_failed(script):
    with pytest.raises(DoorFailed, match="exit code -9"):
        CommandDoor(script("os.kill(os.getpid(), 9)")).open(3)


@pytest.mark.parametrize("argv", [["/nowhere/relay"], ["/"], ["relay\0"]])
def test_a_command_that_cannot_be_started_has_failed(argv):
    with pytest.raises(DoorFailed, match="cannot be started"):
        CommandDoor(argv).open(3)


def test_a_command_that_hangs_is_killed_with_all_that_it_started(script, tmp_path):
    lock = tmp_path / "lock"
    hangs = f"import fcntl; f = open({str(lock)!r}, 'w'); fcntl.flock(f, 2); os.fork(); bolt.touch(); time.sleep(30)"
    with pytest.raises(DoorFailed, match="did not end within 1 s and was killed"):
        CommandDoor(script(hangs), timeout=1).open(3)
    assert (tmp_path / "bolt").exists()
    with lock.open("w") as file:
        eventually(lambda: free(file))


def free(file):
    """Whether nobody holds its lock, hence none of those who did is alive."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def test_what_a_command_leaves_running_may_end_the_pulse(script, tmp_path):
    """It holds the command's stderr open, and writes to it, without anybody waiting for it."""
    code = """
bolt.touch()
if not os.fork():
    while not bolt.with_name("enough").exists():
        time.sleep(0.02)
    print("closing", file=sys.stderr, flush=True)
    bolt.unlink()
"""
    bolt = tmp_path / "bolt"
    CommandDoor(script(code)).open(3)
    assert bolt.exists()
    (tmp_path / "enough").touch()
    eventually(lambda: not bolt.exists())


def eventually(holds, within=5.0):
    until = time.monotonic() + within
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)
