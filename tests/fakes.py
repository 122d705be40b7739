"""Stand-ins with verbs: a test says what happens, the code under test sees an ordinary part."""

import threading
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from core.domain import Consent, Face, Frame, Image, Template, Validity, Vector
from core.encryption import Keys
from core.errors import CameraUnavailable, DoorFailed, ModelMismatch, StoreUnavailable
from core.gallery import Seen, mismatch, refuse_others, refuse_strangers, unit
from core.logbook import Event, Incident
from core.looks import moved
from core.once import Once
from core.templates import NO_ROWS, Changes, Mark, Page, Rows
from core.tracking import iou

DIMENSION = 16
MODEL_ID = "fake:0123456789ab:16"


def vector_of(who: str, *, away: float = 0.0, towards: str = "somebody else") -> Vector:
    """The embedding of `who`, of cosine 1 - away (roughly) to their template, turned towards another."""
    own = np.random.default_rng(list(who.encode())).normal(size=DIMENSION)
    other = np.random.default_rng(list(towards.encode())).normal(size=DIMENSION)
    own, other = own / np.linalg.norm(own), other / np.linalg.norm(other)
    other = other - own * (other @ own)
    cosine = 1 - away
    return unit(own * cosine + other / np.linalg.norm(other) * np.sqrt(1 - cosine**2))


def template(who: str, *, model_id: str = MODEL_ID, **turn: float) -> Template:
    return Template(who, who.title(), vector_of(who, **turn), model_id, 0.9)


def face(x: float = 100, y: float = 100, width: float = 100) -> Face:
    """A frontal face whose box is `width` wide and 1.3 times as high."""
    points = [[0.3, 0.4], [0.7, 0.4], [0.5, 0.62], [0.35, 0.8], [0.65, 0.8]]
    landmarks = np.array([[x + a * width, y + b * width * 1.3] for a, b in points], np.float32)
    return Face((x, y, x + width, y + width * 1.3), landmarks, 0.9)


NOISE = np.random.default_rng(1).integers(60, 200, (480, 640, 3), np.uint8)


def image(*people: tuple[str, Face]) -> "Picture":
    """640 x 480 pixels of noise, which is neither dark nor blurred, with `people` in it."""
    picture = NOISE.copy().view(Picture)
    picture.people = people
    return picture


class Picture(np.ndarray):
    """An image that remembers who is in it, also in a part of it, so that FakeModel can find them."""

    people: tuple[tuple[str, Face], ...] = ()

    def __getitem__(self, key):  # type: ignore[no-untyped-def, override]
        part = super().__getitem__(key)
        if isinstance(part, Picture) and isinstance(key, tuple) and isinstance(key[0], slice) and len(key) == 2:
            rows, columns = key
            x, y = columns.start or 0, rows.start or 0
            inside = [(who, moved(f, -x, -y)) for who, f in self.people]
            part.people = tuple((who, f) for who, f in inside if _middle_in(f, part.shape))
        return part


def _middle_in(face: Face, shape: tuple[int, ...]) -> bool:
    x, y = (face.box[0] + face.box[2]) / 2, (face.box[1] + face.box[3]) / 2
    return 0 <= x < shape[1] and 0 <= y < shape[0]


class FakeModel:
    """Finds the people that a Picture remembers. Tell it to fail, or to embed a given vector."""

    id = MODEL_ID

    def __init__(self) -> None:
        self._failure: Exception | None = None
        self._vector: Vector | None = None

    def fails_with(self, failure: Exception | None) -> None:
        self._failure = failure

    def embeds(self, vector: Vector | None) -> None:
        self._vector = vector

    def detect(self, image: Image, sizes: Sequence[int] = ()) -> tuple[Face, ...]:
        if self._failure is not None:
            raise self._failure
        faces = [f for _, f in getattr(image, "people", ())]
        return tuple(sorted(faces, key=lambda f: -f.width))

    def embed(self, image: Image, face: Face) -> Vector:
        if self._vector is not None:
            return unit(self._vector)
        return vector_of(max(image.people, key=lambda person: iou(person[1].box, face.box))[0])  # type: ignore[attr-defined]


class FakeSource:
    """Where keys are, in memory."""

    name = "the test"

    def __init__(self, text: str, *, slow: bool = False) -> None:
        self.text, self.slow = text, slow

    def read(self) -> str:
        return self.text

    def write(self, text: str, *, new: bool) -> None:
        raise NotImplementedError


def keys(*numbers: int) -> Keys:
    """A key for each number, the newest first."""
    return Keys(FakeSource(" ".join(bytes([number] * 32).hex() for number in numbers)))


