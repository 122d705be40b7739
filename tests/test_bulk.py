"""Many people from a list: each row stored or refused and why, stopped anywhere, run twice without harm."""

import csv
import json
import os
import resource
import shutil
import signal
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime

import pytest
from conftest import PORTRAITS
from fakes import FakeStore
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.admin.app import main
from core.bulk import Report, beside, enrol_all
from core.demo import DemoFaceModel
from core.domain import StoredFace
from core.enrolment import Enrolment
from core.errors import InputError, PersonNotFound, StoreUnavailable
from core.recogniser import Recogniser
from core.roster import read_people
from core.settings import EnrolmentSettings, RecognitionSettings
from core.store import Store

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ADA, BEN, DEV = "ada,Ada Secret,ada-1.png;ada-2.png", "ben,Ben,ben-1.png", "dev,Dev,dev-1.png"


class Killed(BaseException):
    """The process ends here."""


class Shelf(FakeStore):
    """Faces in memory that keeps the store's word on replacing. Told to, its process ends after so many steps."""

    def __init__(self):
        super().__init__()
        self._steps = None

    def dies_after(self, steps):
        self._steps = steps

    def faces_of(self, user_id):
        return [face for face in self.faces if face.user_id == user_id]

    def add_faces(self, user_id, name, templates, *, limit, replace=False, **more):
        self._step()
        if replace:
            self.loses(user_id)
        stored = super().add_faces(user_id, name, templates, limit=limit, **more)
        self._step()
        return stored

    def content(self):
        return [(face.user_id, face.name, face.vector.tobytes()) for face in self.faces]

    def _step(self):
        if self._steps is not None:
            self._steps -= 1
            if self._steps < 0:
                raise Killed


class Folk:
    """The shelf as `People` sees it: a Store has a method where the fake has its list."""

    def __init__(self, shelf):
        self._shelf = shelf

    def faces(self, user_id):
        self._shelf.gallery_version()  # raises where the database is away
        if not (mine := self._shelf.faces_of(user_id)):
            raise PersonNotFound("Nobody is enrolled under that user_id.")
        return [StoredFace(i, face.model_id, face.quality, NOON) for i, face in enumerate(mine)]


class Model(DemoFaceModel):
    """The demo's, of a version of its own, that can be told to break."""

    def __init__(self, version="1"):
        super().__init__()
        self._version = version
        self._broken = False

    @property
    def id(self):
        return f"demo:{self._version}:128"

    def breaks(self):
        self._broken = True

    def detect(self, image, sizes=()):
        if self._broken:
            raise RuntimeError("out of order")
        return super().detect(image)


class Desk:
    """A store, and imports into it."""

    def __init__(self, model=None, shelf=None):
        self.shelf = shelf or Shelf()
        self._recogniser = Recogniser(lambda: model or Model(), self.shelf, RecognitionSettings(threshold=0.6))
        self._recogniser.refresh()
        self.enrolment = Enrolment(self._recogniser, self.shelf, EnrolmentSettings())

    def knows(self):
        return {user_id for user_id, _ in self._recogniser.gallery.people}

    def begins(self, listed, folder, **how):
        return enrol_all(read_people(listed, folder), self.enrolment, Folk(self.shelf), **how)

    def imports(self, listed, folder, report=None, **how):
        if report is None:
            return list(self.begins(listed, folder, **how))
        with Report(report) as opened:
            return list(self.begins(listed, folder, report=opened, **how))


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    folder = shutil.copytree(PORTRAITS, tmp_path_factory.mktemp("drawn") / "portraits")
    (folder / "torn.png").write_bytes((folder / "ada-1.png").read_bytes()[:300])
    return folder


@pytest.fixture
def pictures(drawn, tmp_path):
    return shutil.copytree(drawn, tmp_path / "pictures")


@pytest.fixture
def people(tmp_path):
    """Writes people.csv."""

    def write(*rows, header="user_id,name,pictures"):
        path = tmp_path / "people.csv"
        path.write_text("\n".join([header, *rows]) + "\n")
        return path

    return write


def fates(results):
    return [(result.user_id, str(result.status), result.code, result.faces) for result in results]


def reported(path):
    return [
        (row["user_id"], row["status"], row["code"], int(row["faces"]))
        for row in csv.DictReader(path.read_text().splitlines())
    ]


