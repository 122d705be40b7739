"""The enrolment page and all that is behind it, for its tests: the demo's camera and model, and a desk with verbs."""

import threading
from datetime import UTC, datetime
from functools import cache
from itertools import takewhile

import numpy as np
from conftest import PORTRAITS

from core.camera import LatestFrame
from core.demo import DEMO_PEOPLE, DEMO_THRESHOLD, DemoCamera, DemoFaceModel, portraits
from core.domain import Face, Frame, Template
from core.errors import ModelUnavailable
from core.gallery import Gallery, unit
from core.policy import Rules
from core.sitting import Pose
from kiosk.console.enrol import EnrolPage

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ADA, BEN = DEMO_PEOPLE[:2]
STANDING, COMING = (4.6, 8.9), (0.5, 4.0)  # seconds of the demo's own time
TURNED = {Pose.FRONT: (0, 0), Pose.LEFT: (0.12, 0), Pose.RIGHT: (-0.12, 0), Pose.UP: (0, -0.1)}
"""Of the nose, in widths of the face."""


class Model(DemoFaceModel):
    """The demo's model, told how the heads are turned, of which it sees nothing itself."""

    def __init__(self):
        super().__init__()
        self.looks, self._pose, self._failure = 0, Pose.FRONT, None
        self._awake = threading.Event()
        self._awake.set()

    def sees(self, pose):
        self._pose = pose

    def dawdles(self):
        """Until it goes on; says how often it had looked before."""
        self._awake.clear()
        return self.looks

    def goes_on(self):
        self._awake.set()

    def fails_with(self, failure):
        self._failure = failure

    def detect(self, image, sizes=()):
        self.looks += 1
        self._awake.wait(5)
        if self._failure is not None:
            raise self._failure
        return tuple(_turned(face, self._pose) for face in super().detect(image))

    def embed(self, image, face):
        return super().embed(image, super().detect(image)[0])


def _turned(face, pose):
    nose = np.zeros((5, 2), np.float32)
    nose[2] = np.array(TURNED[pose]) * face.width
    return Face(face.box, face.landmarks + nose, face.score)


class Knower:
    """What is known of faces, or why nothing is."""

    def __init__(self, model, *enrolled):
        self._model, self._missing = model, None
        self.gallery = Gallery.of(model.id, enrolled)
        self.rules = Rules(DEMO_THRESHOLD)

    def loses_its_model(self):
        self._missing = ModelUnavailable("The model is not here. Fetch it.")

    def finds_its_model(self):
        self._missing = None

    @property
    def model(self):
        if self._missing is not None:
            raise self._missing
        return self._model


class FakeEnrolment:
    """Stores what it is given, or refuses it."""

    def __init__(self):
        self.calls = []
        self._refusal = None

    def refuses(self, error):
        self._refusal = error

    def enrol(self, user_id, name, pictures, *, replace=False, consent=None):
        self.calls.append((user_id, name, pictures, replace, consent))
        if self._refusal is not None:
            raise self._refusal
        return len(pictures)


@cache
def filmed(since, until):
    """What the demo's camera sees from one second to another, when Ben comes."""
    frames = DemoCamera([BEN], paced=False, size=(640, 360)).frames()
    return [frame for frame in takewhile(lambda frame: frame.at < until, frames) if frame.at >= since]


class Feed:
    """A film into a mailbox, over and over: a frame whenever the last one was looked at. Its time is its own."""

    def __init__(self, film):
        self.latest, self._film, self._shown = LatestFrame(), film, 0
        self.show()

    def show(self, *_):
        image = self._film[self._shown % len(self._film)].image
        self._shown += 1
        self.latest.put(Frame(image, self.clock(), self.clock(), self._shown))

    def clock(self):
        return self._shown / 15


class Desk:
    """The page, and all that is behind it."""

    def __init__(self, qtbot, jobs, *enrolled, poses=(Pose.FRONT,), film=STANDING, **parts):
        self.qtbot, self.model, self.enrolment = qtbot, Model(), FakeEnrolment()
        self.knower, self.feed = Knower(self.model, *enrolled), Feed(filmed(*film))
        self.page = EnrolPage(
            parts.get("enrolment", self.enrolment),
            parts.get("recogniser", self.knower),
            self.feed.latest,
            jobs,
            mirror=True,
            most=4,
            poses=poses,
            clock=self.feed.clock,
            utcnow=lambda: NOW,
        )
        self.page.resize(800, 440)
        qtbot.addWidget(self.page)
        with qtbot.waitExposed(self.page):
            self.page.show()
        self.page.portfolio.sat.connect(self.feed.show)

    def says_who(self, user_id="ben-7", name="Ben Example", agrees=True):
        self.page.who.user_id.setText(user_id)
        self.page.who.name.setText(name)
        self.page.who.agree.setChecked(agrees)

    def stands(self):
        """At the camera, until there is nothing more to take."""
        self.says_who()
        self.page.buttons.at_camera.click()
        self.until(lambda: self.page.portfolio.sitting and self.page.portfolio.sitting.wanted is None)

    def until(self, true):
        self.qtbot.waitUntil(lambda: bool(true()))

    def says(self, part):
        self.until(lambda: part in self.page.notice.text())

    def titles(self):
        return [one.title for one in self.page.portfolio.kept]

    def filled(self):
        return [card.filled for card in self.page.pictures.cards]


def template(person, vector=None):
    model = DemoFaceModel()
    image = next(portraits(person))
    own = model.embed(image, model.detect(image)[0]) if vector is None else vector
    return Template(person.user_id, person.name, own, model.id, 0.9)


def like_ben(cosine):
    """Ada's face, if it were so like Ben's."""
    ben, ada = template(BEN).vector.astype(float), template(ADA).vector.astype(float)
    across = ada - ben * (ada @ ben)
    return template(ADA, unit(ben * cosine + across / np.linalg.norm(across) * np.sqrt(1 - cosine**2)))


def pictures_of(user_id):
    """Three files."""
    return sorted(PORTRAITS.glob(f"{user_id}-*.png"))
