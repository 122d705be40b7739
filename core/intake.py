"""What became of the pictures of one call: how many were stored, which were refused and why. Pure."""

import json
from dataclasses import asdict, dataclass, field

from core.domain import Template
from core.errors import AllRefused, DoorwardError, WrongFace


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a picture was not stored, the first one being 1: the error's code and sentence, and its reason if any."""

    image: int
    code: str
    detail: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    stored: int
    refused: tuple[Refusal, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of_json(cls, text: str) -> "Intake":
        read = json.loads(text)
        return cls(read["stored"], tuple(Refusal(**refusal) for refusal in read["refused"]))


@dataclass(slots=True)
class Batch:
    """The pictures of one call on their way: those that became templates, by their number, and those that did not.

    `partial`: whether the others are wanted without those that are refused.
    """

    partial: bool
    templates: dict[int, Template] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)

    def refuse(self, image: int, error: DoorwardError) -> None:
        """Raises `error` where it is all or none."""
        if not self.partial:
            raise error
        self.templates.pop(image, None)
        self.refused.append(Refusal(image, error.code, str(error), getattr(error, "reason", None)))

    def refuse_wrong(self, error: WrongFace) -> None:
        """Those of the templates that `error` is about. Raises it where it is all or none, or about none of them."""
        images = [image for place, image in enumerate(self.templates) if place in error.places]
        if not images:
            raise error
        for image in images:
            self.refuse(image, error)

    def intake(self) -> Intake:
        """Raises AllRefused where none is left."""
        refused = tuple(sorted(self.refused, key=lambda refusal: refusal.image))
        if not self.templates:
            raise AllRefused("None of the images can be stored; `refused` says why.", refused)
        return Intake(len(self.templates), refused)
