"""The bare engine: bytes to a decision by the same parts and the same gallery, without HTTP, key or record."""

from core.config import Settings
from core.parts import make_recogniser, make_store
from core.pictures import decode_image
from core.recogniser import wait_until_ready

READY = 60.0  # seconds


class Bare:
    """Safe to call from several threads at once. Raises what is missing when it is made."""

    def __init__(self, settings: Settings) -> None:
        self._store = make_store(settings)
        self.recogniser = make_recogniser(settings, self._store)
        wait_until_ready(self.recogniser, READY)

    def __call__(self, picture: bytes) -> None:
        """Decode, detect, embed, match. Raises FaceNotFound, ImageUnreadable."""
        self.recogniser.identify(decode_image(picture, "picture"))

    def close(self) -> None:
        self._store.close()
