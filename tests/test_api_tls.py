"""TLS, and what is said where there is none though others can read along."""

import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from apiprocess import Api
from certificates import signed
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from core.config import load
from core.errors import ConfigError
from core.tls import server_context


def variables(section: dict[str, object]) -> dict[str, str]:
    return {f"DOORWARD__API__{key.upper()}": str(value) for key, value in section.items()}


def test_with_a_certificate_it_speaks_tls_and_nothing_else(
    start: Callable[..., Api],
    certificate: dict[str, Path],
) -> None:
    api = start(**variables({"host": "0.0.0.0", **certificate}), scheme="https").answering()
    assert api.request("GET", "/health/").status_code == 404
    with pytest.raises(httpx.ConnectError, match="certificate"):
        httpx.get(f"https://127.0.0.1:{api.port}/health")
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"http://127.0.0.1:{api.port}/health")
    assert api.request("POST", "/match_face").json()["code"] == "key_missing"
    assert "with TLS" in api.log
    assert "WARNING" not in api.log


def test_without_one_it_warns_where_others_can_read_along(start: Callable[..., Api]) -> None:
    api = start(DOORWARD__API__HOST="0.0.0.0").answering()
    assert "WARNING" in api.log
    assert "without TLS" in api.log
    assert "api.certificate" in api.log
    assert api.request("POST", "/match_face").json()["code"] == "key_missing"


def missing(files: dict[str, Path]) -> None:
    files["key"].unlink()


def another(files: dict[str, Path]) -> None:
    folder = files["key"].parent / "other"
    folder.mkdir()
    files["key"].write_bytes(signed(folder)["key"].read_bytes())


def locked(files: dict[str, Path]) -> None:
    key = load_pem_private_key(files["key"].read_bytes(), None)
    files["key"].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))


def no_pem(files: dict[str, Path]) -> None:
    files["certificate"].write_bytes(b"hello")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (missing, "key.pem cannot be read: No such file"),
        (another, "is not the key of the certificate"),
        (locked, "expected PEM files, the key without a password"),
        (no_pem, "expected PEM files"),
    ],
)
def test_what_cannot_be_used_is_told_with_all_other_faults(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[dict[str, Path]], None],
    said: str,
) -> None:
    files = signed(tmp_path)
    spoil(files)
    wrong = {"host": "0.0.0.0", "auth": "none", "port": 0}
    for name, value in variables({**wrong, **files}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=said) as told:
        load()
    assert all(f"api.{key}: " in str(told.value) for key in ("key", "auth", "port"))


@pytest.mark.parametrize("half", ["certificate", "key"])
def test_one_without_the_other_is_refused(
    certificate: dict[str, Path], monkeypatch: pytest.MonkeyPatch, half: str
) -> None:
    monkeypatch.setenv(*next(iter(variables({half: certificate[half]}).items())))
    with pytest.raises(ConfigError, match=r"api\.key: TLS needs both"):
        load()


def test_old_versions_of_tls_are_not_spoken(certificate: dict[str, Path]) -> None:
    assert server_context(**certificate).minimum_version == ssl.TLSVersion.TLSv1_2
