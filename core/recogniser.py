"""The model and the gallery, each as soon as it is there, and in step with the store from then on."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from math import inf

from core.domain import Decision, Evidence, Image, Observation, Verdict
from core.errors import (
    DoorwardError,
    FaceNotFound,
    ModelUnavailable,
    StoreUnavailable,
    Unavailable,
)
from core.faces import FaceModel, auto_threshold
from core.follower import Follower
from core.fusion import with_frame
from core.gallery import Gallery
from core.liveness import PassiveLiveness
from core.policy import Rules, decide
from core.quality import Limits, assess
from core.scene import Fault
from core.settings import LivenessSettings, RecognitionSettings
from core.shelf import Keeper, Shelf
from core.templates import Templates

log = logging.getLogger(__name__)
GALLERY_LOADING = "The gallery is being loaded. Wait a moment."
SOON = 1.0  # seconds that who has changed something waits to see it
MODEL_RETRY = 3.0  # seconds: somebody may be fetching the pack just now


class Recogniser:
    """Tells who a face is. `start` begins loading; until all is there each property raises what is missing."""

    def __init__(
        self,
        load: Callable[[], FaceModel],
        store: Templates,
        settings: RecognitionSettings,
        *,
        liveness: LivenessSettings = LivenessSettings(),  # noqa: B008 - frozen: nobody can change the one that all share
        load_liveness: Callable[[], PassiveLiveness] | None = None,
        poll: float = 0.25,
        keeper: Callable[[str, float], Keeper] = lambda model_id, _: Shelf(model_id),
        utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`load_liveness`: None where no passive model is wanted, as for still pictures. `keeper`: what a model's
        templates are kept in; who is less alike than its second argument matters to no decision.
        """
        self._load = load
        self._store = store
        self._settings = settings
        self._liveness_settings = liveness
        self._load_liveness = load_liveness
        self._liveness: PassiveLiveness | None = None
        self._limits = Limits(least_width=settings.min_face_px, largest=inf)  # a portrait may be cut close
        self._poll = poll
        self._keeper = keeper
        self._utcnow = utcnow
        self._model: FaceModel | None = None
        self._gallery: Gallery | None = None
        self._model_error: Unavailable | None = ModelUnavailable("The model is being loaded. Wait a moment.")
        self._gallery_error: Unavailable | None = StoreUnavailable(GALLERY_LOADING)
        self._follower: Follower | None = None
        self._loading = True
        self._refreshing = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Loads, then polls, on a thread of its own."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="recogniser", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Returns within two seconds; a driver that hangs is left to its own time-out."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2.0)
            self._thread = None

    @property
    def model(self) -> FaceModel:
        if self._model is None:
            raise _again(self._model_error)
        return self._model

    @property
    def liveness(self) -> PassiveLiveness:
        """The passive model. Raises ModelUnavailable."""
        if self._liveness is None:
            raise _again(self._model_error or ModelUnavailable("The liveness model is not loaded. See liveness.model."))
        return self._liveness

    @property
    def gallery(self) -> Gallery:
        """The whole one. Raises ModelUnavailable, ModelMismatch or StoreUnavailable where there is none to rely on."""
        loaded = self.loaded
        if loaded.partial:
            raise StoreUnavailable(GALLERY_LOADING)
        return loaded

    @property
    def loaded(self) -> Gallery:
        """What is there so far: enough for a door, where who is not in it is a stranger. Raises as `gallery`."""
        error = self._model_error or self._gallery_error
        if error is not None or self._gallery is None:
            raise _again(error)
        return self._gallery

    @property
    def progress(self) -> tuple[int, int] | None:
        """How many templates are loaded, of about how many; None where none are being loaded."""
        return self._follower.progress if self._follower is not None else None

    @property
    def rules(self) -> Rules:
        """The configured rules, with the model's own threshold where that is `auto`."""
        asked = self._settings.threshold
        threshold = auto_threshold(self.model.id) if asked == "auto" else asked
        live, own = self._liveness_settings, self._settings
        return Rules(
            threshold,
            own.margin,
            own.frames,
            own.patience,
            own.cooldown,
            live.threshold if live.passive else None,
            live.challenge,
            live.observe,
        )

    @property
    def loading(self) -> bool:
        """Whether the first attempt is still under way, so that what is missing is no fault yet."""
        return self._loading

    @property
    def fault(self) -> Fault | None:
        error = self._model_error or self._gallery_error
        return Fault(error.code, str(error)) if error is not None else None

    def identify(self, image: Image) -> Decision:
        """Granted or denied for one still picture (BGR), by its largest face. Liveness is not asked of stills.

        Raises FaceNotFound, and what `model` and `gallery` raise.
        """
        return self.examine(image)[0]

    def examine(self, image: Image) -> tuple[Decision, float | None]:
        """What `identify` says, and the quality of the face, 0 to 1; None where it is unfit."""
        faces = self.model.detect(image)
        if not faces:
            raise FaceNotFound("There is no face in the picture. Send one that shows the face from the front.")
        quality = assess(faces[0], image, self._limits)
        if quality.reason is not None:
            return Decision(Verdict.DENIED, quality.reason, threshold=self.rules.threshold), None
        vector, gallery = self.model.embed(image, faces[0]), self.gallery
        frame = Observation(0.0, vector, gallery.match(vector), quality.score)
        still = Rules(self.rules.threshold, self._settings.margin, frames=1, patience=0.0)
        return decide(with_frame(Evidence(), frame, gallery, 1), still, 0.0), quality.score

    def refresh(self) -> None:
        """One round: load what is missing, read the gallery if it has moved. Sets `fault` rather than raise."""
        with self._refreshing:
            self._refresh()

    def catch_up(self) -> None:
        """The same, for who has just changed the store and would see it at once.

        But not where it is only being loaded, or a round takes longer than SOON: the thread sees it then.
        """
        loading = self._model is None and self._thread is not None
        if not loading and self._refreshing.acquire(timeout=SOON):
            try:
                self._refresh()
            finally:
                self._refreshing.release()

    def _refresh(self) -> None:
        before = self.fault
        try:
            self._refresh_model()
            self._refresh_gallery()
        except Unavailable as error:
            self._keep(error)
        except Exception:
            log.exception("the recogniser failed; it tries again")
            self._keep(Unavailable("The recogniser failed; the log says where. It tries again by itself."))
        self._loading = False
        if self.fault != before:
            log.info("recogniser: %s", self.fault.code if self.fault else "ready")

    def _refresh_model(self) -> None:
        if self._model is None:
            self._model = self._load()
            self._model_error = None
        if self._liveness is None and self._load_liveness is not None:
            self._liveness = self._load_liveness()

    def _refresh_gallery(self) -> None:
        self._store.migrate()
        if self._follower is None:
            self._follower = Follower(
                self._store, self.model.id, self._publish, shelf=self._keep_in, utcnow=self._utcnow
            )
        self._follower.follow(self._stop.is_set)
        self._gallery_error = None

    def _keep_in(self, model_id: str) -> Keeper:
        return self._keeper(model_id, self.rules.reach)

    def _publish(self, gallery: Gallery) -> None:
        self._gallery, self._gallery_error = gallery, None

    def _keep(self, error: Unavailable) -> None:
        if self._model is None:
            self._model_error = error
        else:
            self._gallery_error = error

    def _run(self) -> None:
        while not self._stop.is_set():
            self.refresh()
            complete = self._model is not None and (self._liveness is not None or self._load_liveness is None)
            self._stop.wait(self._poll if complete else MODEL_RETRY)


def _again(error: Unavailable | None) -> DoorwardError:
    """A fresh copy: one exception raised again and again would gather tracebacks for ever."""
    if error is None:
        return StoreUnavailable(GALLERY_LOADING)
    return type(error)(*error.args)


def wait_until_ready(recogniser: Recogniser, seconds: float) -> None:
    """For the shell: refreshes until it is ready, at most for `seconds`. Raises what is missing."""
    until = time.monotonic() + seconds
    recogniser.refresh()
    while recogniser.fault and time.monotonic() < until:
        time.sleep(0.2)
        recogniser.refresh()
    _ = recogniser.gallery
