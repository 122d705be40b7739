"""Rates and comparisons against printed tables, samples counted by hand, and the plainest loops."""

from itertools import combinations, pairwise
from math import comb, inf, nextafter
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.admin.evaluate.comparisons import compare_pairs, compare_people
from core.admin.evaluate.rates import Rate, Scores, histogram
from core.admin.evaluate.roc import roc_svg
from core.gallery import unit

SVG = "{http://www.w3.org/2000/svg}"
similarities = st.lists(st.floats(-1, 1), max_size=40)
samples = st.builds(Scores.of, similarities, similarities, st.integers(0, 3))
persons = st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 20)), max_size=9)


@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    [  # printed tables of the exact 95 % interval
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (2, 20, 0.0123, 0.3170),
        (10, 100, 0.0490, 0.1762),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_clopper_and_pearsons(errors, trials, low, high):
    assert Rate(errors, trials).interval == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 40), st.integers(1, 40))
def test_beyond_either_bound_the_count_is_in_the_outer_two_and_a_half_percent(k, more):
    n = k + more
    for errors, at_least in [(k, False), (n - k, True)]:
        low, high = Rate(errors, n).interval
        bound, counts = (low, range(errors, n + 1)) if at_least else (high, range(errors + 1))
        assert sum(comb(n, i) * bound**i * (1 - bound) ** (n - i) for i in counts) == pytest.approx(0.025)


def test_a_rate_without_a_trial_has_no_value():
    assert Rate(0, 0).value is None


def test_a_small_sample_by_hand():
    impostor = [i / 10 for i in range(10)]  # 0.0 to 0.9
    scores = Scores.of([0.95, 0.85, 0.4], impostor, mated_failed=1, nonmated_failed=5)
    tenth, none = scores.points()
    assert tenth.target == 0.1
    assert tenth.threshold == nextafter(0.8, inf)
    assert (tenth.false_match, tenth.false_non_match) == (Rate(1, 10), Rate(2, 4))
    assert none.target is None
    assert none.threshold == nextafter(0.9, inf)
    assert (none.false_match, none.false_non_match) == (Rate(0, 10), Rate(3, 4))


def test_what_equals_the_threshold_matches():
    point = Scores.of([0.5], [0.5]).at(0.5)
    assert (point.false_match, point.false_non_match) == (Rate(1, 1), Rate(0, 1))


@given(samples)
def test_each_target_is_met_at_the_least_threshold_that_meets_it(scores):
    for point in scores.points():
        most = point.target or 0.0
        assert point.false_match.value <= most
        lower = scores.at(nextafter(point.threshold, -inf))
        assert lower.false_match.value > most


@given(samples)
def test_fewer_false_matches_cost_more_false_non_matches(scores):
    points = scores.points()
    for before, after in pairwise(points):
        assert after.threshold >= before.threshold
        assert after.false_match.errors <= before.false_match.errors
        assert after.false_non_match.errors >= before.false_non_match.errors


@pytest.mark.parametrize(
    ("pairs", "targets"), [(0, []), (9, [None]), (10, [0.1, None]), (1000, [0.1, 0.01, 0.001, None])]
)
def test_nothing_is_claimed_that_the_sample_is_too_small_for(pairs, targets):
    scores = Scores.of([0.9], np.linspace(-1, 0.5, pairs))
    assert [point.target for point in scores.points()] == targets


@given(similarities)
def test_the_histogram_counts_every_similarity(values):
    assert sum(histogram(np.array([*values, 1.0000001]))) == len(values) + 1


def template(seed):
    return None if seed is None else unit(np.random.default_rng(seed).normal(size=4))


@given(persons)
def test_every_two_pictures_are_compared_once(rows):
    labels, templates = [who for who, _ in rows], [template(seed) for _, seed in rows]
    scores = compare_people(labels, templates).verification
    pairs = [(labels[i] == labels[j], templates[i], templates[j]) for i, j in combinations(range(len(rows)), 2)]
    for same, found, failed in [
        (True, scores.mated, scores.mated_failed),
        (False, scores.nonmated, scores.nonmated_failed),
    ]:
        expected = [float(x @ y) for is_same, x, y in pairs if is_same is same and x is not None and y is not None]
        assert found == pytest.approx(np.sort(expected), abs=1e-6)
        assert failed == sum(is_same is same for is_same, *_ in pairs) - len(expected)


@given(persons)
def test_a_search_asks_for_the_best_of_all_others(rows):
    labels, templates = [who for who, _ in rows], [template(seed) for _, seed in rows]
    scores = compare_people(labels, templates).identification
    mated, nonmated = [], []
    for i, (who, probe) in enumerate(zip(labels, templates, strict=True)):
        rest = [(labels[j], t) for j, t in enumerate(templates) if j != i and t is not None and probe is not None]
        own = [float(t @ probe) for label, t in rest if label == who]
        others = [float(t @ probe) for label, t in rest if label != who]
        mated += [max(own) if max(own) > max(others, default=-2) + 1e-9 else -inf] if own else []
        nonmated += [max(others)] if others else []
    assert scores.nonmated == pytest.approx(np.sort(nonmated), abs=1e-6)
    assert scores.mated == pytest.approx(np.sort(mated), abs=1e-6)
    assert len(mated) + scores.mated_failed == sum(labels.count(who) > 1 for who in labels)


def test_a_picture_nearer_to_another_is_found_at_no_threshold():
    ann, bob = template(1), template(2)
    scores = compare_people(["ann", "ann", "bob"], [ann, bob, bob]).identification
    assert scores.at(-1.0).false_non_match == Rate(2, 2)


def test_only_the_pairs_asked_for_are_compared():
    same = template(1)
    compared = compare_pairs([(0, 1, True), (0, 2, False), (1, 3, True)], [same, same, template(2), None])
    assert compared.verification.mated == pytest.approx([1.0])
    assert compared.verification.mated_failed == 1
    assert compared.verification.nonmated.size == 1
    assert compared.identification is None
    assert [files for _, *files in compared.lookalikes] == [[0, 2]]


@given(samples, st.floats(0.1, 1))
def test_whatever_is_drawn_stays_in_the_picture(scores, threshold):
    root = ET.fromstring(roc_svg(scores, threshold, "a < b & c"))
    circles = root.findall(f"{SVG}circle")
    assert len(circles) == (1 if scores.nonmated.size and scores.mated.size + scores.mated_failed else 0)
    for path in root.findall(f"{SVG}path"):
        if path.get("class") in ("curve", "band"):
            corners = [tuple(map(float, c.split())) for c in path.get("d").strip("MZ").split("L")]
            assert all(84 <= x <= 724 and 78 <= y <= 410 for x, y in corners)
