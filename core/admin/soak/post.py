"""One door of the soak: the real parts, with a plug on the camera's cable and a count on the lock."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.admin.bench.loops import CountedModel
from core.camera import Camera, OpenCVCamera
from core.config import Settings
from core.demo import DEMO_PEOPLE, DemoCamera, DemoFaceModel, portraits
from core.domain import Frame
from core.door import Door
from core.doorkeeper import Journal
from core.engine import Engine
from core.enrolment import Picture
from core.errors import CameraUnavailable, ImageUnreadable
from core.faces import FaceModel
from core.parts import enrol_demo_people, make_enrolment, make_limits, make_model, make_watch
from core.pictures import decode_image
from core.recogniser import Recogniser
from core.store import Store


class PluggedCamera:
    """A camera whose cable can be pulled. `delivered` counts its frames."""

    def __init__(self, camera: Camera) -> None:
        self.delivered = 0
        self.plugged = True
        self._camera = camera

    def frames(self) -> Iterator[Frame]:
        """Raises CameraUnavailable while it is pulled, and then lets go of the camera."""
        self._check()
        frames = self._camera.frames()
        try:
            for frame in frames:
                self._check()
                self.delivered += 1
                yield frame
        finally:
            if isinstance(frames, Generator):
                frames.close()

    def _check(self) -> None:
        if not self.plugged:
            raise CameraUnavailable("The soak has pulled the camera. It plugs it in again by itself.")


class CountedDoor:
    """A driver that counts how often it opened."""

    def __init__(self, driver: Door) -> None:
        self.openings = 0
        self._driver = driver

    def open(self, seconds: float) -> None:
        self._driver.open(seconds)
        self.openings += 1

    def close(self) -> None:
        self._driver.close()


@dataclass(frozen=True, slots=True, eq=False)
class Guest:
    """Somebody who is erased and enrolled again on the way."""

    user_id: str
    pictures: tuple[Picture, ...]


class Post:
    """A camera, the model that knows faces in its pictures, and the engine between them."""

    def __init__(
        self,
        name: str,
        camera: Camera,
        model: FaceModel,
        guest: Guest,
        *,
        settings: Settings,
        door: Door,
        store: Store,
        journal: Journal,
    ) -> None:
        self.name = name
        self.camera = PluggedCamera(camera)
        self.model = CountedModel(model)
        poll = settings.database.poll
        self.recogniser = Recogniser(lambda: self.model, store, settings.recognition, poll=poll)
        self.enrolment = make_enrolment(settings, self.recogniser, store)
        self.engine = Engine(
            self.camera,
            self.recogniser,
            journal,
            door,
            make_watch(settings),
            camera_timeout=settings.camera.timeout,
            open_seconds=settings.door.open_seconds,
            max_frame_age=settings.recognition.max_frame_age,
            limits=make_limits(settings.lockout, live=False),
        )
        self._guest = guest
        self._store = store

    def start(self) -> None:
        self.recogniser.start()
        self.engine.start()

    def stop(self) -> None:
        """Twice is fine."""
        self.engine.stop()
        self.recogniser.stop()

    def enrol(self) -> None:
        self.enrolment.enrol(self._guest.user_id, self._guest.user_id, self._guest.pictures)

    def erase(self) -> None:
        self._store.erase(self._guest.user_id)

    def pull(self) -> None:
        self.camera.plugged = False

    def plug(self) -> None:
        self.camera.plugged = True


def demo_post(settings: Settings, door: Door, store: Store, journal: Journal) -> Post:
    """The demo's camera, and of the people before it those enrolled whom the demo knows; the store must be empty."""
    guest = DEMO_PEOPLE[0]
    pictures = tuple(Picture(guest.user_id, image) for image in portraits(guest))
    post = Post(
        "demo",
        DemoCamera(),
        DemoFaceModel(),
        Guest(guest.user_id, pictures),
        settings=settings,
        door=door,
        store=store,
        journal=journal,
    )
    enrol_demo_people(post.recogniser, post.enrolment, store)
    return post


def clip_post(video: Path, face: Path, settings: Settings, door: Door, store: Store, journal: Journal) -> Post:
    """The clip, for ever, and one person in it enrolled. Raises ImageUnreadable, ModelUnavailable, InputError."""
    try:
        picture = Picture(face.name, decode_image(face.read_bytes(), face.name))
    except OSError as error:
        raise ImageUnreadable(f"{face} cannot be read: {error.strerror}.") from error
    post = Post(
        "clip",
        OpenCVCamera(str(video), loop=True, timeout=settings.camera.timeout),
        make_model(settings.models),
        Guest("guest", (picture,)),
        settings=settings,
        door=door,
        store=store,
        journal=journal,
    )
    post.recogniser.refresh()
    post.enrol()
    return post