def test_each_row_is_stored_or_refused_and_why(people, pictures, tmp_path):
    listed = people(
        ADA,
        "ben,Ben,ben-1.png;ada-3.png",
        "emi,Emi,torn.png",
        "mal,Mal,ada-3.png",
        "x,X,gone.png",
        "ada,Ada again,ada-3.png",
        ",Nobody,ben-1.png",
        "fay,Fay," + ";".join(["torn.png"] * 5),
        DEV,
    )
    results = Desk().imports(listed, pictures, tmp_path / "report.csv")
    assert fates(results) == [
        ("ada", "stored", "", 2),
        ("ben", "refused", "face_of_another", 0),  # one of the two is
        ("emi", "refused", "image_unreadable", 0),
        ("mal", "refused", "face_of_another", 0),
        ("x", "refused", "image_unreadable", 0),
        ("ada", "refused", "invalid_field", 0),
        ("", "refused", "invalid_field", 0),
        ("fay", "refused", "invalid_field", 0),
        ("dev", "stored", "", 1),
    ]
    assert [result.line for result in results] == list(range(2, 11))
    assert ("torn.png" in results[2].message, "line 2" in results[5].message) == (True, True)
    assert reported(tmp_path / "report.csv") == fates(results)


def test_consent_is_put_on_record_with_the_faces(people, pictures):
    desk = Desk()
    header = "user_id,name,pictures,consent,consent_at"
    desk.imports(people(f"{ADA},v2,2026-11-24T12:00Z", f"{BEN},,", header=header), pictures)
    ((who, consent),) = desk.shelf.consents.items()
    assert (who, consent.version, consent.at) == ("ada", "v2", NOON)


def test_a_second_run_changes_nothing_and_reports_each_row_again(people, pictures, tmp_path):
    desk, report = Desk(), tmp_path / "report.csv"
    listed = people(ADA, "emi,Emi,torn.png", BEN)
    desk.imports(listed, pictures, report)
    before = desk.shelf.content(), desk.shelf.gallery_version()
    shutil.copy(pictures / "ben-1.png", pictures / "ada-1.png")  # nobody looks at it any more
    for _ in range(2):
        assert fates(desk.imports(listed, pictures, report)) == [
            ("ada", "unchanged", "already_enrolled", 0),
            ("emi", "refused", "image_unreadable", 0),
            ("ben", "unchanged", "already_enrolled", 0),
        ]
    assert (desk.shelf.content(), desk.shelf.gallery_version()) == before
    assert [row[1] for row in reported(report)] == ["unchanged", "refused", "unchanged"]


def test_what_was_refused_is_tried_again(people, pictures):
    desk, listed = Desk(), people("emi,Emi,torn.png")
    assert desk.imports(listed, pictures)[0].status == "refused"
    shutil.copy(pictures / "emi-1.png", pictures / "torn.png")
    assert fates(desk.imports(listed, pictures)) == [("emi", "stored", "", 1)]


def test_faces_are_replaced_where_that_is_asked_for_and_only_by_better_than_nothing(people, pictures):
    desk = Desk()
    desk.imports(people(ADA, BEN), pictures)
    listed = people("ada,Ada,ada-3.png", "ben,Ben,torn.png")
    for _ in range(2):
        assert [result.status for result in desk.imports(listed, pictures, replace=True)] == ["stored", "refused"]
    assert [len(desk.shelf.faces_of(who)) for who in ("ada", "ben")] == [1, 1]


def test_faces_of_another_model_keep_nobody_from_being_enrolled(people, pictures):
    shelf, listed = Shelf(), people(ADA)
    Desk(Model("1"), shelf).imports(listed, pictures)
    assert fates(Desk(Model("2"), shelf).imports(listed, pictures)) == [("ada", "stored", "", 2)]


def test_a_run_stops_before_the_next_row_and_goes_on_there(people, pictures, tmp_path):
    desk, listed, done = Desk(), people(ADA, BEN, DEV), []
    with Report(tmp_path / "report.csv") as report:
        done.extend(r.user_id for r in desk.begins(listed, pictures, report=report, stopped=lambda: len(done) == 2))
    assert (done, [row[0] for row in reported(tmp_path / "report.csv")]) == (["ada", "ben"], ["ada", "ben"])
    again = desk.imports(listed, pictures, tmp_path / "report.csv")
    assert [result.status for result in again] == ["unchanged", "unchanged", "stored"]
    assert len(reported(tmp_path / "report.csv")) == 3


