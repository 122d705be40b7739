"""An evaluation as one object for machines. Rates are shares of 1, each with its sample and its interval."""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.admin.evaluate.labelled import People
from core.admin.evaluate.pipeline import Evaluation
from core.admin.evaluate.rates import CONFIDENCE, EDGES, Point, Scores, histogram

VERIFICATION = ("fmr", "fnmr", "impostor_pairs", "genuine_pairs")
IDENTIFICATION = ("fpir", "fnir", "nonmated_searches", "mated_searches")
INTERVALS = (
    "Every interval is exact (Clopper-Pearson, 95 %) for independent trials. These share pictures and persons: the "
    "truth is less certain than it says."
)
FAILURES = (
    "FNMR and FNIR count a picture that could not be acquired as a non-match (ISO/IEC 19795-1's generalised false "
    "reject rate); FMR and FPIR leave it out."
)


def facts(evaluation: Evaluation) -> dict[str, Any]:
    """All of it, fit for JSON; None for a rate without a trial, and for the identification of unnamed persons."""
    verification, identification = evaluation.comparisons.verification, evaluation.comparisons.identification
    return {
        "model_id": evaluation.model_id,
        "people": people(evaluation),
        "failures_to_acquire": _failures(evaluation),
        "genuine": _distribution(verification.mated, verification.mated_failed),
        "impostor": _distribution(verification.nonmated, verification.nonmated_failed),
        **_rates(verification, evaluation.threshold, VERIFICATION),
        "identification": None
        if identification is None
        else _rates(identification, evaluation.threshold, IDENTIFICATION),
        "lookalikes": lookalikes(evaluation),
        "confidence": CONFIDENCE,
        "notes": notes(evaluation),
    }


def people(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Each person with how many pictures, and how many of them failed; none for a CSV, which names nobody."""
    labelled = evaluation.labelled
    if not isinstance(labelled, People):
        return []
    by_file = zip(labelled.files, labelled.labels, strict=True)
    failed = Counter(label for file, label in by_file if file in evaluation.failures)
    return [{"person": who, "pictures": n, "failures": failed[who]} for who, n in Counter(labelled.labels).items()]


def failures(evaluation: Evaluation) -> list[dict[str, str]]:
    """The pictures that could not be acquired, and why."""
    root = evaluation.labelled.root
    return [{"file": str(file.relative_to(root)), "reason": why} for file, why in evaluation.failures.items()]


def lookalikes(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The most similar pictures that are labelled as two persons', highest first."""
    names = [str(file.relative_to(evaluation.labelled.root)) for file in evaluation.labelled.files]
    return [
        {"similarity": similarity, "file_x": names[x], "file_y": names[y]}
        for similarity, x, y in evaluation.comparisons.lookalikes
    ]


def notes(evaluation: Evaluation) -> list[str]:
    """What a reader of the rates must know."""
    samples = {"FMR": evaluation.comparisons.verification, "FPIR": evaluation.comparisons.identification}
    least = (_least(rate, scores.nonmated.size) for rate, scores in samples.items() if scores is not None)
    return [INTERVALS, FAILURES, f"The sample is too small to say anything of {' or of '.join(least)}."]


def _least(rate: str, trials: int) -> str:
    return f"an {rate} below 1 in {trials}" if trials else f"the {rate}"


def _failures(evaluation: Evaluation) -> dict[str, Any]:
    rate = evaluation.failed
    return {
        "count": rate.errors,
        "pictures": rate.trials,
        "rate": rate.value,
        "interval": rate.interval,
        "files": failures(evaluation),
    }


def _distribution(similarities: NDArray[np.float64], failed: int) -> dict[str, Any]:
    """Of `count` similarities; `failed` more pairs have none, for want of a picture."""
    low, median, high = np.quantile(similarities, (0, 0.5, 1)).tolist() if similarities.size else (None, None, None)
    return {
        "count": similarities.size,
        "failed": failed,
        "min": low,
        "median": median,
        "max": high,
        "histogram": {"edges": EDGES.tolist(), "counts": histogram(similarities)},
    }


def _rates(scores: Scores, threshold: float, names: tuple[str, str, str, str]) -> dict[str, Any]:
    return {
        "points": [_point(point, *names) for point in scores.points()],
        "operating_point": _point(scores.at(threshold), *names),
    }


def _point(point: Point, positive: str, negative: str, nonmated: str, mated: str) -> dict[str, Any]:
    return {
        "target": point.target,
        "threshold": point.threshold,
        positive: point.false_match.value,
        f"{positive}_interval": point.false_match.interval,
        nonmated: point.false_match.trials,
        negative: point.false_non_match.value,
        f"{negative}_interval": point.false_non_match.interval,
        mated: point.false_non_match.trials,
    }
