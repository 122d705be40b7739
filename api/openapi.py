"""The API described for programs and for people: the OpenAPI document with its examples, and /docs.

The page's script is served from here: FastAPI's own loads it from elsewhere, which a door's network may not reach.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from api.examples import EXAMPLES, Example
from api.schemas import Problem

DESCRIPTION = """\
Enrol people and ask who somebody is. Every error is `application/problem+json`; go by its `code`.
A call needs an API key that is good for it, as `Authorization: Bearer` or `X-API-Key`."""
TAGS = {
    "enrolment": "Pictures in, faces stored",
    "matching": "Who is this?",
    "people": "Who is enrolled, what is stored of them, and how it goes away",
    "events": "What happened, and what happens",
    "door": "Opening it",
    "operation": "How Doorward is, for who watches over it",
}
DOCS = "/docs"
ASSETS = Path(fastapi_offline.__file__).with_name("static")
Operation = dict[str, Any]


class DocumentedAPI(FastAPI):
    """FastAPI documents errors as application/json; ours are referred to by the routes, and defined here."""

    def __init__(self, **options: Any) -> None:
        tags = [{"name": name, "description": told} for name, told in TAGS.items()]
        super().__init__(description=DESCRIPTION, openapi_tags=tags, docs_url=None, redoc_url=None, **options)
        self.add_api_route(DOCS, self._page, include_in_schema=False)
        self.mount(DOCS, StaticFiles(directory=ASSETS))

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            document["components"]["schemas"] |= {**schema.pop("$defs"), "Problem": schema}
            for operation in operations(document):
                _illustrate(operation, [each for each in EXAMPLES if each.operation == operation["operationId"]])
        return self.openapi_schema or {}

    async def _page(self) -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url="openapi.json",
            title="Doorward",
            swagger_js_url="docs/swagger-ui-bundle.js",
            swagger_css_url="docs/swagger-ui.css",
            swagger_favicon_url="docs/favicon.png",
        )
        page.headers["Content-Security-Policy"] = _policy(bytes(page.body).decode())
        return page


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for methods in document["paths"].values():
        yield from methods.values()


def _policy(page: str) -> str:
    """Only what this page says and loads from here runs; nothing goes anywhere else."""
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    known = b64encode(sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{known}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
    )


def _illustrate(operation: Operation, examples: list[Example]) -> None:
    """By the examples' summaries, in the parameters, the body and the answer."""
    for example in examples:
        for parameter in operation.get("parameters", ()):
            sent = {**example.path, **example.query, **example.headers}.get(parameter["name"])
            if sent is not None:
                _put(parameter, example, _typed(sent))
        for body in operation.get("requestBody", {}).get("content", {}).values():
            _put(body, example, example.form or example.json)
        content = operation["responses"]["200"]["content"]
        text = next((kind for kind in content if kind.startswith("text/")), "")
        _put(content[text if isinstance(example.answer, str) else "application/json"], example, example.answer)


def _put(place: dict[str, Any], example: Example, value: object) -> None:
    place.setdefault("examples", {})[example.summary] = {"value": value}


def _typed(sent: str) -> object:
    return {"true": True}.get(sent, int(sent) if sent.isdecimal() else sent)
