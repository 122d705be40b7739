"""`doorward-admin evaluate`: what it takes, what it says, on drawn and on real people."""

import json
import shutil
import sys
from xml.etree import ElementTree as ET

import pytest
from conftest import PORTRAITS

from core.admin.app import main
from core.admin.evaluate.labelled import People, read
from core.demo import DEMO_PEOPLE
from core.errors import InputError


@pytest.fixture
def people(tmp_path):
    """The demo's portraits, a folder for each person."""
    folder = tmp_path / "people"
    folder.mkdir()
    for portrait in PORTRAITS.iterdir():
        person = folder / portrait.name.split("-")[0]
        person.mkdir(exist_ok=True)
        shutil.copy(portrait, person)
    return folder


def csv(folder, *lines, header="file_x,file_y,Decision"):
    path = folder / "pairs.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8-sig")
    return path


def test_each_folder_is_a_person_and_what_is_hidden_is_not_a_picture(people):
    (people / "ada" / ".hidden").touch()
    (people / ".git").mkdir()
    (people / ".git" / "config").touch()
    (people / "README.txt").touch()
    labelled = read(people, skip=["ben"])
    assert isinstance(labelled, People)
    assert set(labelled.labels) == {person.user_id for person in DEMO_PEOPLE} - {"ben"}
    assert len(labelled.files) == len(labelled.labels) == 3 * (len(DEMO_PEOPLE) - 1)


@pytest.mark.parametrize("decision", ["Yes", "no", "1", "0", "genuine", "Impostor"])
def test_a_csv_says_of_each_pair_whether_it_is_one_person(people, decision):
    labelled = read(csv(people, f"ada/ada-1.png,ben/ben-1.png,{decision}"))
    assert labelled.files == (people / "ada/ada-1.png", people / "ben/ben-1.png")
    assert labelled.pairs == ((0, 1, decision in ("Yes", "1", "genuine")),)


def test_all_bad_lines_of_a_csv_are_listed_and_nobody_is_named(people):
    path = csv(
        people,
        "ada/ada-1.png,ada/ada-2.png,Yes",
        "ada/ada-1.png,ada/ada-9.png,Yes",
        "ada/ada-1.png,,Yes",
        "ada/ada-1.png,ada/ada-3.png,maybe",
        "ada/ada-1.png,./ada/ada-1.png,Yes",
        "ada/ada-2.png,ada/ada-1.png,No",
        "ada/ada-1.png,ben/ben-1.png,No,more",
    )
    with pytest.raises(InputError) as refusal:
        read(path)
    message = str(refusal.value)
    assert [line.split(":")[0].strip() for line in message.splitlines()[1:]] == [f"line {n}" for n in range(3, 9)]
    assert "ada" not in message


@pytest.mark.parametrize("content", [b"", b"file_x,file_y\n", b"file_x,file_y,Decision\n", b"\xff\xfe\x00", None])
def test_what_is_no_list_of_pairs_is_refused(tmp_path, content):
    path = tmp_path / "pairs.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"pairs\.csv"):
        read(path)


def test_an_empty_folder_and_a_folder_to_skip_that_is_not_there_are_refused(tmp_path, people):
    (tmp_path / "empty" / "ada").mkdir(parents=True)
    with pytest.raises(InputError, match="holds no folder with pictures"):
        read(tmp_path / "empty")
    with pytest.raises(InputError, match="nobody"):
        read(people, skip=["nobody"])
    with pytest.raises(InputError, match="--skip"):
        read(csv(people, "ada/ada-1.png,ada/ada-2.png,1"), skip=["ada"])


