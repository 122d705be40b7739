"""The best frames of a visit, and what they say together. Pure."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.domain import Evidence, Observation, Vector
from core.gallery import Gallery, unit

MEMORY = 3.0  # seconds: what an older frame shows may be somebody who was replaced since, however alike


def with_frame(evidence: Evidence, frame: Observation, gallery: Gallery, count: int) -> Evidence:
    """`evidence` with one more frame: of the last few seconds' the best `count`, fused and matched.

    Raises InvalidEmbedding where their embeddings cancel out.
    """
    recent = (old for old in evidence.frames if frame.at - old.at <= MEMORY)
    frames = tuple(sorted((*recent, frame), key=lambda f: -f.quality)[:count])
    since = evidence.since if evidence.frames else frame.at
    return replace(evidence, since=since, frames=frames, fused=gallery.match(fused([f.vector for f in frames])))


def rematched(evidence: Evidence, gallery: Gallery, old: Gallery) -> Evidence:
    """`evidence` of `old` as another gallery sees it: somebody may have been enrolled, disabled or erased meanwhile."""
    if not evidence.frames:
        return evidence
    frames = tuple(replace(f, match=gallery.rematch(f.vector, f.match, old)) for f in evidence.frames)
    probe = fused([f.vector for f in frames])
    return replace(evidence, frames=frames, fused=gallery.rematch(probe, evidence.fused, old))


def fused(vectors: Sequence[Vector]) -> Vector:
    """The mean of embeddings of one face, of length 1: what differs from frame to frame cancels out."""
    return unit(np.mean(np.stack(vectors), axis=0))


def resembles(evidence: Evidence, vector: Vector) -> float:
    """The greatest cosine of `vector` to any frame of `evidence`; 1 where there is none to differ from."""
    return float(max((frame.vector @ vector for frame in evidence.frames), default=1.0))