def test_a_lost_database_ends_the_run_and_is_held_against_no_row(people, pictures, tmp_path):
    desk, listed, report = Desk(), people(ADA, BEN), tmp_path / "report.csv"
    with Report(report) as opened:
        rows = desk.begins(listed, pictures, report=opened)
        next(rows)
        desk.shelf.goes_away()
        with pytest.raises(StoreUnavailable):
            next(rows)
    assert [row[0] for row in reported(report)] == ["ada"]
    desk.shelf.comes_back()
    assert [result.status for result in desk.imports(listed, pictures, report)] == ["unchanged", "stored"]


@pytest.mark.logs("line 2 of the import failed")
def test_a_row_at_which_we_fail_does_not_hold_up_the_next(people, pictures, caplog):
    model = Model()
    desk = Desk(model)
    model.breaks()
    assert fates(desk.imports(people(ADA, "x,X,gone.png"), pictures)) == [
        ("ada", "refused", "error", 0),
        ("x", "refused", "image_unreadable", 0),
    ]
    assert "Secret" not in caplog.text


@pytest.mark.parametrize("most", [1, 2, 100])
def test_a_face_is_known_to_the_next_rows_and_read_into_the_gallery_now_and_then(people, pictures, monkeypatch, most):
    monkeypatch.setattr("core.bulk.MOST_FRESH", most)
    desk = Desk()
    results = desk.imports(people(ADA, BEN, "mal,Mal,ada-3.png", DEV, "eve,Eve,ben-2.png"), pictures)
    assert [result.code for result in results] == ["", "", "face_of_another", "", "face_of_another"]
    assert desk.knows() == {"ada", "ben", "dev"}  # at once, though nobody polls


def test_a_run_that_is_left_off_leaves_the_gallery_up_to_date(people, pictures):
    desk = Desk()
    rows = desk.begins(people(ADA, BEN), pictures)
    next(rows)
    rows.close()
    assert desk.knows() == {"ada"}


# The report


def test_a_report_holds_no_name_and_no_formula_and_is_for_its_owner_alone(people, pictures, tmp_path):
    report = tmp_path / "report.csv"
    Desk().imports(people(ADA, "=x(),X,=gone.png"), pictures, report)
    assert report.stat().st_mode & 0o777 == 0o600
    assert "Secret" not in report.read_text()
    [_, formula] = csv.DictReader(report.read_text().splitlines())
    assert (formula["user_id"], formula["message"][:2]) == ("'=x()", "'=")


@pytest.mark.parametrize("content", ["user_id,name,pictures\nada,Ada,x\n", "li\n", "x" * 100, "\0"])
def test_another_file_is_not_taken_for_a_report(tmp_path, content):
    path = tmp_path / "report.csv"
    path.write_text(content)
    with pytest.raises(InputError, match="not the report"):
        Report(path)
    assert path.read_text() == content


@pytest.mark.parametrize("path", ["/dev/full", "/dev/zero", ".", "none/report.csv", "pipe"])
def test_what_cannot_be_a_report_is_refused(tmp_path, path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError):
        Report(tmp_path / path)


def test_two_imports_do_not_share_a_report(tmp_path):
    with Report(tmp_path / "report.csv"), pytest.raises(InputError, match="in use"):
        Report(tmp_path / "report.csv")
    Report(tmp_path / "report.csv").close()


def test_a_full_disk_ends_the_run_and_the_next_one_goes_on(people, pictures, tmp_path):
    desk, listed, report = Desk(), people(ADA, BEN, DEV), tmp_path / "report.csv"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Report(report) as opened:
        rows = desk.begins(listed, pictures, report=opened)
        next(rows)
        resource.setrlimit(resource.RLIMIT_FSIZE, (report.stat().st_size + 5, hard))  # room for half a line
        try:
            with pytest.raises(InputError, match="cannot be written"):
                next(rows)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [result.status for result in desk.imports(listed, pictures, report)] == ["unchanged", "unchanged", "stored"]
    assert len(reported(report)) == 3


# Interruptions

NAMES = ("ada", "ben", "chloe", "dev")


