"""The shell, as an operator types it: through the console script's own `main`."""

import csv
import json
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from conftest import PORTRAITS
from typer.testing import CliRunner

from core.admin.app import app, main
from core.domain import Decision, Reason, Role, Verdict
from core.logbook import Event, Incident
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


def lines(output):
    return [json.loads(line) for line in output.splitlines()]


def test_enrol_list_match_and_erase(run):
    code, out, _ = run("enrol", "ada", "Ada", PORTRAITS / "ada-1.png", PORTRAITS / "ada-2.png", "--json")
    assert (code, lines(out)) == (0, [{"status": "success", "faces_stored": 2}])
    assert lines(run("people", "--json")[1]) == [
        {
            "user_id": "ada",
            "name": "Ada",
            "active": True,
            "faces": 2,
            "pin": False,
            **dict.fromkeys(("valid_from", "valid_until", "consent", "consent_at")),
        }
    ]
    assert "Ada" in run("people")[1]
    assert lines(run("--json", "match", PORTRAITS / "ada-3.png")[1])[0]["user_id"] == "ada"
    stranger = lines(run("match", PORTRAITS / "ben-1.png", "--json")[1])[0]
    assert (stranger["verdict"], stranger["user_id"]) == ("denied", None)
    assert run("erase", "ada")[0] == 0
    assert lines(run("people", "--json")[1]) == []


def test_a_refusal_is_a_sentence_on_stderr(run, tmp_path):
    cv2.imwrite(str(tmp_path / "empty.png"), cv2.imread(str(PORTRAITS / "ada-1.png"))[:20, :20])
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


def test_replay_says_who_was_granted_and_when(run, tmp_path):
    video = tmp_path / "visit.avi"
    ada = cv2.imread(str(PORTRAITS / "ada-1.png"))
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter_fourcc(*"MJPG"), 10, ada.shape[1::-1])
    for i in range(30):
        writer.write(ada if i >= 10 else ada * 0 + 90)
    writer.release()
    assert run("enrol", "ada", "Ada", PORTRAITS / "ada-2.png")[0] == 0
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
    parts = {"display", "model", "liveness", "database", "offline", "search", "camera", "door", "port", "api"}
    assert set(checks) == parts
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
    for command in ("enrol", "people", "match", "replay", "doctor", "models", "bench", "evaluate", "import", "events"):
        assert command in out


def test_the_operators_pin_is_set_anew_and_kept_as_a_hash(run, tmp_path):
    assert CliRunner().invoke(app, ["pin"], input="135790\n135790\n").exit_code == 0
    with closing(Store(f"sqlite:///{tmp_path}/data/doorward.sqlite")) as store:
        stored = store.secret(Role.OPERATOR)
        assert store.secret(Role.ADMINISTRATOR) is None
    assert "135790" not in stored
    assert matches("135790", stored)
    assert not matches("135791", stored)


def test_the_administrators_passphrase_is_kept_as_a_hash_beside_the_operators_pin(run, tmp_path):
    CliRunner().invoke(app, ["pin"], input="135790\n135790\n")
    done = CliRunner().invoke(app, ["passphrase"], input="correct horse\ncorrect horse\n")
    assert (done.exit_code, "horse" in done.output) == (0, False)
    with closing(Store(f"sqlite:///{tmp_path}/data/doorward.sqlite")) as store:
        assert matches("correct horse", store.secret(Role.ADMINISTRATOR))
        assert matches("135790", store.secret(Role.OPERATOR))


@pytest.mark.parametrize("typed", ["too short\ntoo short\n", "correct horse\ncorrect house\n"])
def test_a_passphrase_that_will_not_do_is_refused_and_not_repeated(run, typed):
    result = CliRunner().invoke(app, ["passphrase"], input=typed)
    assert result.exit_code != 0
    assert typed.split("\n")[0] not in result.output + str(result.exception)


def test_a_persons_pin_is_set_and_taken_away(run):
    run("enrol", "ada", "Ada", PORTRAITS / "ada-1.png")
    assert CliRunner().invoke(app, ["person-pin", "ada"], input="135790\n135790\n").exit_code == 0
    assert [row["pin"] for row in lines(run("people", "--json")[1])] == [True]
    run("person-pin", "ada", "--remove")
    assert [row["pin"] for row in lines(run("people", "--json")[1])] == [False]
    assert run("person-pin", "nobody")[2].startswith("person_not_found: ")


