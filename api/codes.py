"""Every code that an answer of ours may carry. One list: the statuses, what each route documents, and the docs."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from core import errors

STATUS: tuple[tuple[type[errors.DoorwardError], HTTPStatus], ...] = (  # the first that fits
    (errors.TooManyBytes, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (errors.InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (errors.Conflict, HTTPStatus.CONFLICT),
    (errors.KeyRefused, HTTPStatus.UNAUTHORIZED),
    (errors.ScopeMissing, HTTPStatus.FORBIDDEN),
    (errors.TooManyRequests, HTTPStatus.TOO_MANY_REQUESTS),
    (errors.PersonNotFound, HTTPStatus.NOT_FOUND),
    (errors.Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
)
RAISED: tuple[type[errors.DoorwardError], ...] = (
    errors.KeyMissing,
    errors.KeyUnknown,
    errors.KeyExpired,
    errors.KeyRevoked,
    errors.ScopeMissing,
    errors.PersonNotFound,
    errors.FaceLimitReached,
    errors.FaceOfAnother,
    errors.NotThisPerson,
    errors.KeyReused,
    errors.DoorLocked,
    errors.MatchOpensNothing,
    errors.TooManyBytes,
    errors.ImageTooLarge,
    errors.ImageUnreadable,
    errors.FaceNotFound,
    errors.MultipleFaces,
    errors.FaceUnfit,
    errors.InvalidEmbedding,
    errors.DifferentPeople,
    errors.AllRefused,
    errors.InvalidField,
    errors.TooManyRequests,
    errors.TooManyWrongKeys,
    errors.Unavailable,
    errors.Busy,
    errors.StoreUnavailable,
    errors.EncryptionKeyUnavailable,
    errors.SearchUnavailable,
    errors.ModelUnavailable,
    errors.ModelMismatch,
    errors.DoorFailed,
    errors.TooManyStreams,
)
"""What may come out of a route. The rest of the tree is the kiosk's or the shell's."""
PROTOCOL = (
    ("malformed_request", HTTPStatus.BAD_REQUEST, "The body is not what its Content-Type says."),
    ("foreign_origin", HTTPStatus.FORBIDDEN, "A web page of others calls, or Doorward was called by an unknown name."),
    ("not_found", HTTPStatus.NOT_FOUND, "Nothing is served at that path."),
    ("method_not_allowed", HTTPStatus.METHOD_NOT_ALLOWED, "Not with that method."),
    ("request_timeout", HTTPStatus.REQUEST_TIMEOUT, "The request came too slowly."),
    ("request_too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request has more bytes than are read."),
    ("internal_error", HTTPStatus.INTERNAL_SERVER_ERROR, "Doorward failed; nothing was granted. Its log says where."),
)
"""What is refused before a route is reached, or where one fails."""


@dataclass(frozen=True, slots=True)
class Code:
    """`means` is one plain sentence."""

    code: str
    status: HTTPStatus
    means: str


def status_of(kind: type[errors.DoorwardError]) -> HTTPStatus | None:
    """None for what nobody outside may be told."""
    return next((status for known, status in STATUS if issubclass(kind, known)), None)


def means(kind: type[errors.DoorwardError]) -> str:
    return (kind.__doc__ or "").splitlines()[0]


def _codes() -> Iterator[Code]:
    yield from (Code(*entry) for entry in PROTOCOL)
    for kind in RAISED:
        status = status_of(kind)
        if status is not None:
            yield Code(kind.code, status, means(kind))


CODES = tuple(sorted(_codes(), key=lambda code: (code.status, code.code)))
"""By status and code. One code has two statuses: an image that is too large by its bytes, or by its pixels."""


def table() -> str:
    """The list as a table in Markdown."""
    rows = [f"| {code.status:d} | `{code.code}` | {code.means} |" for code in CODES]
    return "\n".join(["| status | code | what it means |", "|---|---|---|", *rows]) + "\n"
