"""A small client of the REST API, for programs in Python: what it answers is typed, what it refuses is raised.

with Client("http://127.0.0.1:8000", key) as door:
    door.enrol("ann", "Ann Lee", [Path("ann.jpg").read_bytes()])
    print(door.match(Path("probe.jpg").read_bytes()))
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter

from api.schemas import (
    Answer,
    Denied,
    DeniedInDetail,
    DoorOpened,
    Enrolled,
    EnrolledInPart,
    Entry,
    EventsPage,
    FaceAnswer,
    Faces,
    Granted,
    GrantedInDetail,
    Health,
    PeoplePage,
    PersonAnswer,
    Receipt,
    System,
)

T = TypeVar("T", bound=Answer)
Matched = Granted | Denied
Explained = GrantedInDetail | DeniedInDetail
TIMEOUT = 30.0  # seconds; a picture may wait ten for its turn
SILENCE = 45.0  # seconds: a stream of events says something every fifteen
AGAIN = 1.0  # seconds until a stream that broke is followed on
FOR_NOW = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_MATCHED: TypeAdapter[Matched] = TypeAdapter(Matched)
_EXPLAINED: TypeAdapter[Explained] = TypeAdapter(Explained)


class Refused(Exception):
    """An answer that is an error. Go by `code`; `retry_after` is in seconds, None where waiting does not help."""

    def __init__(self, response: httpx.Response) -> None:
        told = _problem(response)
        self.status = response.status_code
        self.code = str(told.get("code", "not_doorward"))
        self.field, self.reason = told.get("field"), told.get("reason")
        self.request_id = response.headers.get("x-request-id")
        wait = response.headers.get("retry-after", "")
        self.retry_after = int(wait) if wait.isdecimal() else None
        super().__init__(f"{self.status} {self.code}: {told.get('detail', 'no answer of Doorward')}")


class Client:
    """Calls one Doorward, over a connection that it keeps. For one thread at a time.

    Each method raises Refused for an error that was answered, httpx.HTTPError where there was no answer.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        timeout: float = TIMEOUT,
        again: float = AGAIN,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._again = again
        headers = {"X-API-Key": key} if key else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def enrol(
        self, user_id: str, name: str, pictures: Sequence[bytes], *, replace: bool = False, once: str | None = None
    ) -> Enrolled:
        """All pictures or none. `once`: an idempotency key; the same call with it is done once."""
        return self._enrol(Enrolled, user_id, name, pictures, once, replace=replace)

    def enrol_in_part(
        self, user_id: str, name: str, pictures: Sequence[bytes], *, replace: bool = False, once: str | None = None
    ) -> EnrolledInPart:
        """The good pictures; the others are told of."""
        return self._enrol(EnrolledInPart, user_id, name, pictures, once, replace=replace, partial=True)

    def match(self, picture: bytes) -> Matched:
        return _MATCHED.validate_json(self._match(picture).content)

    def explain(self, picture: bytes, *, open_door: bool = False) -> Explained:
        """With the figures behind it, for keys with the scope match:explain; `open_door` needs door:open as well."""
        return _EXPLAINED.validate_json(self._match(picture, explain=True, open=open_door).content)

    def people(self, search: str = "") -> Iterator[PersonAnswer]:
        """All whose user_id or name holds `search`, by user_id, a page at a time."""
        for page in self._pages(PeoplePage, "/people", search=search):
            yield from page.people

    def person(self, user_id: str) -> PersonAnswer:
        return self._told(PersonAnswer, "GET", _person(user_id))

    def change(self, user_id: str, **changes: object) -> PersonAnswer:
        """`name`, `active`, `valid_from`, `valid_until` (ISO 8601): what is named is changed."""
        return self._told(PersonAnswer, "PATCH", _person(user_id), json=changes)

    def erase(self, user_id: str) -> Receipt:
        return self._told(Receipt, "DELETE", _person(user_id))

    def faces(self, user_id: str) -> Sequence[FaceAnswer]:
        return self._told(Faces, "GET", f"{_person(user_id)}/faces").faces

    def erase_face(self, user_id: str, face_id: int) -> Receipt:
        return self._told(Receipt, "DELETE", f"{_person(user_id)}/faces/{face_id}")

    def events(self, **where: str) -> Iterator[Entry]:
        """The newest first. `since`, `until`, `person`, `outcome`, `reason` narrow it down."""
        for page in self._pages(EventsPage, "/events", **where):
            yield from page.events

    def follow(self, after: int | None = None, **where: str) -> Iterator[Entry]:
        """What happens from now on, or after the entry of that stream id, each once; for as long as it is asked.

        Comes back by itself where the connection breaks, and where it is told that there is no room just now.
        """
        while True:
            wait = self._again
            try:
                for place, entry in self._stream(after, where):
                    after = place
                    if entry is not None:
                        yield entry
            except httpx.TransportError:
                pass
            except Refused as error:
                if error.status not in FOR_NOW:
                    raise
                wait = max(wait, error.retry_after or 0)
            time.sleep(wait)

    def open_door(self) -> DoorOpened:
        return self._told(DoorOpened, "POST", "/door/open")

    def health(self) -> Health:
        """Also where it is not well, which is an answer too."""
        response = self._http.get("/health")
        if response.status_code not in (HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE):
            raise Refused(response)
        return Health.model_validate_json(response.content)

    def system(self) -> System:
        return self._told(System, "GET", "/system")

    def metrics(self) -> str:
        """In Prometheus's text format."""
        return self._call("GET", "/metrics").text

    def _enrol(
        self, kind: type[T], user_id: str, name: str, pictures: Sequence[bytes], once: str | None, **query: bool
    ) -> T:
        files = [("files", (f"{i}", picture)) for i, picture in enumerate(pictures, 1)]
        headers = {"Idempotency-Key": once} if once else {}
        path = f"/enroll_faces/{quote(user_id, safe='')}"
        return self._told(kind, "POST", path, data={"name": name}, files=files, headers=headers, params=_set(query))

    def _match(self, picture: bytes, **query: bool) -> httpx.Response:
        return self._call("POST", "/match_face", files={"file": ("probe", picture)}, params=_set(query))

    def _pages(self, kind: type[T], path: str, **query: str) -> Iterator[T]:
        cursor: str | None = ""
        while cursor is not None:
            page = self._told(kind, "GET", path, params={**query, **({"cursor": cursor} if cursor else {})})
            yield page
            cursor = getattr(page, "next_cursor", None)

    def _stream(self, after: int | None, where: Mapping[str, str]) -> Iterator[tuple[int | None, Entry | None]]:
        """Message by message: its id, and what it holds if anything. One that is cut off in the middle is none."""
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        with self._http.stream("GET", "/events/stream", params=where, headers=headers, timeout=SILENCE) as response:
            if response.is_error:
                response.read()
                raise Refused(response)
            place, entry = after, None
            for line in response.iter_lines():
                if line.startswith("id: "):
                    place = int(line[4:])
                elif line.startswith("data: "):
                    entry = Entry.model_validate_json(line[6:])
                elif not line:
                    yield place, entry
                    entry = None

    def _told(self, kind: type[T], method: str, path: str, **request: Any) -> T:
        return kind.model_validate_json(self._call(method, path, **request).content)

    def _call(self, method: str, path: str, **request: Any) -> httpx.Response:
        response = self._http.request(method, path, **request)
        if response.is_error:
            raise Refused(response)
        return response


def _person(user_id: str) -> str:
    return f"/people/{quote(user_id, safe='')}"


def _set(query: Mapping[str, bool]) -> dict[str, str]:
    return {name: "true" for name, on in query.items() if on}


def _problem(response: httpx.Response) -> Mapping[str, Any]:
    """Empty where somebody else answered, such as a proxy."""
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
