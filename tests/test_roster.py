"""The list of a bulk import: what a row says, which pictures it means, and what is wrong with it."""

import os
import shutil
from datetime import UTC, datetime

import pytest

from core.cells import harmless, moment
from core.domain import Consent
from core.errors import ImageUnreadable, InputError, InvalidField
from core.roster import read_people

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def pictures(tmp_path):
    """A folder with three files; nobody here looks into them."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("ada-1.png", "ada-2.png", "ben-1.png"):
        (folder / name).write_bytes(b"?")
    return folder


@pytest.fixture
def people(tmp_path, pictures):
    """Reads a list of these lines."""

    def read(*rows, header="user_id,name,pictures"):
        path = tmp_path / "people.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8", errors="surrogateescape")
        return read_people(path, pictures, utcnow=lambda: NOON)

    return read


def faults(listed):
    return {row.line: row.fault for row in listed.rows if row.fault}


@pytest.mark.parametrize(
    "text",
    [
        "user_id,name,pictures\nada,Ada Ö,ada-1.png;ada-2.png\n",
        "\ufeffuser_id,name,pictures\r\nada,Ada Ö,ada-1.png;ada-2.png\r\n",
        'user_id;name;pictures\nada;Ada Ö;"ada-1.png;ada-2.png"\n',
        '\ufeffNAME; Pictures ;User_ID\nAda Ö;"ada-1.png;ada-2.png";ada\n',
        "user_id\tname\tpictures\nada\tAda Ö\tada-1.png;ada-2.png\n",
        '"pictures","user_id","name"\n" ada-1.png ; ada-2.png ;"," ada "," Ada Ö "',
        "\n\nuser_id,name,pictures\n\n,,\nada,Ada Ö,ada-1.png;ada-2.png,\n\n",
    ],
)
def test_ways_of_writing_the_same_list(text, tmp_path, pictures):
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8", newline="")
    listed = read_people(path, pictures)
    [row] = listed.rows
    assert (row.user_id, row.name, row.pictures, row.fault) == ("ada", "Ada Ö", ("ada-1.png", "ada-2.png"), "")
    assert listed.ignored == ()


def test_the_folder_of_the_list_is_that_of_the_pictures_unless_another_is_named(tmp_path, pictures):
    path = pictures / "people.csv"
    path.write_text("user_id,name,pictures\nada,Ada,ada-1.png\n")
    listed = read_people(path)
    assert listed.files(listed.rows[0]) == [pictures / "ada-1.png"]


@pytest.mark.parametrize(
    ("header", "row"),
    [("user_id,name", "ada,Ada"), ("user_id,name,pictures", "ada,Ada"), ("user_id;name;pictures", "ada;Ada; ; ")],
)
def test_a_row_without_pictures_means_all_of_the_folder_called_as_the_user_id(people, pictures, header, row):
    (pictures / "ada" / "deeper").mkdir(parents=True)
    for name in ("2.png", "1.png", ".DS_Store", "Thumbs.db"):
        (pictures / "ada" / name).write_bytes(b"?")
    (pictures / "ada.png").write_bytes(b"?")
    listed = people(row, header=header)
    assert listed.files(listed.rows[0]) == [pictures / "ada" / "1.png", pictures / "ada" / "2.png"]


@pytest.mark.parametrize("name", ["ada.jpg", "ada.PNG", "ada.webp"])
def test_or_else_the_one_picture_called_as_the_user_id(people, pictures, name):
    (pictures / name).write_bytes(b"?")
    (pictures / "ada").mkdir()
    listed = people("ada,Ada,", "ad,Ad,")
    assert listed.files(listed.rows[0]) == [pictures / name]
    with pytest.raises(InvalidField):
        listed.files(listed.rows[1])


@pytest.mark.parametrize("file", ["../out.png", "/OUT/out.png", "link.png", "there/out.png", "ada/../../out.png"])
def test_no_path_leaves_the_folder_of_the_pictures(people, pictures, tmp_path, file):
    (tmp_path / "out.png").write_bytes(b"?")
    (pictures / "link.png").symlink_to(tmp_path / "out.png")
    (pictures / "there").symlink_to(tmp_path)
    listed = people(f"ada,Ada,{file.replace('/OUT', str(tmp_path))}")
    with pytest.raises(InvalidField, match="leaves the folder"):
        listed.files(listed.rows[0])


@pytest.mark.parametrize("user_id", ["..", ".", "a/b", "there", "/", "empty", "none", "\N{GRINNING FACE}" * 64])
def test_no_user_id_leads_out_of_the_folder_or_into_anothers(people, pictures, tmp_path, user_id):
    (tmp_path / "out.png").write_bytes(b"?")
    (pictures / "a" / "b").mkdir(parents=True)
    for name in ("1.png", "../b.png"):
        shutil.copy(tmp_path / "out.png", pictures / "a" / "b" / name)
    (pictures / "empty").mkdir()
    (pictures / "there").symlink_to(tmp_path)
    listed = people(f"{user_id},Ada,")
    with pytest.raises(InvalidField):
        listed.files(listed.rows[0])


@pytest.mark.parametrize("file", ["gone.png", "pipe", "folder", "ring", "x" * 300, "nul\0"])
def test_what_is_no_file_is_refused_and_not_waited_for(people, pictures, file):
    os.mkfifo(pictures / "pipe")
    (pictures / "folder").mkdir()
    (pictures / "ring").symlink_to(pictures / "ring")
    listed = people(f"ada,Ada,{file}")
    with pytest.raises(ImageUnreadable):
        listed.files(listed.rows[0])


def test_other_columns_are_named_once(people):
    listed = people("ada,IT,Ada,7", "ben,HR,Ben,8", header="user_id,Dept,name,room")
    assert [row.name for row in listed.rows] == ["Ada", "Ben"]
    assert listed.ignored == ("Dept", "room")


def test_consent_is_to_a_version_of_the_text_and_given_now_unless_it_is_said_when(people):
    listed = people(
        "ada,Ada,v2,2026-05-01T10:00+02:00", "ben,Ben,v1,", "dev,Dev,,", header="user_id,name,consent,consent_at"
    )
    assert [row.consent for row in listed.rows] == [
        Consent("v2", datetime(2026, 5, 1, 8, tzinfo=UTC)),
        Consent("v1", NOON),
        None,
    ]


def test_consent_that_means_nothing_is_its_rows_fault(people):
    listed = people("ada,Ada,v2,yesterday", "ben,Ben,,2026-05-01", header="user_id,name,consent,consent_at")
    assert [fault.split(":")[0] for fault in faults(listed).values()] == ["consent_at", "consent"]


def test_a_row_that_cannot_be_used_says_why_and_leaves_the_others_alone(people):
    listed = people(
        "ada,Ada,ada-1.png",
        ",Secret,",
        'eve,"Sec\nret",',
        "fay,Secret,a,b",
        "ada,Secret,ada-2.png",
        '"sec"ret,Secret,',
        "gus,Secret\udcff,",
        "ben,Ben,ben-1.png",
        'hal,"Secret,',
    )
    assert [row.user_id for row in listed.rows if not row.fault] == ["ada", "ben"]
    told = faults(listed)
    assert list(told) == [3, 4, 6, 7, 8, 9, 11]
    assert ("line 2 has the same" in told[7], "UTF-8" in told[9], "not CSV" in told[11]) == (True, True, True)
    assert not [fault for fault in told.values() if "ecret" in fault]


def test_where_the_first_of_two_cannot_be_used_the_second_is(people):
    listed = people("ada,,ada-1.png", "ada,Ada,ada-1.png")
    assert [bool(row.fault) for row in listed.rows] == [True, False]


def test_a_quotation_mark_that_is_never_closed_tells_how_far_it_reaches(people):
    listed = people('ada,"Ada,ada-1.png', "ben,Ben,ben-1.png", "dev,Dev,")
    assert ["down to line 4" in fault for fault in faults(listed).values()] == [True]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"user_id,name,pictures\n",
        b"user_id,pictures\nada,x\n",
        b"user_id,name,NAME\nada,Ada,Ada\n",
        "user_id,name,pictures\nada,Ada,x\n".encode("utf-16"),
        b"\x89PNG\r\n\x1a\n\0\0\0",
        b'"user_id,name',
    ],
)
def test_what_is_no_list_of_people_is_refused_as_a_whole(content, tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"people\.csv"):
        read_people(path)


def test_a_file_far_too_large_is_refused_unread(tmp_path):
    path = tmp_path / "people.csv"
    path.touch()
    os.truncate(path, 2**40)  # takes no room
    with pytest.raises(InputError, match="too large"):
        read_people(path)


def test_a_list_or_a_folder_that_is_not_there_is_refused(tmp_path, pictures):
    path = tmp_path / "people.csv"
    path.write_text("user_id,name\nada,Ada\n")
    os.mkfifo(tmp_path / "pipe.csv")
    for listed, folder in [
        (tmp_path / "none.csv", pictures),
        (tmp_path, pictures),
        (tmp_path / "pipe.csv", pictures),
        (path, tmp_path / "none"),
    ]:
        with pytest.raises(InputError):
            read_people(listed, folder)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_formula_is_only_a_text_to_a_spreadsheet(cell):
    assert harmless(cell) == f"'{cell}"
    assert [harmless(other) for other in ("Ann", "", -1, None)] == ["Ann", "", -1, None]


def test_a_moment_without_an_offset_is_of_this_machine():
    here = datetime(2026, 11, 24, 8, 30).astimezone()
    assert moment("from", " 2026-11-24T08:30 ") == here
    assert moment("from", "2026-11-24T08:30Z") == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    assert moment("from", "2026-11-24").tzinfo is UTC
