"""Who may know whom: ARCHITECTURE.md, kept true."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(p for room in ("core", "api", "kiosk") for p in (ROOT / room).rglob("*.py"))
PURE = {
    "domain",
    "errors",
    "address",
    "alignment",
    "apikeys",
    "attempts",
    "challenge",
    "fusion",
    "gallery",
    "headturn",
    "intake",
    "logbook",
    "once",
    "policy",
    "quality",
    "scene",
    "sight",
    "sitting",
    "tally",
    "templates",
    "throttle",
    "tracking",
    "visit",
}
STANDARD = {
    "bisect",
    "collections",
    "concurrent",
    "dataclasses",
    "datetime",
    "enum",
    "hashlib",
    "hmac",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "os",
    "re",
    "secrets",
    "typing",
}
ONLY_IN = {
    "cv2": {"core/opencv.py"},
    "insightface": {"core/faces.py", "core/packs.py", "core/liveness.py", "core/admin/bench"},
    "onnxruntime": {"core/faces.py", "core/liveness.py", "core/admin/bench"},
    "sqlalchemy": {
        "core/store.py",
        "core/people.py",
        "core/events.py",
        "core/keyring.py",
        "core/answers.py",
        "core/backup.py",
        "core/doors.py",
        "core/eventfeed.py",
        "core/eventlog.py",
        "core/foreign.py",
        "core/galleryfeed.py",
        "core/rotation.py",
        "core/unseen.py",
        "core/database.py",
        "core/migrations",
    },
    "cryptography": {"core/encryption.py", "core/embeddings.py"},
    "alembic": {"core/database.py", "core/migrations"},
    "faiss": {"core/search/faiss.py"},
    "pymilvus": {"core/search/collected.py"},
    "grpc": {"core/search/collected.py"},
    "fastapi": {"api"},
    "uvicorn": {"api"},
    "prometheus_client": {"api"},
    "PySide6": {"kiosk"},
}


def imports(path):
    """(module, as written) of every import in a file, those inside functions among them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def room(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=room)
def test_each_room_knows_only_whom_it_may(path):
    name = room(path)
    for module in imports(path):
        top = module.split(".")[0]
        if name.startswith("core/"):
            assert top not in ("api", "kiosk"), f"{name} imports {module}"
        if name.startswith("api/"):
            assert top != "kiosk", f"{name} imports {module}"
        if name.startswith("kiosk/"):
            assert top != "api", f"{name} imports {module}"
        if top in ONLY_IN:
            assert any(name.startswith(where) for where in ONLY_IN[top]), f"{name} imports {module}"


@pytest.mark.parametrize("name", sorted(PURE))
def test_the_pure_rooms_know_numpy_and_the_standard_library_only(name):
    for module in imports(ROOT / "core" / f"{name}.py"):
        top = module.split(".")[0]
        if top == "core":
            assert module.split(".")[1] in PURE, f"{name} imports {module}"
        else:
            assert top in {"numpy", *STANDARD}, module
