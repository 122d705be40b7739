"""Error rates from similarities, each with its sample size and its exact interval. Pure.

`mated` trials compare one person's pictures (genuine), `nonmated` ones those of two persons (impostor), in the words of
ISO/IEC 2382-37. A trial matches where its similarity is at or above the threshold, as in `core.policy`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv  # type: ignore[import-untyped] # ships none

CONFIDENCE = 0.95
EDGES = np.round(np.linspace(-1, 1, 41), 2)
"""Of the histogram's bins."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`errors` in `trials`."""

    errors: int
    trials: int

    @property
    def value(self) -> float | None:
        """None where nothing was tried."""
        return self.errors / self.trials if self.trials else None

    @property
    def interval(self) -> tuple[float, float]:
        """The exact two-sided 95 % interval of Clopper and Pearson (Biometrika 26, 1934, pp. 404-413).

        Its bounds are the quantiles 2.5 % of Beta(errors, trials - errors + 1) and 97.5 % of Beta(errors + 1,
        trials - errors). It holds for independent trials. Trials that share a picture or a person are not, so the
        truth is less certain than it says.
        """
        k, n, tail = self.errors, self.trials, (1 - CONFIDENCE) / 2
        low = float(betaincinv(k, n - k + 1, tail)) if k > 0 else 0.0
        high = float(betaincinv(k + 1, n - k, 1 - tail)) if k < n else 1.0
        return low, high


@dataclass(frozen=True, slots=True)
class Point:
    """What one threshold does. `target` is the rate of false matches it was chosen for, None for any other reason."""

    threshold: float
    false_match: Rate
    false_non_match: Rate
    target: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The similarities of a sample, (N,) float64 in ascending order, -inf where it can match at no threshold.

    `mated_failed` and `nonmated_failed` count the trials without a similarity, as a picture could not be acquired.
    """

    mated: NDArray[np.float64]
    nonmated: NDArray[np.float64]
    mated_failed: int = 0
    nonmated_failed: int = 0

    @classmethod
    def of(cls, mated: ArrayLike, nonmated: ArrayLike, mated_failed: int = 0, nonmated_failed: int = 0) -> "Scores":
        """From similarities, (N,), in any order."""
        return cls(_ascending(mated), _ascending(nonmated), mated_failed, nonmated_failed)

    def at(self, threshold: float, target: float | None = None) -> Point:
        """The rates at `threshold`.

        A mated trial that failed counts as a non-match: so ISO/IEC 19795-1's generalised false reject rate (GFRR), of
        one attempt and one picture enrolled. The false matches are counted among the trials with a similarity only
        (its FMR), which is the stricter way.
        """
        matched = self.nonmated.size - int(self.nonmated.searchsorted(threshold))
        missed = int(self.mated.searchsorted(threshold)) + self.mated_failed
        return Point(
            threshold, Rate(matched, self.nonmated.size), Rate(missed, self.mated.size + self.mated_failed), target
        )

    def points(self) -> list[Point]:
        """At the least threshold for each target 0.1, 0.01, … that one false match in the sample would still meet.

        Last comes the least threshold without a false match, whose rate is then anything up to its upper bound.
        Without a non-mated similarity there are none.
        """
        n = self.nonmated.size
        powers = range(1, len(str(n)))
        points = [self.at(self._above(n // 10**power), 10.0**-power) for power in powers]
        return [*points, self.at(self._above(0))] if n else []

    def curve(self, most: int = 200) -> list[Point]:
        """Points from no false match to all but one, at most `most`, evenly spread over the rate's logarithm."""
        n = self.nonmated.size
        allowed = {int(k) - 1 for k in np.geomspace(1, n, most)} if n else set()
        return [self.at(self._above(k)) for k in sorted(allowed)]

    def _above(self, allowed: int) -> float:
        """The least threshold that at most `allowed` (fewer than all) non-mated trials reach."""
        return float(np.nextafter(self.nonmated[-1 - allowed], np.inf))


def _ascending(similarities: ArrayLike) -> NDArray[np.float64]:
    return np.sort(np.asarray(similarities, dtype=np.float64))


def histogram(similarities: NDArray[np.float64]) -> list[int]:
    """How many of `similarities` (N,) lie in each of the bins between EDGES."""
    return [int(count) for count in np.histogram(similarities.clip(-1, 1), EDGES)[0]]
