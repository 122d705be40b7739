"""Cameras on the network, as small as they can be: over RTSP, as JPEGs over HTTP, and one that never answers."""

import socketserver
import struct
import threading
from collections.abc import Iterable, Iterator
from itertools import count, cycle, islice
from pathlib import Path

import numpy as np

from core.opencv import cv2

SIZE = (160, 120)
PACKETS = 7 * 188  # bytes of an MPEG transport stream in one packet of RTP (RFC 2250)
SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=door\r\nt=0 0\r\nm=video 0 RTP/AVP 33\r\na=control:track\r\n"
ANSWERS = {
    "DESCRIBE": ("Content-Type: application/sdp\r\n", SDP),
    "SETUP": ("Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n", ""),
}


class NetworkCamera(socketserver.ThreadingTCPServer):
    """Serves all who watch. A context manager; its threads end with it."""

    scheme = "http"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Watcher)
        self.address = f"{self.scheme}://127.0.0.1:{self.server_address[1]}/door"
        self.hung_up = threading.Event()
        self.stalled = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,))

    def hangs_up(self) -> None:
        """On those who watch now; who comes later is served."""
        self.hung_up.set()
        self.hung_up = threading.Event()

    def stalls(self) -> None:
        """Keeps its connections, and sends nothing more."""
        self.stalled.set()

    def greet(self, watcher: "Watcher") -> None:
        """What is said before the first picture."""

    def parts(self) -> Iterable[bytes]:
        """What is sent then, bit by bit."""
        return iter(lambda: b"", None)

    def __enter__(self) -> "NetworkCamera":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.hangs_up()
        self.shutdown()
        self.server_close()
        self._thread.join()


class SilentCamera(NetworkCamera):
    """Accepts, and never answers."""

    scheme = "rtsp"


class HttpCamera(NetworkCamera):
    """Sends one JPEG after the other, as many a webcam does."""

    def greet(self, watcher: "Watcher") -> None:
        watcher.asked()
        watcher.say("HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=next\r\n\r\n")

    def parts(self) -> Iterator[bytes]:
        for picture in cycle(pictures()):
            jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
            yield b"--next\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b\r\n" % (len(jpeg), jpeg)


class RtspCamera(NetworkCamera):
    """Sends MPEG-2 video in RTP over its RTSP connection. `folder` is for the stream that it repeats."""

    scheme = "rtsp"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._stream = _transport_stream(folder / "door.ts")

    def greet(self, watcher: "Watcher") -> None:
        method = ""
        while method not in ("PLAY", "TEARDOWN"):
            lines = watcher.asked()
            method = lines[0].split()[0] if lines else "TEARDOWN"
            numbered = next((line for line in lines if line.startswith("CSeq")), "CSeq: 0")
            header, body = ANSWERS.get(method, ("", ""))
            watcher.say(f"RTSP/1.0 200 OK\r\n{numbered}\r\n{header}Content-Length: {len(body)}\r\n\r\n{body}")

    def parts(self) -> Iterator[bytes]:
        chunks = [self._stream[i : i + PACKETS] for i in range(0, len(self._stream), PACKETS)]
        for number, chunk in zip(count(), cycle(chunks), strict=False):
            packet = struct.pack(">BBHII", 0x80, 33, number % 65536, number * 3600, 1) + chunk
            yield struct.pack(">cBH", b"$", 0, len(packet)) + packet


class Watcher(socketserver.StreamRequestHandler):
    """One connection to a camera."""

    server: NetworkCamera

    def handle(self) -> None:
        hung_up = self.server.hung_up
        try:
            self.server.greet(self)
            for part in self.server.parts():
                if hung_up.wait(0.01):
                    return
                if not self.server.stalled.is_set():
                    self.wfile.write(part)
        except ConnectionError:
            return  # it was the watcher who hung up

    def asked(self) -> list[str]:
        """The lines of the next request; none where there is no more."""
        return [line.decode().strip() for line in iter(self.rfile.readline, b"\r\n")] if self.rfile.peek(1) else []

    def say(self, text: str) -> None:
        self.wfile.write(text.encode())


def pictures() -> Iterator[np.ndarray]:
    return (np.full((*SIZE[::-1], 3), 5 * i, np.uint8) for i in range(50))


def _transport_stream(path: Path) -> bytes:
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mpg2"), 25, SIZE)
    for picture in islice(cycle(pictures()), 200):
        writer.write(picture)
    writer.release()
    return path.read_bytes()
