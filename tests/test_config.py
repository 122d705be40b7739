"""config.yaml, the environment, and every fault said at once."""

from pathlib import Path

import pytest
import yaml

from core.config import Settings, checked, load
from core.errors import ConfigError

SHIPPED = Path(__file__).parents[1] / "config.yaml"


def test_the_shipped_file_holds_every_key_with_its_default():
    assert load(SHIPPED) == Settings()
    keys = {section: set(values) for section, values in yaml.safe_load(SHIPPED.read_text()).items()}
    assert keys == {name: set(field.annotation.model_fields) for name, field in Settings.model_fields.items()}


def test_the_shipped_file_says_what_each_key_is_in_the_line_above_it():
    lines = [line.strip() for line in SHIPPED.read_text().splitlines()]
    for section in Settings.model_fields.values():
        for key, field in section.annotation.model_fields.items():
            above = [lines[i - 1] for i, line in enumerate(lines) if line.startswith(f"{key}: ")]
            assert f"# {field.description}" in above


def test_the_readme_lists_every_key():
    readme = (SHIPPED.parent / "README.md").read_text()
    for section, field in Settings.model_fields.items():
        for key, of in field.annotation.model_fields.items():
            assert f"| `{section}.{key}` | `{as_yaml(of.default)}` | {of.description} |" in readme


def as_yaml(default):
    if default is None:
        return "null"
    if isinstance(default, bool):
        return str(default).lower()
    return {(): "[]", "{}": "{}"}.get(default if isinstance(default, tuple) else str(default), default)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("door: {driver: http}", "open_url"),
        ("door: {driver: command}", "open_command"),
        ("door: {driver: http, open_url: 'ftp://relay/'}", r"door\.open_url"),
        ("door: {driver: http, open_url: 'http://relay/1', state_url: 'http://relay/2'}", "state_open"),
        ("door: {state_open: '('}", r"door\.state_open"),
        ("zone: {polygon: [[0, 0], [1, 1]]}", r"zone\.polygon"),
        ("zone: {polygon: [[0, 0], [1, 1], [2, 0]]}", r"zone\.polygon"),
        ("zone: {farthest: 0.9, nearest: 0.5}", "zone"),
        ("liveness: {mode: perhaps}", r"liveness\.mode"),
        ("lockout: {pause: 0}", r"lockout\.pause"),
        ("camera: {rotate: 45}", r"camera\.rotate"),
    ],
)
def test_what_no_door_could_run_on_is_refused(tmp_path, fault, said):
    file = tmp_path / "config.yaml"
    file.write_text(fault)
    with pytest.raises(ConfigError, match=said):
        load(file)


def test_a_secret_of_the_doors_relay_is_not_repeated(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("door: {driver: http, open_url: 'ftp://me:s3cret@relay', headers: [s3cret], body: {s3cret: 1}}\n")
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(("value", "named"), [("[/x, open]", "DOORWARD__DOOR__OPEN_COMMAND"), ('"x', "door")])
def test_a_list_that_is_no_json_is_named(monkeypatch, value, named):
    monkeypatch.setenv("DOORWARD__DOOR__OPEN_COMMAND", value)
    with pytest.raises(ConfigError, match=named):
        load()


def test_the_environment_overrides_the_file(tmp_path, monkeypatch):
    file = tmp_path / "config.yaml"
    file.write_text("api: {port: 8001}\nrecognition: {threshold: 0.5}\n")
    monkeypatch.setenv("DOORWARD__API__PORT", "9000")
    settings = load(file)
    assert settings.api.port == 9000
    assert settings.recognition.threshold == 0.5


def test_all_faults_are_reported_together_by_their_path(tmp_path, monkeypatch):
    file = tmp_path / "config.yaml"
    file.write_text("api: {port: 0, prot: 1}\nrecognition: {threshold: 3}\ncamra: {source: 0}\n")
    monkeypatch.setenv("DOORWARD__KIOSK__FULLSCREEN", "perhaps")
    monkeypatch.setenv("DOORWARD__DOR__DRIVER", "simulated")
    with pytest.raises(ConfigError) as caught:
        load(file)
    for path in ("api.port", "api.prot", "recognition.threshold", "camra", "kiosk.fullscreen", "DOORWARD__DOR__DRIVER"):
        assert path in str(caught.value)


@pytest.mark.parametrize("text", ["[1, 2]", "a: [", "api: 3", "\x00"])
def test_a_file_that_is_no_configuration_is_refused_by_name(tmp_path, text):
    file = tmp_path / "odd.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"odd\.yaml"):
        load(file)


def test_a_named_file_must_exist(tmp_path):
    with pytest.raises(ConfigError, match=r"missing\.yaml"):
        load(tmp_path / "missing.yaml")


def test_without_a_file_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load() == Settings()


def test_the_demo_replaces_camera_model_and_database_and_asks_for_no_keys(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("api: {port: 8001}\ncamera: {source: 2, loop: false}\n")
    settings = load(file, demo=True)
    assert settings.demo
    assert (settings.camera.source, settings.camera.loop) == ("demo", False)
    assert (settings.api.port, settings.api.auth) == (8001, "none")
    assert (load(file).demo, load(file).api.auth) == (False, "keys")


def test_a_database_password_is_not_repeated(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("database: {url: 'postgres://me:s3cret@host/db'}\n")
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert "database.url" in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "door.example"])
def test_nothing_listens_beyond_loopback_without_keys(host, monkeypatch):
    monkeypatch.setenv("DOORWARD__API__HOST", host)
    assert load(SHIPPED).api.auth == "keys"
    monkeypatch.setenv("DOORWARD__API__AUTH", "none")
    with pytest.raises(ConfigError, match=r"api\.auth: .*set it to keys, or api\.host to 127\.0\.0\.1"):
        load(SHIPPED)


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql+pymysql://db.example", "postgres://h/d", "x"]
)
def test_a_database_that_could_not_be_kept_is_refused(url, monkeypatch):
    monkeypatch.setenv("DOORWARD__DATABASE__URL", url)
    with pytest.raises(ConfigError, match=r"database\.url"):
        load(SHIPPED)


@pytest.mark.parametrize(
    "url", ["sqlite:////tmp/a.sqlite", "mysql+pymysql://me:pw@db.example:3306/doorward?charset=utf8mb4"]
)
def test_a_database_url_is_taken_as_it_is(url, monkeypatch):
    monkeypatch.setenv("DOORWARD__DATABASE__URL", url)
    assert load(SHIPPED).database.url == url


@pytest.mark.parametrize(("engine", "package"), [("faiss", "faiss"), ("milvus", "pymilvus")])
def test_an_engine_that_is_not_installed_is_refused_with_what_to_install(monkeypatch, engine, package):
    monkeypatch.setattr("core.settings.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=rf"{package} is not installed.*doorward\[{engine}\]"):
        checked({"search": {"engine": engine}}, SHIPPED)
    assert checked({"search": {"engine": "auto"}}, SHIPPED).search.engine == "auto"


def test_the_address_of_milvus_may_hold_a_password_and_is_not_repeated():
    with pytest.raises(ConfigError) as raised:
        checked({"search": {"engine": "milvus", "uri": "root:secret"}}, SHIPPED)
    assert "search.uri" in str(raised.value)
    assert "secret" not in str(raised.value)
