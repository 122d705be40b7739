"""What is shipped: a wheel that holds all three rooms, the migrations and the commands."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_wheel_holds_every_module_and_the_three_commands(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=60,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        commands = archive.read(next(n for n in names if n.endswith("entry_points.txt"))).decode()
    sources = {p.relative_to(ROOT).as_posix() for room in ("core", "api", "kiosk") for p in (ROOT / room).rglob("*.py")}
    assert sources <= names
    assert {p.relative_to(ROOT).as_posix() for p in (ROOT / "kiosk" / "i18n").glob("*.qm")} <= names
    assert not {n for n in names if n.startswith(("tests/", "assets/", "data/"))}
    for command in ("doorward", "doorward-api", "doorward-admin"):
        assert f"{command} = " in commands
