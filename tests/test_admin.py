"""The shell, as an operator types it: through the console script's own `main`."""

import json
import sys

import pytest
from typer.testing import CliRunner

from core.admin.app import app, main
from core.opencv import cv2
from core.pin import matches
from core.store import Store


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs `doorward-admin` in an empty folder on the demo's model; gives back exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOORWARD__MODELS__PACK", "demo")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["doorward-admin", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def portraits(tmp_path):
    from core.demo import write_portraits

    folder = tmp_path / "portraits"
    folder.mkdir()
    write_portraits(folder)
    return folder


def lines(output):
    return [json.loads(line) for line in output.splitlines()]


def test_enrol_list_match_and_erase(run, portraits):
    code, out, _ = run("enrol", "ada", "Ada", portraits / "ada-1.png", portraits / "ada-2.png", "--json")
    assert (code, lines(out)) == (0, [{"status": "success", "faces_stored": 2}])
    assert lines(run("people", "--json")[1]) == [
        {"user_id": "ada", "name": "Ada", "active": True, "faces": 2, "pin": False}
    ]
    assert "Ada" in run("people")[1]
    assert lines(run("--json", "match", portraits / "ada-3.png")[1])[0]["user_id"] == "ada"
    stranger = lines(run("match", portraits / "ben-1.png", "--json")[1])[0]
    assert (stranger["verdict"], stranger["user_id"]) == ("denied", None)
    assert run("erase", "ada")[0] == 0
    assert lines(run("people", "--json")[1]) == []


def test_a_refusal_is_a_sentence_on_stderr(run, portraits, tmp_path):
    cv2.imwrite(str(tmp_path / "empty.png"), cv2.imread(str(portraits / "ada-1.png"))[:20, :20])
    for arguments, code in [
        (("match", tmp_path / "empty.png"), "face_not_found"),
        (("match", tmp_path / "missing.png"), "image_unreadable"),
        (("erase", "nobody"), "person_not_found"),
        (("replay", tmp_path / "missing.mp4"), "camera_unavailable"),
    ]:
        status, out, err = run(*arguments)
        assert status == 1
        assert out == ""
        assert err.startswith(f"{code}: ")
        assert "Traceback" not in err


def test_a_faulty_configuration_is_listed_before_anything_starts(run, monkeypatch):
    monkeypatch.setenv("DOORWARD__API__PORT", "none")
    code, _, err = run("people")
    assert code == 2
    assert "api.port" in err


def test_replay_says_who_was_granted_and_when(run, portraits, tmp_path):
    video = tmp_path / "visit.avi"
    ada = cv2.imread(str(portraits / "ada-1.png"))
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter_fourcc(*"MJPG"), 10, ada.shape[1::-1])
    for i in range(30):
        writer.write(ada if i >= 10 else ada * 0 + 90)
    writer.release()
    assert run("enrol", "ada", "Ada", portraits / "ada-2.png")[0] == 0
    granted = lines(run("replay", video, "--json")[1])
    assert [(row["verdict"], row["user_id"], row["reason"]) for row in granted] == [("granted", "ada", "matched")]
    assert 1.0 < granted[0]["t"] < 2.0
    assert "granted  ada" in run("replay", video)[1]


def test_doctor_names_a_remedy_for_what_is_missing(run, monkeypatch, tmp_path):
    monkeypatch.setenv("DOORWARD__MODELS__PACK", "buffalo_s")
    monkeypatch.setenv("DOORWARD__MODELS__ROOT", str(tmp_path / "packs"))
    monkeypatch.setenv("DOORWARD__CAMERA__SOURCE", str(tmp_path / "none.mp4"))
    code, out, _ = run("doctor", "--json")
    checks = {row["name"]: row for row in lines(out)}
    assert code == 1
    assert set(checks) == {"display", "model", "liveness", "database", "camera", "door", "port"}
    assert "doorward-admin models fetch buffalo_s" in checks["model"]["detail"]
    assert checks["database"]["well"]
    assert not checks["camera"]["well"]


def test_doctor_says_what_a_photograph_can_do_and_what_liveness_lacks(run, monkeypatch, tmp_path):
    assert "a photograph can open" in run("doctor", "--demo")[1]
    monkeypatch.setenv("DOORWARD__LIVENESS__MODE", "passive")
    monkeypatch.setenv("DOORWARD__MODELS__ROOT", str(tmp_path))
    code, out, _ = run("doctor", "--demo")
    assert code == 1
    assert "doorward-admin models fetch liveness" in out


def test_doctor_is_content_with_the_demo(run):
    code, out, _ = run("doctor", "--demo")
    assert out.count("ok  ") >= 4, out
    assert code in (0, 1)  # the port may be taken on this machine


def test_help_lists_the_commands(run):
    code, out, _ = run("--help")
    assert code == 0
    for command in ("enrol", "people", "match", "replay", "doctor", "models", "bench", "evaluate"):
        assert command in out


def test_the_operators_pin_is_set_anew_and_kept_as_a_hash(run, tmp_path):
    assert CliRunner().invoke(app, ["pin"], input="135790\n135790\n").exit_code == 0
    store = Store(f"sqlite:///{tmp_path}/data/doorward.sqlite")
    stored = store.operator_pin()
    store.close()
    assert "135790" not in stored
    assert matches("135790", stored)
    assert not matches("135791", stored)


def test_a_persons_pin_is_set_and_taken_away(run, portraits):
    run("enrol", "ada", "Ada", portraits / "ada-1.png")
    assert CliRunner().invoke(app, ["person-pin", "ada"], input="135790\n135790\n").exit_code == 0
    assert [row["pin"] for row in lines(run("people", "--json")[1])] == [True]
    run("person-pin", "ada", "--remove")
    assert [row["pin"] for row in lines(run("people", "--json")[1])] == [False]
    assert run("person-pin", "nobody")[2].startswith("person_not_found: ")


@pytest.mark.parametrize("typed", ["1234\n1234\n", "135790\n135791\n", "abcdef\nabcdef\n"])
def test_a_pin_that_will_not_do_is_refused_and_not_repeated(run, typed):
    result = CliRunner().invoke(app, ["pin"], input=typed)
    assert result.exit_code != 0
    assert typed.split()[0] not in result.output + str(result.exception)
