"""Schemathesis: whatever the OpenAPI document allows, and what it forbids, is answered as the document says."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from rest import NOON, Real, faked

from core.apikeys import Scope, digest, new_key

BASE = "http://localhost"
TOLD = {
    f"{method.upper()} {path}": told
    for path, methods in json.loads((Path(__file__).parents[1] / "docs" / "openapi.json").read_text())["paths"].items()
    for method, told in methods.items()
}
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


def takes(label: str) -> bool:
    """Whether there is anything to do wrong with it."""
    return any(map(TOLD[label].get, ("requestBody", "parameters", "security")))


class Schema:
    """Schemathesis on our document. It is imported here, for only one of the tests' workers needs it."""

    def __init__(self) -> None:
        import schemathesis
        from schemathesis.checks import load_all_checks
        from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

        load_all_checks()
        schema = schemathesis.openapi.from_dict(faked().openapi())
        self._operations = {(operation := found.ok()).label: operation for found in schema.get_all_operations()}
        self._not_asked = [positive_data_acceptance, ignored_auth]
        """What is well-formed may still be no picture and no cursor; what happens without a key is a test below."""

    def calls(self, label: str, mode: str) -> Any:
        """The strategy of such calls."""
        from schemathesis import GenerationMode

        return self._operations[label].as_strategy(GenerationMode(mode))

    def holds(self, case: Any, answered: httpx.Response) -> None:
        """Raises where the document says otherwise."""
        case.validate_response(answered, excluded_checks=self._not_asked)

    def labels(self) -> set[str]:
        return set(self._operations)


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Schema()


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


def answer(real: Real, case: Any, **key: str) -> httpx.Response:
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


def test_every_operation_is_called(schema: Schema) -> None:
    assert schema.labels() == set(TOLD)


@pytest.mark.parametrize(
    ("label", "mode"), [(each, mode) for each in TOLD for mode in ("positive", "negative")[: 1 + takes(each)]]
)
def test_what_is_answered_is_what_the_document_says(
    real: Real, key: str, schema: Schema, label: str, mode: str
) -> None:
    @MANY
    @given(schema.calls(label, mode))
    def tried(case: Any) -> None:
        schema.holds(case, answer(real, case, **{"X-API-Key": key}))

    tried()


@pytest.mark.parametrize("label", TOLD)
def test_so_it_is_without_a_key_and_nobody_learns_anything(real: Real, schema: Schema, label: str) -> None:
    @FEW
    @given(schema.calls(label, "positive"))
    def tried(case: Any) -> None:
        answered = answer(real, case)
        schema.holds(case, answered)
        assert answered.status_code == (200 if "/health" in label else 401)

    tried()
