"""The OpenAPI document says what is so: each example is made, the file in docs/ is current, /docs needs nobody else."""

import asyncio
import json
import re
import runpy
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from reader import Reader
from rest import Real, call, faked

from api.examples import EXAMPLES, Example
from api.openapi import TAGS, operations

ROOT = Path(__file__).parents[1]
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
WHERE = {
    told["operationId"]: (method.upper(), path)
    for path, methods in DOCUMENT["paths"].items()
    for method, told in methods.items()
}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    """What is answered to each example, made in their order."""
    real = Real(tmp_path_factory.mktemp("examples") / "doorward.sqlite")
    yield [
        asyncio.run(followed(real, each)) if each.operation == "follow_events" else made(real, each)
        for each in EXAMPLES
    ]
    real.store.close()


def made(real: Real, example: Example) -> Any:
    method, path = WHERE[example.operation]
    sent: dict[str, Any] = {"params": example.query, "headers": {"X-Request-ID": "r-1", **example.headers}}
    if example.form:
        pictures = {field: names for field, names in example.form.items() if field != "name"}
        sent |= {"data": {k: v for k, v in example.form.items() if k == "name"}, "files": list(uploads(pictures))}
    if example.json is not None:
        sent["json"] = example.json
    answer = call(real.app, method, path.format(**example.path), **sent)
    assert answer.status_code == 200, answer.text
    return answer.text if isinstance(example.answer, str) else answer.json()


def uploads(pictures: dict[str, Any]) -> Iterator[tuple[str, tuple[str, bytes]]]:
    for field, names in pictures.items():
        for name in [names] if isinstance(names, str) else names:
            yield field, (name, (ROOT / "assets" / "demo" / name).read_bytes())


async def followed(real: Real, example: Example) -> str:
    async with Reader(real.app, WHERE[example.operation][1], **example.headers) as reader:
        await reader.until(lambda: reader.has(len(real.store.events())))
    return reader.text


@pytest.mark.parametrize(
    "number", range(len(EXAMPLES)), ids=lambda n: f"{EXAMPLES[n].operation}: {EXAMPLES[n].summary}"
)
def test_what_an_example_says_is_answered(story: list[Any], number: int) -> None:
    said, answered = EXAMPLES[number].answer, story[number]
    if isinstance(said, str):
        assert set(said.splitlines()) <= set(answered.splitlines())
    else:
        assert alike(said, answered), answered


def alike(said: Any, answered: Any, name: str = "") -> bool:
    """Figures to two places, any moment for a moment; of versions those that are named, whichever they are."""
    if isinstance(said, dict):
        names = set(said) if name == "versions" else set(said) | set(answered)
        return all(n in said and n in answered and alike(said[n], answered[n], name or n) for n in names)
    if isinstance(said, list):
        return len(said) == len(answered) and all(map(alike, said, answered))
    if name == "versions":
        return bool(re.match(r"\d+\.\d+", answered))
    if isinstance(said, float):
        return bool(answered == pytest.approx(said, abs=0.006))
    return said == answered or (moment(said) and moment(answered))


def moment(text: Any) -> bool:
    return isinstance(text, str) and bool(re.match(r"\d{4}-\d\d-\d\dT", text)) and bool(datetime.fromisoformat(text))


def test_every_operation_has_an_example_and_every_example_is_in_the_document() -> None:
    assert {each.operation for each in EXAMPLES} == set(WHERE)
    for operation in operations(DOCUMENT):
        shown = [
            e["value"] for kind in operation["responses"]["200"]["content"].values() for e in kind["examples"].values()
        ]
        own = [each for each in EXAMPLES if each.operation == operation["operationId"]]
        assert all(each.answer in shown for each in own)
        given = [p["name"] for p in operation.get("parameters", ()) for _ in p.get("examples", ())]
        sent = [name for each in own for name in (*each.path, *each.query, *each.headers) if name != "Accept"]
        assert sorted(given) == sorted(sent)


def test_every_operation_has_a_tag_and_every_tag_is_told_of() -> None:
    assert {tag for operation in operations(DOCUMENT) for tag in operation["tags"]} == set(TAGS)
    assert [tag["name"] for tag in DOCUMENT["tags"]] == list(TAGS)


def test_the_file_in_docs_is_current() -> None:
    written = runpy.run_path(str(ROOT / "docs" / "openapi.py"))["document"]()
    assert (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8") == written, "run `make docs`"
    assert json.loads(written) == call(faked(), "GET", "/openapi.json").json()


def test_the_page_loads_nothing_from_elsewhere() -> None:
    app = faked()
    page = call(app, "GET", "/docs")
    assert not re.search(r"(src|href)=\"(https?:)?//", page.text)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assets = re.findall(r"(?:src|href)=\"([^\"]+)\"", page.text)
    assert len(assets) == 3
    for name in assets:
        answer = call(app, "GET", f"/{name}")
        assert (answer.status_code, len(answer.content) > 1000) == (200, True)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/docs/nothing", 404), ("POST", "/docs/favicon.png", 405), ("GET", "/docs/../app.py", 404)],
)
def test_beside_the_page_there_is_nothing(method: str, path: str, status: int) -> None:
    answer = call(faked(), method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
