"""Who may call what."""

from datetime import timedelta
from pathlib import Path

import pytest
from rest import NOON, Real, call, png, problem

from core.apikeys import digest, new_key
from core.domain import Scope


@pytest.fixture
def real(tmp_path: Path) -> Real:
    return Real(tmp_path / "doorward.sqlite", keys=True)


def key(real: Real, *scopes: Scope, lasts: timedelta | None = None) -> str:
    made, text = new_key("turnstile", scopes, NOON, lasts and NOON + lasts)
    real.store.keyring.add(made, digest(text))
    return text


def test_a_key_opens_what_its_scopes_name_and_nothing_else(real: Real) -> None:
    upload = {"file": ("a.png", png(0))}
    match, enrol = key(real, Scope.MATCH), key(real, Scope.ENROL)
    for headers in ({"Authorization": f"Bearer {match}"}, {"X-API-Key": match}):
        assert call(real.app, "POST", "/match_face", files=upload, headers=headers).status_code == 200
    answer = call(real.app, "POST", "/match_face", files=upload, headers={"X-API-Key": enrol})
    assert (answer.status_code, problem(answer)["code"]) == (403, "scope_missing")
    answer = call(real.app, "POST", "/match_face", files=upload)
    assert (answer.status_code, problem(answer)["code"]) == (401, "key_missing")
    assert call(real.app, "GET", "/health").status_code == 200
