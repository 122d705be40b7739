"""The ear on the whole log of the whole suite: whichever test has a secret logged, at whatever level, fails by it."""

import logging
import re
from collections.abc import Iterator

import pytest

from core.demo import DEMO_PEOPLE

NAMES = {"Lin Secret", "Ann Secret", "Ada Lovelace", *(person.name for person in DEMO_PEOPLE)}
TYPED = {"135790", "314159", "correct horse", "hunter2", "s3cret"}
KINDS = {
    "an API key": r"dw_[0-9a-f]{12}_[0-9a-f]{8}",
    "the digest of a key": r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])",
    "the hash of a PIN": r"\$argon2",
    "an image": r"\\x89PNG|\\xff\\xd8\\xff|iVBORw0KGgo|/9j/[A-Za-z0-9+/]{8}|\[\[\[ *\d",
    "an embedding": r"((np\.float\d+\()?-?(\d+\.\d*|\d+(?=e))(e[-+]?\d+)?\)?[\s,]+){6}",
    "a name": rf"\b({'|'.join(sorted(NAMES))})\b",
    "a PIN or a password": rf"\b({'|'.join(sorted(TYPED))})\b",
}
SECRET = re.compile("|".join(f"({pattern})" for pattern in KINDS.values()))


class Ear(logging.Handler):
    """Hears every record as it would be written, tracebacks and all."""

    def __init__(self) -> None:
        super().__init__()
        self._heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.reads(f"{record.name}: {self.format(record)}")

    def reads(self, text: str) -> None:
        """A text that was written to a log elsewhere, by a process that a test started."""
        found = SECRET.search(text)
        if found:
            self._heard.append(f"{found[0]!r} in: {text[max(0, found.start() - 200) : found.end() + 100]}")

    def heard(self) -> list[str]:
        """What leaked since this was asked last."""
        heard, self._heard = self._heard, []
        return heard


EAR = Ear()


def pytest_configure() -> None:
    logging.getLogger().addHandler(EAR)
    logging.getLogger().setLevel(logging.DEBUG)


@pytest.fixture(autouse=True)
def nothing_secret_is_logged() -> Iterator[None]:
    yield
    leaked = EAR.heard()
    assert not leaked, "\n".join(leaked)


@pytest.fixture(autouse=True, scope="session")
def nothing_secret_is_logged_at_the_end() -> Iterator[None]:
    yield
    leaked = EAR.heard()
    assert not leaked, "\n".join(leaked)
