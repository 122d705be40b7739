"""What is asked for twice is done once. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Once:
    """A request that its caller may repeat, not knowing whether it was heard.

    `key` and `request` are SHA-256 digests in hex: of who calls and the key that they chose, and of what they ask for
    `at` (UTC). `answer` is kept for KEPT with what was done, in the same transaction.
    """

    key: str
    request: str
    at: datetime
    answer: str = ""


class Answered(Exception):
    """No failure: it was done before, and this was the answer. Nothing was done now."""

    def __init__(self, answer: str) -> None:
        super().__init__("It was done before.")
        self.answer = answer