class FakeStore:
    """Faces and events in memory. `goes_away` and `comes_back` are the network's."""

    def __init__(self, *templates: Template) -> None:
        self.faces: list[Template] = list(templates)
        self.consents: dict[str, Consent] = {}
        self.log: list[str] = []
        self.recorded: list[Event] = []
        self.reported: list[Incident] = []
        self.page_size = 1000
        self._version = 1
        self._changed: list[tuple[int, str]] = []
        self._ever: list[Template] = []  # held, so that no other takes one's place in memory, and so its number
        self._away = False

    def goes_away(self) -> None:
        self._away = True

    def comes_back(self) -> None:
        self._away = False

    def gains(self, *templates: Template) -> None:
        self.faces.extend(templates)
        self._moves(*(face.user_id for face in templates))

    def loses(self, who: str) -> None:
        self.faces = [face for face in self.faces if face.user_id != who]
        self._moves(who)

    def _numbered(self) -> list[tuple[int, Template]]:
        """Each face with a number that it keeps, as a row its id."""
        held = {id(face) for face in self._ever}
        self._ever += [face for face in self.faces if id(face) not in held]
        places = {id(face): place for place, face in enumerate(self._ever, 1)}
        return [(places[id(face)], face) for face in self.faces]

    def _moves(self, *people: str) -> None:
        self._version += 1
        self._changed += [(self._version, who) for who in people]

    def migrate(self) -> None:
        self._answer()

    def gallery_version(self) -> int:
        self._answer()
        return self._version

    def mark(self) -> Mark:
        self._answer()
        return Mark("fake", self._version)

    def total(self, model_id: str) -> int:
        self._answer()
        return len(self.faces)

    def page(self, model_id: str, after: int = 0) -> Page:
        self._answer()
        others = next((face.model_id for face in self.faces if face.model_id != model_id), None)
        if others and all(face.model_id != model_id for face in self.faces):
            raise ModelMismatch(mismatch(others, model_id))
        beyond = [(number, face) for number, face in self._numbered() if number > after]
        here = beyond[: self.page_size]
        return Page(_rows([face for _, face in here]), here[-1][0] if len(beyond) > len(here) else None)

    def changes(self, model_id: str, since: Mark) -> Changes | None:
        self._answer()
        changed = frozenset(who for version, who in self._changed if version > since.version)
        return Changes(Mark("fake", self._version), changed, self.of(model_id, changed))

    def of(self, model_id: str, user_ids: Collection[str]) -> Rows:
        self._answer()
        return _rows([face for face in self.faces if face.user_id in user_ids])

    def add_faces(
        self,
        user_id: str,
        name: str,
        templates: Sequence[Template],
        *,
        limit: int,
        replace: bool = False,
        alike: float = -1.0,
        seen: Seen | None = None,
        consent: Consent | None = None,
        once: Once | None = None,
    ) -> int:
        self._answer()
        kept = [] if replace else [f for f in self.faces if (f.user_id, f.model_id) == (user_id, templates[0].model_id)]
        vectors = [face.vector for face in templates]
        if seen is not None:
            others = [f for f in self.faces if f.model_id == templates[0].model_id and f.user_id != user_id]
            refuse_others(vectors, [face.vector[np.newaxis] for face in others], seen.threshold)
        refuse_strangers(vectors, [face.vector for face in kept], alike)
        self.gains(*templates)
        if consent is not None:
            self.consents[user_id] = consent
        return len(templates)

    def record(self, event: Event) -> int:
        self._answer()
        self.recorded.append(event)
        self.log.append(f"recorded {event.decision.verdict}")
        return len(self.recorded)

    def report(self, incident: Incident) -> int:
        self._answer()
        self.reported.append(incident)
        return len(self.reported)

    def door_did(self, event_id: int, outcome: str) -> None:
        self._answer()
        self.log.append(f"door {outcome}")

    def _answer(self) -> None:
        if self._away:
            raise StoreUnavailable("The database does not answer. Start it.")


def _rows(faces: Sequence[Template]) -> Rows:
    matrix = np.stack([face.vector for face in faces]) if faces else NO_ROWS.matrix
    valid = {face.user_id: face.valid for face in faces if face.valid != Validity()}
    return Rows([face.user_id for face in faces], [face.name for face in faces], matrix, valid)


class FakeDoor:
    """Notes when it was opened, into the same log as the store's, so that the order can be seen."""

    def __init__(self, log: list[str] | None = None) -> None:
        self.log = log if log is not None else []
        self.times_opened = 0
        self.times_closed = 0
        self._jammed = False
        self._stuck = False

    def jams(self) -> None:
        """It does not open any more."""
        self._jammed = True

    def sticks(self, *, stuck: bool = True) -> None:
        """It does not close any more."""
        self._stuck = stuck

    def open(self, seconds: float) -> None:
        self.log.append("open")
        if self._jammed:
            raise DoorFailed("The door did not answer. Check its cable.")
        self.times_opened += 1

    def close(self) -> None:
        if self._stuck:
            raise DoorFailed("The door did not close. Look what is in its way.")
        self.times_closed += 1


class FakeLatch(FakeDoor):
    """A door that keeps its time by itself."""

    def start(self) -> None:
        self.close()

    def stop(self) -> None:
        self.close()


class FakeCamera:
    """Shows the same picture again and again, until it is told to show another, or unplugged."""

    def __init__(self, picture: Image | None = None, *, clock: object = None) -> None:
        self._changed = threading.Condition()
        self._picture = picture if picture is not None else image()
        self._plugged = True
        self._clock = clock

    def shows(self, picture: Image) -> None:
        with self._changed:
            self._picture = picture
            self._changed.notify_all()

    def is_unplugged(self) -> None:
        self._plugged = False

    def is_plugged_in(self) -> None:
        self._plugged = True

    def frames(self) -> Iterator[Frame]:
        import time

        seq = 0
        while self._plugged:
            yield Frame(self._picture, time.monotonic(), seq / 100, seq)
            seq += 1
            time.sleep(0.01)
        raise CameraUnavailable("The camera cannot be opened. Check that it is plugged in.")