@st.composite
def lists(draw):
    """A row for each person, of their own pictures, of another's, or of none that can be read."""
    rows = []
    for who in draw(st.permutations(NAMES)):
        files = [f"{who}-1.png"], [f"{who}-1.png", f"{who}-3.png"], [f"{draw(st.sampled_from(NAMES))}-2.png"]
        rows.append(f"{who},{who.title()},{';'.join(draw(st.sampled_from([*files, ['torn.png']])))}")
    return rows


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=lists(), deaths=st.lists(st.integers(0, 7), min_size=1, max_size=3))
def test_however_often_it_is_killed_it_ends_as_one_clean_run(people, tmp_path, drawn, rows, deaths):
    listed, report = people(*rows), tmp_path / "report.csv"
    clean, desk = Desk(), Desk()
    told = fates(clean.imports(listed, drawn, report))
    for steps in deaths:
        desk.shelf.dies_after(steps)
        with suppress(Killed):
            desk.imports(listed, drawn, report)
        desk.shelf.dies_after(None)
    desk.imports(listed, drawn, report)
    assert desk.shelf.content() == clean.shelf.content()
    assert [(who, status == "refused") for who, status, *_ in reported(report)] == [
        (who, status == "refused") for who, status, *_ in told
    ]


# The command


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """`doorward-admin import` in an empty folder on the demo's model; gives back exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOORWARD__MODELS__PACK", "demo")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["doorward-admin", "import", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        captured = capsys.readouterr()
        return stop.value.code, captured.out, captured.err

    return run


def enrolled_in(folder):
    with closing(Store(f"sqlite:///{folder}/data/doorward.sqlite")) as store:
        store.migrate()
        return {person.user_id: person.faces for person in store.people()}


def test_the_command_says_what_was_refused_and_counts_the_rest(run, people, pictures, tmp_path):
    listed = people(ADA + ",x", "emi,Emi,torn.png,y", header="user_id,name,pictures,dept")
    code, out, err = run(listed, "--folder", pictures)
    assert (code, err) == (1, "")
    assert "line 3  emi  refused  image_unreadable" in out
    assert "2 rows: 1 stored, 1 refused. Ignored columns: dept." in out
    assert enrolled_in(tmp_path) == {"ada": 2}
    assert [row[1] for row in reported(beside(listed))] == ["stored", "refused"]


def test_the_command_ends_with_0_where_nothing_was_refused_the_second_time_too(run, people, pictures, tmp_path):
    listed = people(ADA)
    for status in ("stored", "unchanged"):
        code, out, _ = run(listed, "--folder", pictures, "--report", tmp_path / "told.csv", "--json")
        row, summary = map(json.loads, out.splitlines())
        assert (code, row["status"], summary[status], summary["left"]) == (0, status, 1, 0)
    assert run(listed, "--folder", pictures, "--replace")[0] == 0
    assert enrolled_in(tmp_path) == {"ada": 2}


def test_a_list_that_is_none_is_a_sentence_and_leaves_no_report(run, people, pictures):
    listed = people(ADA, header="who,what,where")
    code, out, err = run(listed, "--folder", pictures)
    assert (code, out, err.startswith("invalid_input: ")) == (1, "", True)
    assert not beside(listed).exists()


@pytest.fixture
def ctrl_c(monkeypatch):
    """Ctrl-C, so many times, while ben is enrolled; once."""

    def arrange(times):
        real = Enrolment.enrol

        def enrol(self, user_id, *arguments, **options):
            if user_id == "ben":
                monkeypatch.setattr(Enrolment, "enrol", real)
                for _ in range(times):
                    signal.raise_signal(signal.SIGINT)
            return real(self, user_id, *arguments, **options)

        monkeypatch.setattr(Enrolment, "enrol", enrol)

    return arrange


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_with_the_row_and_the_same_command_goes_on(run, ctrl_c, people, pictures, times):
    kept = {"ada": 2, "ben": 1} if times == 1 else {"ada": 2}
    before = signal.getsignal(signal.SIGINT)
    command = (people(ADA, BEN, DEV), "--folder", pictures)
    ctrl_c(times)
    code, out, _ = run(*command)
    assert (code, f"{3 - len(kept)} left: the same command goes on" in out) == (130, True)
    assert signal.getsignal(signal.SIGINT) is before
    assert enrolled_in(pictures.parent) == kept
    assert run(*command)[0] == 0
    assert enrolled_in(pictures.parent) == {"ada": 2, "ben": 1, "dev": 1}


def test_ctrl_c_at_the_last_row_leaves_nothing_to_go_on_with(run, ctrl_c, people, pictures):
    ctrl_c(1)
    assert run(people(ADA, BEN), "--folder", pictures)[0] == 0
