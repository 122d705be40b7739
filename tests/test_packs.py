"""Model packs: found by name or path, fetched whole or not at all."""

import errno
import re
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest
from tinypack import write_pack

from core import packs
from core.errors import ModelUnavailable, Stopped
from core.faces import InsightFaceModel

NAME = "buffalo_s"


class Releases(BaseHTTPRequestHandler):
    """Serves `server.files`; knows ranges unless told not to, and hangs up after `server.cut` bytes of a body."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Range")))
        content = self.server.files.get(self.path)
        if content is None:
            self._head(self.server.missing, 0)
            return
        start = int(re.findall(r"\d+", self.headers.get("Range") or "0")[0]) if self.server.ranges else 0
        if start >= len(content):
            self._head(416, 0, {"Content-Range": f"bytes */{len(content)}"})
            return
        self._head(206 if start else 200, len(content) - start)
        end = len(content) if self.server.cut is None else start + self.server.cut
        self.wfile.write(content[start:end])
        self.wfile.flush()
        self.server.silent.wait(10)
        self.close_connection = True

    def _head(self, status, length, headers=()):
        self.send_response(status)
        for name, value in {"Content-Length": str(length), **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        """Says nothing."""


@pytest.fixture
def releases():
    with ThreadingHTTPServer(("127.0.0.1", 0), Releases) as server:
        server.files, server.asked, server.cut, server.ranges, server.missing = {}, [], None, True, 404
        server.silent = threading.Event()
        server.silent.set()  # clear it, and the answer is never ended
        server.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.silent.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def fetch(releases, tmp_path):
    def fetch(name=NAME, **options):
        options = {"accepted": True, "base_url": releases.url, "timeout": 5, **options}
        return packs.fetch(name, tmp_path, **options)

    return fetch


@pytest.fixture
def archive(tmp_path):
    """A zip of a real pack: `archive(inner)` has it in a folder, as some of InsightFace's are."""
    files = write_pack(tmp_path / "made")

    def archive(inner="", **more):
        content = {f"{inner}{path.name}": path.read_bytes() for path in files.iterdir()}
        return zipped({**content, **more})

    return archive


def zipped(content):
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return file.getvalue()


def left(root):
    """What is in the models' folder."""
    return sorted(path.name for path in (root / "models").iterdir())


@pytest.mark.parametrize("inner", ["", f"{NAME}/"])
def test_a_fetched_pack_is_found_by_name_and_loads(fetch, releases, archive, tmp_path, inner):
    releases.files[f"/{NAME}.zip"] = archive(inner)
    folder = fetch()
    assert folder == packs.find(NAME, tmp_path) == tmp_path / "models" / NAME
    assert left(tmp_path) == [NAME, f"{NAME}.licence-accepted"]
    assert InsightFaceModel(folder).id.startswith(f"{NAME}:")


def test_what_is_there_is_not_fetched_again(fetch, releases, archive, tmp_path):
    releases.files[f"/{NAME}.zip"] = archive()
    fetch()
    fetch(accepted=False)
    assert len(releases.asked) == 1


def test_a_pack_that_insightface_fetched_a_folder_too_deep_is_found(tmp_path):
    deep = write_pack(tmp_path / "models" / "antelopev2" / "antelopev2")
    assert packs.find("antelopev2", tmp_path) == deep
    assert packs.fetch("antelopev2", tmp_path, accepted=True) == deep


