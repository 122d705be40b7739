"""Schemathesis: whatever the OpenAPI document allows, and what it forbids, is answered as the document says."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from rest import NOON, Real, faked
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from core.apikeys import digest, new_key
from core.domain import Scope

load_all_checks()
SCHEMA = schemathesis.openapi.from_dict(faked().openapi())
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
BASE = "http://localhost"
NOT_ASKED = [positive_data_acceptance, ignored_auth]
"""What is well-formed may still be no picture and no cursor; and what happens without a key is a test below."""
MANY, FEW = (
    settings(
        max_examples=number,
        deadline=None,
        derandomize=True,  # a long and random run is the shell's: docs/api.md says how
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for number in (10, 3)
)


class HangsUp:
    """The app, to who reads an endless answer's first part and goes."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        read = asyncio.Event()

        async def gone() -> Any:
            await read.wait()
            return {"type": "http.disconnect"}

        async def sent(message: Any) -> None:
            await send({**message, "more_body": False} if message["type"] == "http.response.body" else message)
            if message["type"] == "http.response.body":
                read.set()

        await self._app(scope, gone, sent)


def takes(operation: Any) -> bool:
    """Whether there is anything to do wrong with it."""
    return bool(operation.body) or any(map(bool, (operation.query, operation.headers, operation.path_parameters)))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    real = Real(tmp_path_factory.mktemp("schema") / "doorward.sqlite", keys=True)
    yield real
    real.store.close()


@pytest.fixture(scope="module")
def key(real: Real) -> str:
    made, text = new_key("gate", frozenset(Scope), NOON, None)
    real.store.keyring.add(made, digest(text))
    return text


def answer(real: Real, case: Case, **key: str) -> httpx.Response:
    """What is answered to the bytes that Schemathesis would send, but with this key in place of one made up."""
    sent = requests.Request(**case.as_transport_kwargs(BASE)).prepare()
    for name in ("Authorization", "X-API-Key"):
        sent.headers.pop(name, None)
    sent.headers.update(key)
    app = HangsUp(real.app) if case.operation.path == "/events/stream" else real.app

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            body = sent.body.encode() if isinstance(sent.body, str) else sent.body
            request = client.build_request(sent.method or "", sent.url or "", headers=dict(sent.headers), content=body)
            return await client.send(request)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("operation", "mode"),
    [(each, mode) for each in OPERATIONS for mode in GenerationMode if mode.is_positive or takes(each)],
    ids=lambda part: getattr(part, "label", str(part)),
)
def test_what_is_answered_is_what_the_document_says(real: Real, key: str, operation: Any, mode: GenerationMode) -> None:
    @MANY
    @given(operation.as_strategy(mode))
    def tried(case: Case) -> None:
        case.validate_response(answer(real, case, **{"X-API-Key": key}), excluded_checks=NOT_ASKED)

    tried()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_so_it_is_without_a_key_and_nobody_learns_anything(real: Real, operation: Any) -> None:
    @FEW
    @given(operation.as_strategy())
    def tried(case: Case) -> None:
        answered = answer(real, case)
        case.validate_response(answered, excluded_checks=NOT_ASKED)
        assert answered.status_code == (200 if operation.path.startswith("/health") else 401)

    tried()