def test_a_person_is_let_in_from_when_and_until_when_and_always_again(run):
    run("enrol", "ada", "Ada", PORTRAITS / "ada-1.png")
    first, end = "2026-01-01T08:00+01:00", "2026-06-01T00:00Z"
    code, out, _ = run("person-valid", "ada", "--from", first, "--json")
    assert (code, lines(out)[0]["valid_from"], lines(out)[0]["valid_until"]) == (0, "2026-01-01T07:00:00+00:00", None)
    run("person-valid", "ada", "--until", end)
    [ada] = lines(run("people", "--json")[1])
    assert (ada["valid_from"], ada["valid_until"]) == ("2026-01-01T07:00:00+00:00", "2026-06-01T00:00:00+00:00")
    assert "any time" not in run("person-valid", "ada")[1]
    assert "from any time until any time" in run("person-valid", "ada", "--always")[1]
    assert lines(run("people", "--json")[1])[0]["valid_from"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ada", "--from", "tomorrow"), "invalid_field: --from"),
        (("ada", "--from", "0001-01-01T00:00+14:00"), "invalid_field: --from"),
        (("ada", "--from", "2026-06-01", "--until", "2026-06-01"), "invalid_field: --until"),
        (("nobody", "--from", "2026-06-01"), "person_not_found: "),
        (("nobody", "--always"), "person_not_found: "),
    ],
)
def test_bounds_that_make_no_sense_are_refused(run, arguments, says):
    run("enrol", "ada", "Ada", PORTRAITS / "ada-1.png")
    code, _, err = run("person-valid", *arguments)
    assert (code, err.startswith(says)) == (1, True), err
    assert lines(run("people", "--json")[1])[0]["valid_from"] is None


def test_one_face_of_a_person_is_dropped(run):
    run("enrol", "ada", "Ada", PORTRAITS / "ada-1.png", PORTRAITS / "ada-2.png")
    first, second = lines(run("person-faces", "ada", "--json")[1])
    assert set(first) == {"id", "model_id", "quality", "stored_at"}
    assert run("drop-face", "ada", first["id"])[0] == 0
    assert lines(run("person-faces", "ada", "--json")[1]) == [second]
    assert run("drop-face", "ada", first["id"])[2].startswith("person_not_found: ")
    assert run("person-faces", "nobody")[2].startswith("person_not_found: ")


def test_what_is_changed_at_a_shell_is_written_down(run):
    run("enrol", "ada", "Ada", PORTRAITS / "ada-1.png")
    run("erase", "ada")
    rows = lines(run("events", "--outcome", "act", "--json")[1])
    told = [(row["source"], row["reason"], row["user_id"], row["name"]) for row in rows]
    assert told == [("shell", "deleted", "ada", None), ("shell", "enrolled", "ada", None)]


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def log(tmp_path):
    """Ann granted at noon, an hour later somebody denied, and an hour after that a fault."""
    with closing(Store(f"sqlite:///{tmp_path}/data/doorward.sqlite")) as store:
        store.migrate()
        ann = Decision(Verdict.GRANTED, Reason.MATCHED, "ann", "=Ann()", 0.75, latency=0.5)
        store.record(Event(NOON, "door", ann, "m", "opened"))
        denied = Decision(Verdict.DENIED, Reason.UNKNOWN_FACE)
        store.record(Event(NOON + timedelta(hours=1), "door", denied, "m"))
        store.report(Incident(NOON + timedelta(hours=2), "door", "camera_covered"))


@pytest.mark.parametrize(
    ("arguments", "reasons"),
    [
        ((), ["camera_covered", "unknown_face", "matched"]),
        (("--limit", 2), ["camera_covered", "unknown_face"]),
        (("--limit", 0), ["camera_covered", "unknown_face", "matched"]),
        (("--person", "AN"), ["matched"]),
        (("--outcome", "denied"), ["unknown_face"]),
        (("--outcome", "fault"), ["camera_covered"]),
        (("--reason", "matched"), ["matched"]),
        (("--since", "2026-11-24T13:00Z"), ["camera_covered", "unknown_face"]),
        (("--since", "2026-11-24T13:00Z", "--until", "2026-11-24T14:00Z"), ["unknown_face"]),
    ],
)
def test_the_log_is_listed_newest_first_and_filtered(run, log, arguments, reasons):
    code, out, _ = run("events", *arguments, "--json")
    assert (code, [row["reason"] for row in lines(out)]) == (0, reasons)


def test_a_log_of_many_pages_is_listed_to_its_end(run, log, monkeypatch):
    monkeypatch.setattr("core.admin.log.PAGE", 1)
    assert len(lines(run("events", "--limit", 0, "--json")[1])) == 3
    assert len(lines(run("events", "--limit", 2, "--json")[1])) == 2


def test_the_log_as_csv_holds_no_formula(run, log):
    rows = list(csv.DictReader(run("events", "--csv")[1].splitlines()))
    assert [row["outcome"] for row in rows] == ["fault", "denied", "granted"]
    assert (rows[2]["name"], rows[2]["similarity"], rows[2]["door"]) == ("'=Ann()", "0.75", "opened")
    assert (rows[2]["at"], rows[1]["user_id"]) == ("2026-11-24T12:00:00+00:00", "")


def test_a_time_that_is_none_is_refused_by_its_option(run, log):
    assert run("events", "--since", "yesterday")[2].startswith("invalid_field: --since")


@pytest.mark.parametrize("typed", ["1234\n1234\n", "135790\n135791\n", "abcdef\nabcdef\n"])
def test_a_pin_that_will_not_do_is_refused_and_not_repeated(run, typed):
    result = CliRunner().invoke(app, ["pin"], input=typed)
    assert result.exit_code != 0
    assert typed.split()[0] not in result.output + str(result.exception)