@pytest.fixture
def evaluate(tmp_path, monkeypatch, capsys):
    """Runs `doorward-admin evaluate` on the demo's model, or on another pack; gives back code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def evaluate(*arguments, pack="demo"):
        monkeypatch.setenv("DOORWARD__MODELS__PACK", str(pack))
        monkeypatch.setattr(sys, "argv", ["doorward-admin", "evaluate", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return evaluate


def test_drawn_people_are_told_apart(evaluate, people):
    code, out, err = evaluate(people, "--json")
    told = json.loads(out)
    assert (code, err, out.count("\n")) == (0, "", 1)
    n = len(DEMO_PEOPLE)
    assert (told["genuine"]["count"], told["impostor"]["count"]) == (3 * n, 9 * n * (n - 1) // 2)
    assert told["failures_to_acquire"]["count"] == 0
    assert told["failures_to_acquire"]["interval"][1] > 0
    here = told["operating_point"]
    assert (here["fmr"], here["fnmr"]) == (0, 0)
    assert here["fmr_interval"][1] > 0
    assert [point["target"] for point in told["points"]] == [0.1, 0.01, None]
    assert told["identification"]["operating_point"]["mated_searches"] == 3 * n


def test_a_picture_that_cannot_be_acquired_is_named_and_counts_against_us(evaluate, people):
    (people / "ada" / "ada-1.png").write_bytes(b"not a picture")
    told = json.loads(evaluate(people, "--json")[1])
    assert told["failures_to_acquire"]["files"] == [{"file": "ada/ada-1.png", "reason": "image_unreadable"}]
    here = told["operating_point"]
    assert (told["genuine"]["failed"], here["genuine_pairs"]) == (2, 3 * len(DEMO_PEOPLE))
    assert here["fnmr"] == pytest.approx(2 / here["genuine_pairs"])
    assert here["impostor_pairs"] == told["impostor"]["count"]


def test_a_picture_with_the_wrong_label_shows(evaluate, people):
    (people / "ada" / "ada-1.png").rename(people / "ben" / "ben-4.png")
    told = json.loads(evaluate(people, "--json")[1])
    first = told["lookalikes"][0]
    assert {first["file_x"].split("/")[0], first["file_y"].split("/")[0]} == {"ada", "ben"}
    assert "ben/ben-4.png" in (first["file_x"], first["file_y"])
    assert told["operating_point"]["fmr"] > 0
    assert "is the label right?" in evaluate(people)[1]


def test_a_list_of_pairs_is_evaluated_as_well(evaluate, people):
    path = csv(people, "ada/ada-1.png,ada/ada-2.png,Yes", "ada/ada-1.png,ben/ben-1.png,No")
    told = json.loads(evaluate(path, "--json")[1])
    assert (told["genuine"]["count"], told["impostor"]["count"]) == (1, 1)
    assert told["identification"] is None
    assert "1 in 1" in told["notes"][-1]


def test_people_read_tables_with_the_sample_beside_each_rate(evaluate, people):
    code, out, _ = evaluate(people)
    assert code == 0
    assert "0/135: 0 % [0, 2.7]" in out
    assert "Identification" in out
    assert max(len(line) for line in out.splitlines()) <= 80


def test_one_person_alone_has_no_rate_of_false_matches(evaluate, people):
    skipped = [f"--skip={person.user_id}" for person in DEMO_PEOPLE if person.user_id != "ada"]
    told = json.loads(evaluate(people, "--json", *skipped)[1])
    assert told["points"] == []
    assert told["operating_point"]["fmr"] is None
    assert told["impostor"]["median"] is None
    assert "nothing tried" in evaluate(people, *skipped)[1]


def test_the_plot_is_written_or_refused_in_a_sentence(evaluate, people, tmp_path):
    assert evaluate(people, "--plot", tmp_path / "roc.svg")[0] == 0
    assert ET.parse(tmp_path / "roc.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"
    code, _, err = evaluate(people, "--plot", tmp_path / "nowhere" / "roc.svg")
    assert (code, err.split(":")[0]) == (1, "invalid_input")


def test_the_public_figures_are_told_apart(evaluate, shared, pack):
    told = json.loads(evaluate(shared / "faces", "--skip=groups", "--skip=partial", "--json", pack=pack)[1])
    assert told["failures_to_acquire"]["count"] == 0
    assert (told["genuine"]["count"], told["impostor"]["count"]) == (14, 91)
    assert told["genuine"]["min"] >= 0.53
    assert told["impostor"]["max"] <= 0.28
    here = told["operating_point"]
    assert (here["threshold"], here["fmr"], here["fnmr"]) == (0.45, 0, 0)
    assert here["fmr_interval"] == [0, pytest.approx(1 - 0.025 ** (1 / 91))]


def test_groups_and_half_faces_are_failures_to_acquire(evaluate, shared, pack):
    told = json.loads(evaluate(shared / "faces", "--json", pack=pack)[1])
    failed = {row["person"]: row["failures"] for row in told["people"] if row["failures"]}
    assert failed == {"groups": 2, "partial": 2}
    assert (told["genuine"]["count"], told["genuine"]["failed"]) == (14, 2)
    assert told["operating_point"]["fnmr"] == pytest.approx(2 / 16)
