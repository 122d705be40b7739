"""What a gallery finds that is searched by sketches: all that matters to a door, with the exact similarity."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
from fakes import MODEL_ID
from hypothesis import given, settings
from hypothesis import strategies as st

from core.admin.bench.crowd import faces, like
from core.admin.bench.misses import at_reach
from core.gallery import Gallery
from core.search.sketch import Sketcher, radius
from core.search.sketched import SketchedShelf
from core.shelf import Shelf
from core.templates import Rows

REACH = 0.4


def crowd(dice, n, dimension=64, prefix="p"):
    names = [f"{prefix}{i}" for i in range(n)]
    return Rows(names, names, faces(dice, n, dimension))


def shelves(*rows, capacity=700):
    both = Shelf(MODEL_ID, capacity=capacity), SketchedShelf(MODEL_ID, REACH, capacity=capacity, least=0)
    for shelf in both:
        for some in rows:
            shelf.add(some)
    return both


@pytest.mark.parametrize("dimension", [128, 512])
def test_of_those_just_in_reach_no_more_than_a_few_in_a_million_differ_too_much(dimension):
    assert at_reach(dimension, REACH, 4000).interval[0] < 1e-5


@pytest.mark.parametrize("dimension", [128, 512])
def test_few_strangers_are_looked_at(dimension):
    dice, sketcher = np.random.default_rng(4), Sketcher(dimension)
    sketches, probe = sketcher.of(faces(dice, 2000, dimension)), sketcher.of_probe(faces(dice, 1, dimension)[0])
    assert (np.bitwise_count(sketches ^ probe).sum(axis=1) <= radius(REACH)).mean() < 0.05


@pytest.mark.parametrize("dimension", [128, 512])
def test_who_is_in_reach_and_their_look_alike_are_found_as_exactly_as_by_looking_at_all(dimension):
    dice = np.random.default_rng(5)
    rows = crowd(dice, 2000, dimension)
    genuine = like(dice, rows.matrix[:300], dice.uniform(REACH + 0.05, 0.7, 300))
    alike = like(dice, rows.matrix[:300], np.full(300, 0.97))
    names = [f"twin{i}" for i in range(300)]
    exact, sketched = (shelf.gallery(1) for shelf in shelves(rows, Rows(names, names, alike)))
    for probe in genuine:
        due, found = exact.match(probe), sketched.match(probe)
        assert found.best.user_id == due.best.user_id
        assert found.best.similarity == pytest.approx(due.best.similarity, abs=1e-5)
        if due.runner_up.similarity >= REACH:
            assert found.runner_up.user_id == due.runner_up.user_id
            assert found.margin == pytest.approx(due.margin, abs=1e-5)


def test_who_is_out_of_reach_is_nobody():
    dice = np.random.default_rng(6)
    _, shelf = shelves(crowd(dice, 1000, 512))
    match = shelf.gallery(1).match(faces(dice, 1, 512)[0])
    assert match.best is None or match.best.similarity < REACH


steps = st.lists(st.one_of(st.integers(1, 9), st.sets(st.integers(0, 40), max_size=12)), max_size=8)


@settings(max_examples=40)
@given(steps)
def test_nobody_is_lost_and_nobody_stays_however_it_is_changed(script):
    dice = np.random.default_rng(7)
    shelf, kept, made = SketchedShelf(MODEL_ID, REACH, capacity=5, least=2), {}, 0
    for version, step in enumerate(script):
        if isinstance(step, set):
            shelf.drop({f"p{i}" for i in step})
            gone = {f"p{i}": kept.pop(f"p{i}") for i in step if f"p{i}" in kept}
        else:
            rows, gone = crowd(dice, step, prefix=f"{made}-"), {}
            rows = Rows([f"p{made + i}" for i in range(step)], rows.names, rows.matrix)
            shelf.add(rows)
            kept.update(zip(rows.user_ids, rows.matrix, strict=True))
            made += step
        gallery = shelf.gallery(version)
        assert len(gallery) == len(kept) == len(shelf)
        for who, vector in kept.items():
            assert gallery.match(vector).best.user_id == who
        for who, vector in gone.items():
            best = gallery.match(vector).best
            assert best is None or best.user_id != who


def test_who_searches_is_not_disturbed_by_who_writes():
    """Adding to an index of FAISS's while somebody searches it ends the process."""
    dice, stop = np.random.default_rng(12), Event()
    shelf, ann = SketchedShelf(MODEL_ID, REACH, capacity=64, least=0), faces(dice, 1, 64)
    shelf.add(Rows(["ann"], ["Ann"], ann))
    newest = [shelf.gallery(0)]

    def search():
        found = set()
        while not stop.is_set():
            found.add(newest[0].match(ann[0]).best.user_id)
        return found

    with ThreadPoolExecutor(2) as pool:
        searches = [pool.submit(search) for _ in range(2)]
        for version in range(60):
            shelf.add(crowd(dice, 7, prefix=f"{version}-"))
            shelf.drop({f"{version - 3}-{i}" for i in range(6)})
            newest[0] = shelf.gallery(version)
        stop.set()
        assert [one.result() for one in searches] == [{"ann"}, {"ann"}]


def test_a_small_gallery_is_looked_at_whole():
    shelf = SketchedShelf(MODEL_ID, REACH, least=3)
    shelf.add(crowd(np.random.default_rng(8), 2))
    assert all(block.scan is None for block in shelf.gallery(1).parts)
    shelf.add(crowd(np.random.default_rng(9), 1, prefix="q"))
    assert all(block.scan is not None for block in shelf.gallery(2).parts)


def test_one_more_face_is_the_only_one_that_is_sketched():
    dice, turned = np.random.default_rng(10), []

    class Counting(Sketcher):
        def of(self, matrix):
            turned.append(len(matrix))
            return super().of(matrix)

    shelf = SketchedShelf(MODEL_ID, REACH, least=0, sketcher=Counting)
    shelf.add(crowd(dice, 50))
    shelf.gallery(1)
    shelf.add(crowd(dice, 1, prefix="q"))
    shelf.gallery(2)
    assert turned == [50, 1]


def test_a_probe_is_sketched_like_the_templates():
    dice = np.random.default_rng(11)
    sketcher, matrix = Sketcher(512), faces(dice, 3, 512)
    sketches = [sketcher.of_probe(probe) for probe in matrix]
    differing = np.bitwise_count(np.stack(sketches) ^ sketcher.of(matrix)).sum(axis=1)
    assert (differing <= 2).all()  # by rounding
    assert np.array_equal(sketcher.of_probe(matrix[2]), sketches[2])


def test_an_empty_gallery_finds_nobody():
    gallery: Gallery = SketchedShelf(MODEL_ID, REACH, least=0).gallery(0)
    assert gallery.match(faces(np.random.default_rng(1), 1, 512)[0]).best is None
