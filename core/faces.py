"""Finding faces and turning them into embeddings: the protocol, InsightFace behind it, and decoding pictures."""

from collections.abc import Sequence
from typing import Protocol

from core.domain import Face, Image, Vector

FULL_LOOK = (128, 640)
"""Detector input sizes for a whole picture: small finds a face that fills it, large one that is far away."""


class FaceModel(Protocol):
    """A detector and a recogniser that belong together. Safe to call from several threads at once."""

    @property
    def id(self) -> str:
        """`name:digest:dimension`, equal for two models if and only if their embeddings may be compared."""

    def detect(self, image: Image, sizes: Sequence[int] = FULL_LOOK) -> tuple[Face, ...]:
        """All faces of `image`, largest first. `sizes`: the squares, in pixels, it is looked at in."""

    def embed(self, image: Image, face: Face) -> Vector:
        """The embedding, (dimension,) float32 of length 1. Raises InvalidEmbedding where there is none."""