def test_progress_is_told_in_bytes(fetch, releases, archive):
    releases.files[f"/{NAME}.zip"] = whole = archive()
    told = []
    fetch(progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (len(whole), len(whole))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_cut_download_leaves_no_pack_and_goes_on_where_it_stopped(fetch, releases, archive, tmp_path):
    releases.files[f"/{NAME}.zip"] = whole = archive()
    releases.cut = 1000
    with pytest.raises(ModelUnavailable, match="goes on where it stopped"):
        fetch()
    with pytest.raises(ModelUnavailable):
        packs.find(NAME, tmp_path)
    releases.cut = None
    told = []
    folder = fetch(progress=lambda done, total: told.append((done, total)))
    assert [asked for _, asked in releases.asked] == [None, "bytes=1000-"]
    assert told[-1] == (len(whole), len(whole))
    assert InsightFaceModel(folder).id


def test_a_server_that_knows_no_ranges_is_asked_for_all_of_it(fetch, releases, archive, tmp_path):
    releases.files[f"/{NAME}.zip"] = archive()
    releases.ranges = False
    part(tmp_path).write_bytes(b"the beginning of something")
    assert InsightFaceModel(fetch()).id


def part(root):
    path = root / "models" / f"{NAME}.zip.part"
    path.parent.mkdir(exist_ok=True)
    return path


def test_a_download_that_is_whole_already_is_only_unpacked(fetch, releases, archive, tmp_path):
    releases.files[f"/{NAME}.zip"] = whole = archive()
    part(tmp_path).write_bytes(whole)
    assert InsightFaceModel(fetch()).id
    assert len(releases.asked) == 1


def test_more_than_there_is_to_fetch_is_thrown_away(fetch, releases, archive, tmp_path):
    releases.files[f"/{NAME}.zip"] = whole = archive()
    part(tmp_path).write_bytes(bytes(len(whole) + 1))
    assert InsightFaceModel(fetch()).id


def test_a_silent_server_is_not_waited_for(fetch, releases, archive):
    releases.files[f"/{NAME}.zip"] = archive()
    releases.cut = 100
    releases.silent.clear()
    with pytest.raises(ModelUnavailable, match="ReadTimeout"):
        fetch(timeout=0.2)


def test_it_stops_when_asked_and_keeps_what_has_come(fetch, releases, archive, tmp_path):
    releases.files[f"/{NAME}.zip"] = archive()
    with pytest.raises(Stopped):
        fetch(cancelled=lambda: True)
    assert left(tmp_path) == [f"{NAME}.licence-accepted", f"{NAME}.zip.part"]
    fetch()
    assert left(tmp_path) == [NAME, f"{NAME}.licence-accepted"]


@pytest.mark.parametrize("status", [404, 403, 503])
def test_a_refusal_by_the_server_is_a_sentence(fetch, releases, tmp_path, status):
    releases.missing = status
    with pytest.raises(ModelUnavailable, match=f"{NAME}.zip answers {status}"):
        fetch()
    assert left(tmp_path) == [f"{NAME}.licence-accepted"]


def test_no_network_is_a_sentence(fetch):
    with pytest.raises(ModelUnavailable, match=r"ConnectError.* Check the network"):
        fetch(base_url="http://127.0.0.1:1/")


@pytest.mark.parametrize(
    "content",
    [
        b"<html>Sorry</html>",
        zipped({"readme.txt": b"no model"}),
        zipped({"._hidden.onnx": b"", "__MACOSX/": b""}),
        zipped({"model.onnx": b"x" * 500}).replace(b"xxxx", b"yyyy", 1),
    ],
    ids=["html", "no-model", "hidden", "damaged"],
)
def test_what_is_no_pack_is_thrown_away(fetch, releases, tmp_path, content):
    releases.files[f"/{NAME}.zip"] = content
    with pytest.raises(ModelUnavailable, match="damaged, or no model pack"):
        fetch()
    assert left(tmp_path) == [f"{NAME}.licence-accepted"]


def test_too_much_to_unpack_is_not_unpacked(fetch, releases, archive, monkeypatch, tmp_path):
    monkeypatch.setattr(packs, "MAX_BYTES", 1000)
    releases.files[f"/{NAME}.zip"] = archive()
    with pytest.raises(ModelUnavailable):
        fetch()
    assert left(tmp_path) == [f"{NAME}.licence-accepted"]


def test_nothing_is_written_outside_of_the_pack(fetch, releases, archive, tmp_path):
    evil = {"../../evil.onnx": b"1", "/etc/evil.txt": b"2", "run.sh": b"3", ".hidden.txt": b"4"}
    releases.files[f"/{NAME}.zip"] = archive(**evil)
    folder = fetch()
    inside = {path.name for path in folder.iterdir()}
    assert inside == {"detector.onnx", "recogniser.onnx", "evil.onnx", "evil.txt"}
    assert not list(tmp_path.glob("evil*"))
    assert not list((tmp_path / "models").glob("evil*"))


def test_a_full_disk_is_a_sentence_and_what_has_come_is_kept(fetch, releases, archive, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    releases.files[f"/{NAME}.zip"] = archive()
    monkeypatch.setattr(packs.shutil, "copyfileobj", full)
    with pytest.raises(ModelUnavailable, match=f"{tmp_path}/models cannot be written: the disk is full"):
        fetch()
    assert left(tmp_path) == [f"{NAME}.licence-accepted", f"{NAME}.zip.part"]


def test_a_root_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "models").write_text("a file")
    with pytest.raises(ModelUnavailable, match="cannot be written"):
        packs.fetch(NAME, tmp_path, accepted=True)


def test_nothing_is_fetched_before_the_licence_is_accepted_once(fetch, releases, archive, tmp_path):
    releases.files[f"/{NAME}.zip"] = archive()
    with pytest.raises(ModelUnavailable, match=f"licence of {NAME} .* doorward-admin models fetch {NAME}"):
        fetch(accepted=False)
    assert releases.asked == []
    assert not packs.accepted(NAME, tmp_path)
    fetch()
    assert packs.accepted(NAME, tmp_path)
    assert not packs.accepted("antelopev2", tmp_path)
    assert "non-commercial research" in packs.LICENCE


@pytest.mark.parametrize("name", ["buffalo_xxl", "../buffalo_l", "demo"])
def test_only_known_names_are_fetched(fetch, releases, name):
    with pytest.raises(ModelUnavailable, match="buffalo_l, buffalo_m"):
        fetch(name)
    assert releases.asked == []


def test_a_missing_pack_is_named_with_its_folder_and_the_command(tmp_path):
    with pytest.raises(ModelUnavailable) as refusal:
        packs.find("buffalo_l", tmp_path)
    assert str(refusal.value) == (
        f"The model pack buffalo_l is not in {tmp_path}/models/buffalo_l. Run doorward-admin models fetch buffalo_l."
    )


def test_an_unknown_name_gets_no_command_that_could_not_work(tmp_path):
    with pytest.raises(ModelUnavailable, match="Known are buffalo_l"):
        packs.find("mine", tmp_path)


def test_a_folder_is_taken_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    assert packs.find("mine", tmp_path).name == "mine"
    assert packs.find("./theirs", tmp_path).name == "theirs"
    assert packs.find(str(tmp_path / "none"), tmp_path) == tmp_path / "none"


def test_home_is_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    pack = write_pack(tmp_path / ".insightface" / "models" / NAME)
    assert packs.find(NAME, packs.Path("~/.insightface")) == pack
    assert packs.find("~/.insightface", tmp_path) == tmp_path / ".insightface"


def test_packs_come_from_insightfaces_own_releases(monkeypatch, tmp_path):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with pytest.raises(ModelUnavailable, match=r"https://github\.com/deepinsight/insightface/.*/buffalo_l\.zip "):
        packs.fetch("buffalo_l", tmp_path, accepted=True)
