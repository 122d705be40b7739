"""config.yaml edited: every key with its help, and every comment still in its place."""

from pathlib import Path

import pytest

from core.config import load
from core.configfile import keys, write
from core.errors import ConfigError

SHIPPED = (Path(__file__).parents[1] / "config.yaml").read_text()


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "config.yaml"
    made.write_text(SHIPPED)
    return made


def key(file, path):
    return next(key for key in keys(file) if key.path == path)


def changed(file):
    """The lines that differ from those of the file that is shipped."""
    return [new for new, old in zip(file.read_text().splitlines(), SHIPPED.splitlines(), strict=True) if new != old]


def test_one_changed_value_is_one_changed_line(file):
    settings = write(file, {"kiosk.theme": "dark"})
    assert changed(file) == ["  theme: dark"]
    assert settings.kiosk.theme == "dark" == load(file).kiosk.theme


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("liveness.mode", "challenge", "  mode: challenge"),
        ("camera.source", "rtsp://camera.local/1", "  source: rtsp://camera.local/1"),
        ("recognition.threshold", "0.5", "  threshold: 0.5"),
        ("door.open_url", "http://relay.local/on?t={seconds}", "  open_url: http://relay.local/on?t={seconds}"),
        ("kiosk.fullscreen", "true", "  fullscreen: true"),
    ],
)
def test_values_of_each_kind(file, path, text, line):
    write(file, {path: text})
    assert changed(file) == [line]
    assert key(file, path).value == text


def test_off_is_a_text_and_stays_one(file):
    write(file, {"liveness.mode": "both"})
    write(file, {"liveness.mode": "off"})
    assert file.read_text() == SHIPPED
    assert load(file).liveness.mode == "off" == key(file, "liveness.mode").value


def test_what_cannot_be_is_refused_with_all_its_faults_and_the_file_is_as_it_was(file):
    with pytest.raises(ConfigError) as refused:
        write(file, {"recognition.threshold": "7", "api.port": "many", "kiosk.theme": "dark"})
    assert "recognition.threshold" in str(refused.value)
    assert "api.port" in str(refused.value)
    assert file.read_text() == SHIPPED


@pytest.mark.parametrize(("path", "text"), [("kiosk.colour", "red"), ("nothing.nothing", "1"), ("kiosk.theme", "[")])
def test_unknown_keys_and_bad_yaml_are_refused(file, path, text):
    with pytest.raises(ConfigError, match=path.split(".")[1]):
        write(file, {path: text})
    assert file.read_text() == SHIPPED


def test_every_key_has_its_help_and_its_value(file):
    every = keys(file)
    assert all(key.help for key in every)
    assert all(key.value == key.default for key in every)
    assert {key.section for key in every} >= {"camera", "door", "kiosk", "log"}


def test_a_choice_names_all_it_may_be_and_a_text_none(file):
    assert key(file, "kiosk.theme").choices == ("light", "dark", "contrast")
    assert key(file, "kiosk.mirror").choices == ("true", "false")
    assert key(file, "recognition.threshold").choices == ()
    assert key(file, "door.verify").choices == ()


def test_a_file_of_ones_own_keeps_what_one_wrote_into_it(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("# my door\nkiosk:   # the screen\n  theme: 'dark' # at night\ncamera:\n")
    write(file, {"camera.source": "1", "log.level": "DEBUG"})
    text = file.read_text()
    assert all(comment in text for comment in ("# my door", "# the screen", "'dark'", "# at night"))
    settings = load(file)
    assert (settings.camera.source, settings.log.level, settings.kiosk.theme) == (1, "DEBUG", "dark")


def test_a_file_that_is_not_there_yet_is_made_for_its_owner_alone(tmp_path):
    file = tmp_path / "config.yaml"
    write(file, {"kiosk.language": "de"})
    assert load(file).kiosk.language == "de"
    assert file.stat().st_mode & 0o077 == 0


def test_the_rights_of_a_file_stay(file):
    file.chmod(0o640)
    write(file, {"kiosk.theme": "dark"})
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_variable_that_overrides_a_key_is_named(file, monkeypatch):
    monkeypatch.setenv("DOORWARD__API__PORT", "9000")
    assert key(file, "api.port").variable == "DOORWARD__API__PORT"
    assert key(file, "api.host").variable == ""


def test_what_may_hold_a_password_is_marked(file):
    assert {key.path for key in keys(file) if key.secret} == {"database.url", "door.headers"}


@pytest.mark.parametrize("text", ["- a\n- b\n", "camera: 1\n", "a: [\n"])
def test_a_file_that_is_no_configuration_is_refused(tmp_path, text):
    file = tmp_path / "config.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError):
        keys(file)


def test_a_folder_that_cannot_be_written_into_is_said_so(tmp_path):
    with pytest.raises(ConfigError, match="cannot be written"):
        write(tmp_path / "missing" / "config.yaml", {"kiosk.theme": "dark"})
