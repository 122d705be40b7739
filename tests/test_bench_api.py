"""`doorward-admin bench api` and `bench traffic`: a server of their own, the demo's people, and figures that add up."""

import json
import shutil

import pytest
from conftest import PORTRAITS
from typer.testing import CliRunner

from core.admin.app import app

PEOPLE = ("ada", "ben", "chloe")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOORWARD__MODELS__PACK", "demo")

    def run(*arguments):
        return CliRunner().invoke(app, ["bench", *map(str, arguments), "--json"])

    return run


@pytest.fixture
def people(tmp_path):
    """A folder with a folder of two portraits for each."""
    for name in PEOPLE:
        (tmp_path / "people" / name).mkdir(parents=True)
        for number in (1, 2):
            shutil.copy(PORTRAITS / f"{name}-{number}.png", tmp_path / "people" / name)
    return tmp_path / "people"


@pytest.fixture
def nobody(tmp_path, people):
    """The same folders with nothing in them that is a picture."""
    for picture in people.rglob("*.png"):
        picture.write_bytes(b"no picture")
    return people


def test_the_api_is_measured_beside_the_bare_engine(run, people):
    ran = run("api", "--faces", people, "--seconds", 0.5, "--rounds", 1)
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert told["overhead_one_client"] > 0
    assert told["throughput_ratio_16"] > 0
    assert told["bare_call_ms"] > 0
    assert [level["clients"] for level in told["levels"]] == [1, 4, 16, 64]
    for level in told["levels"]:
        assert level["answered"] >= level["clients"] or level["refused_503"]
        assert level["p50_ms"] <= level["p95_ms"] <= level["p99_ms"]
        assert level["memory_before_mb"] > 50
    assert told["goal"]["no_error_but_503"]
    assert {"cores", "cpu", "python", "onnxruntime"} <= set(told["machine"])


def test_traffic_is_answered_right_and_all_on_record(run, people):
    ran = run("traffic", "--faces", people, "--minutes", 0.04)
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert told["wrong"] == []
    assert told["enrolled"] >= 1
    assert told["certain"] >= 1
    assert told["recorded"] >= told["granted"] + told["denied"] >= 1


@pytest.mark.parametrize("which", ["api", "traffic"])
def test_pictures_of_nobody_are_refused_and_the_reason_told(run, nobody, capfd, which):
    ran = run(which, "--faces", nobody)
    assert ran.exit_code
    assert "could not be measured" in str(ran.exception)
    assert "Traceback" not in (said := capfd.readouterr().err)
    assert "invalid_input: Nobody in" in said
