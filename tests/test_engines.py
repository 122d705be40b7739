"""What every engine of a search promises: one set of tests for looking at all, for sketches and for Milvus."""

import json
import threading
from contextlib import suppress
from itertools import count

import numpy as np
import pytest
from fakes import MODEL_ID
from hypothesis import example, given, settings
from hypothesis import strategies as st
from milvus import Impatient, Memory, in_this_process, needed, served, suspended
from typer.testing import CliRunner

from core.admin.app import app
from core.admin.bench.crowd import faces, like
from core.admin.doctor import examine
from core.config import Settings
from core.demo import DemoFaceModel
from core.domain import Template
from core.errors import InvalidEmbedding, SearchUnavailable
from core.parts import make_collection, make_keepers
from core.search.inventory import Inventory
from core.search.milvus import PAUSE, MilvusKeeper, number_of
from core.search.sketched import SketchedShelf
from core.settings import ModelSettings, SearchSettings
from core.shelf import Shelf
from core.store import Store
from core.templates import Rows

DIMENSION, REACH = 64, 0.4
dice = np.random.default_rng(1)
serial = count()


@pytest.fixture(scope="module")
def lite_server(tmp_path_factory):
    with served(tmp_path_factory.mktemp("milvus")) as both:
        yield both


@pytest.fixture
def milvus_lite(lite_server):
    return lite_server[0]


@pytest.fixture(params=["exact", "faiss", "milvus", "milvus_local"])
def keeper(request):
    if request.param == "exact":
        yield Shelf(MODEL_ID, capacity=5)
    elif request.param == "faiss":
        yield SketchedShelf(MODEL_ID, REACH, capacity=5, least=0)
    else:
        collection = in_lite(request.getfixturevalue("milvus_lite"))
        yield at_once(collection) if request.param == "milvus_local" else MilvusKeeper(collection, MODEL_ID)
        collection.close()


def in_lite(uri, model_id=None):
    settings = SearchSettings(engine="milvus", uri=uri, timeout=10)
    return make_collection(settings, model_id or f"model:{next(serial)}")


def at_once(collection, clock=lambda: 0.0):
    """In memory too; what is due in the background is done before anything else."""
    return MilvusKeeper(collection, MODEL_ID, Shelf(MODEL_ID), start=lambda work: work(), clock=clock)


def rows_of(**people):
    """Of each of these people, the vectors (n, DIMENSION)."""
    ids = [who for who, matrix in people.items() for _ in matrix]
    return Rows(ids, [who.title() for who in ids], np.concatenate(list(people.values())))


def expected(probe, people):
    """(user_id, similarity) of the best two, in reach."""
    best = sorted(((float((matrix @ probe).max()), who) for who, matrix in people.items()), reverse=True)
    return [(who, pytest.approx(similarity, abs=1e-5)) for similarity, who in best[:2] if similarity >= REACH]


def found(match):
    both = [candidate for candidate in (match.best, match.runner_up) if candidate is not None]
    return [(candidate.user_id, candidate.similarity) for candidate in both if candidate.similarity >= REACH]


def test_the_best_person_and_the_best_of_the_others_are_found_whatever_happens(keeper):
    people = {f"p{i}": faces(dice, 1 + i % 3, DIMENSION) for i in range(9)}
    people["p1"] = like(dice, people["p0"][:1], np.array([0.97]))  # somebody who looks alike
    keeper.add(rows_of(**people))
    assert len(keeper) == len(keeper.gallery(1)) == sum(map(len, people.values()))
    for version, (gone, new) in enumerate([({"p2", "p3"}, 0), (set(), 5), ({"p0", "p5"}, 1)], 2):
        keeper.drop(gone)
        added = {f"v{version}n{i}": faces(dice, 1, DIMENSION) for i in range(new)}
        if added:
            keeper.add(rows_of(**added))
        old = {who: people.pop(who) for who in gone}
        people.update(added)
        gallery = keeper.gallery(version)
        assert gallery.version == version
        assert gallery.people == {who: who.title() for who in people}
        for matrix in [*people.values(), *old.values()]:
            for probe in like(dice, matrix, dice.uniform(0.5, 0.7, len(matrix))):
                assert found(gallery.match(probe)) == expected(probe, people)


def test_whoever_is_dropped_is_matched_no_more(keeper):
    ann, bob = faces(dice, 2, DIMENSION), faces(dice, 1, DIMENSION)
    keeper.add(rows_of(ann=ann, bob=bob))
    assert keeper.gallery(1).match(ann[0]).best.user_id == "ann"
    keeper.drop({"ann", "nobody"})
    best = keeper.gallery(2).match(ann[0]).best
    assert best is None or best.user_id != "ann"
    assert keeper.gallery(2).name_of("ann") is None


def test_whoever_is_put_back_is_matched_again_by_their_new_name(keeper):
    ann = faces(dice, 1, DIMENSION)
    keeper.add(rows_of(ann=ann))
    keeper.gallery(1)
    keeper.drop({"ann"})
    keeper.add(Rows(["ann"], ["Anna"], ann))
    assert keeper.gallery(2).match(ann[0]).best.name == keeper.gallery(2).name_of("ann") == "Anna"


def test_many_faces_of_one_person_do_not_hide_the_next(keeper):
    ann = like(dice, np.repeat(faces(dice, 1, DIMENSION), 70, axis=0), np.full(70, 0.9))
    bob = like(dice, ann[:1], np.array([0.5]))
    keeper.add(rows_of(ann=ann, bob=bob))
    match = keeper.gallery(1).match(ann[0])
    assert (match.best.user_id, match.runner_up.user_id) == ("ann", "bob")


def test_what_was_said_of_an_older_gallery_is_brought_up_to_date(keeper):
    ann, bob = faces(dice, 1, DIMENSION), faces(dice, 1, DIMENSION)
    keeper.add(rows_of(ann=ann, bob=bob))
    old = keeper.gallery(1)
    said = old.match(ann[0])
    keeper.drop({"ann"})
    keeper.add(rows_of(cleo=like(dice, ann, np.array([0.8]))))
    assert keeper.gallery(2).rematch(ann[0], said, old).best.user_id == "cleo"


def test_nobody_is_in_an_empty_one(keeper):
    gallery = keeper.gallery(3, partial=True)
    assert (len(gallery), gallery.version, gallery.partial) == (0, 3, True)
    assert gallery.match(faces(dice, 1, DIMENSION)[0]).best is None


@pytest.mark.parametrize("broken", [np.full(DIMENSION, np.nan), np.zeros(DIMENSION), np.ones(8) / 8**0.5])
def test_a_probe_that_is_none_is_refused(keeper, broken):
    keeper.add(rows_of(ann=faces(dice, 1, DIMENSION)))
    with pytest.raises(InvalidEmbedding):
        keeper.gallery(1).match(broken.astype(np.float32))


@pytest.mark.logs("damaged")
def test_a_damaged_row_locks_nobody_else_out(keeper):
    ann = faces(dice, 1, DIMENSION)
    keeper.add(rows_of(ann=ann, bob=np.full((1, DIMENSION), np.nan, np.float32)))
    assert keeper.gallery(1).people == {"ann": "Ann"}
    assert keeper.gallery(1).match(ann[0]).best.user_id == "ann"


def test_a_collection_that_is_there_already_is_not_written_anew_and_keeps_what_others_have(milvus_lite):
    ann, bob = faces(dice, 1, DIMENSION), faces(dice, 1, DIMENSION)
    first = in_lite(milvus_lite, "kept")
    keeper = MilvusKeeper(first, MODEL_ID)
    keeper.add(rows_of(ann=ann, bob=bob))
    keeper.gallery(1)
    first.close()
    second = in_lite(milvus_lite, "kept")
    keeper = MilvusKeeper(second, MODEL_ID)
    keeper.add(rows_of(ann=ann))
    assert keeper.gallery(2, partial=True).match(ann[0]).best.user_id == "ann"
    assert second.open(DIMENSION) == {number_of("ann", ann[0]), number_of("bob", bob[0])}
    keeper.gallery(2)
    assert number_of("bob", bob[0]) in second.open(DIMENSION)
    keeper.weed()
    assert second.open(DIMENSION) == {number_of("ann", ann[0])}
    second.close()


def test_a_door_that_starts_from_an_older_copy_takes_nobody_from_the_others():
    there, ann, bob = Memory(), faces(dice, 1, DIMENSION), faces(dice, 1, DIMENSION)
    other = MilvusKeeper(there, MODEL_ID)
    other.add(rows_of(ann=ann, bob=bob))
    behind = at_once(there)
    behind.add(rows_of(ann=ann))
    assert behind.gallery(1).match(ann[0]).best.user_id == "ann"
    behind.drop({"ann"})
    behind.gallery(2)
    assert there.held.keys() == {number_of("bob", bob[0])}
    assert other.gallery(2).match(bob[0]).best.user_id == "bob"


def test_a_file_does_in_the_place_of_a_server_and_keeps_what_it_has(tmp_path):
    """It is loaded again by whoever opens it again, or nothing would be found in it."""
    ann = faces(dice, 1, DIMENSION)
    for version in (1, 2):
        with in_this_process(tmp_path / "new" / "milvus.db") as uri:
            collection = in_lite(uri, "kept")
            keeper = MilvusKeeper(collection, MODEL_ID)
            keeper.add(rows_of(ann=ann))
            assert keeper.gallery(version).match(ann[0]).best.user_id == "ann"
            collection.close()


@pytest.mark.logs("does not answer")
def test_a_server_that_is_not_there_is_said_in_a_sentence():
    settings = SearchSettings(engine="milvus", uri="http://127.0.0.1:1", timeout=0.5)
    keeper = MilvusKeeper(make_collection(settings, MODEL_ID), MODEL_ID)
    with pytest.raises(SearchUnavailable, match=r"search\.uri"):
        keeper.add(rows_of(ann=faces(dice, 1, DIMENSION)))


def asks(vector):
    """All that a keeper asks a collection."""
    yield lambda there: there.open(DIMENSION)
    yield lambda there: there.write([1], vector)
    yield lambda there: there.delete([1])
    yield lambda there: there.closest(vector[0], 1)


def test_nothing_is_asked_of_milvus_without_a_time_out():
    needed()
    from core.search.collected import Collected  # pymilvus may be absent

    there = Collected(Impatient, "new")
    for ask in asks(faces(dice, 1, DIMENSION)):
        ask(there)
    there.drop()
    assert there.failures == 0


@pytest.mark.logs("does not answer")
def test_a_server_that_hangs_is_not_waited_for(lite_server):
    from core.search.collected import Collected, connected  # pymilvus may be absent

    uri, process = lite_server
    vector = faces(dice, 1, DIMENSION)
    name, patient = f"hangs{next(serial)}", lambda: connected(uri, None, 10)
    Collected(patient, name).open(DIMENSION)
    for ask in asks(vector):
        there = Collected(patient, name, timeout=1, patience=1)
        there.ping()
        with suspended(process), pytest.raises(SearchUnavailable):
            ask(there)
        there.close()


def test_all_numbers_are_listed_however_few_one_answer_holds(milvus_lite, monkeypatch):
    monkeypatch.setattr("core.search.collected.LISTED", 3)
    there, numbers = in_lite(milvus_lite), {-(2**63), -5, -4, -3, -1, 0, 1, 2, 7, 2**40, 2**63 - 1}
    there.open(DIMENSION)
    there.write(list(numbers), faces(dice, len(numbers), DIMENSION))
    assert there.open(DIMENSION) == numbers
    there.close()


@pytest.mark.logs("does not answer")
def test_whoever_begins_anew_asks_over_the_same_connection_and_keeps_its_pause(caplog):
    keepers = make_keepers(SearchSettings(engine="milvus", uri="http://127.0.0.1:1", timeout=0.5, local=False))
    for keeper in (keepers(MODEL_ID, REACH), keepers(MODEL_ID, REACH)):
        with pytest.raises(SearchUnavailable):
            keeper.add(rows_of(ann=faces(dice, 1, DIMENSION)))
    assert [record.name for record in caplog.records].count("core.search.collected") == 1


def test_without_a_place_in_memory_nobody_is_let_in_while_milvus_is_away():
    there, ann = Memory(), faces(dice, 1, DIMENSION)
    keeper = MilvusKeeper(there, MODEL_ID)
    keeper.add(rows_of(ann=ann))
    gallery = keeper.gallery(1)
    there.away = True
    with pytest.raises(SearchUnavailable):
        gallery.match(ann[0])
    there.away = False
    assert gallery.match(ann[0]).best.user_id == "ann"


@pytest.mark.parametrize("told", [float("nan"), float("inf"), -1.5, 1.02, 37.0])
def test_a_similarity_that_is_no_cosine_lets_nobody_in(told):
    ann, bob = faces(dice, 1, DIMENSION), faces(dice, 1, DIMENSION)

    class Confused(Memory):
        def closest(self, probe, limit):
            return [(number_of("ann", ann[0]), told), (number_of("bob", bob[0]), 0.1)]

    alone, beside = MilvusKeeper(Confused(), MODEL_ID), at_once(Confused())
    for keeper in (alone, beside):
        keeper.add(rows_of(ann=ann, bob=bob))
    with pytest.raises(SearchUnavailable, match="no cosine"):
        alone.gallery(1).match(ann[0])
    assert beside.gallery(1).match(bob[0]).best.user_id == "bob"


def test_the_most_alike_is_the_best_in_whatever_order_milvus_answers():
    class Backwards(Memory):
        def closest(self, probe, limit):
            return super().closest(probe, limit)[::-1]

    keeper, ann = MilvusKeeper(Backwards(), MODEL_ID), faces(dice, 2, DIMENSION)
    keeper.add(rows_of(ann=ann, bob=faces(dice, 1, DIMENSION)))
    assert keeper.gallery(1).match(ann[0]).best.similarity == pytest.approx(1)


@pytest.mark.logs("away")
def test_what_could_not_be_written_is_written_when_it_is_asked_again():
    there, ann, bob = Memory(), faces(dice, 1, DIMENSION), faces(dice, 1, DIMENSION)
    keeper = MilvusKeeper(there, MODEL_ID)
    keeper.add(rows_of(ann=ann))
    there.away = True
    for change in (lambda: keeper.drop({"ann"}), lambda: keeper.add(rows_of(bob=bob))):
        with pytest.raises(SearchUnavailable):
            change()
    assert len(keeper) == 0
    there.away = False
    keeper.drop({"ann"})
    keeper.add(rows_of(bob=bob))
    assert keeper.gallery(2).people == {"bob": "Bob"}
    assert there.held.keys() == {number_of("bob", bob[0])}


@pytest.mark.logs("away")
def test_what_could_not_be_written_is_not_taken_from_the_other_doors():
    there, ann, bob = Memory(), faces(dice, 1, DIMENSION), faces(dice, 1, DIMENSION)
    MilvusKeeper(there, MODEL_ID).add(rows_of(ann=ann, bob=bob))
    keeper = MilvusKeeper(there, MODEL_ID)
    keeper.add(rows_of(bob=bob))
    there.away, there.failures = True, 1
    with pytest.raises(SearchUnavailable):
        keeper.add(rows_of(ann=ann))
    there.away = False
    keeper.drop({"bob"})
    assert there.held.keys() == {number_of("ann", ann[0])}


@pytest.mark.logs("away")
def test_with_a_place_in_memory_it_goes_on_there_and_returns_to_milvus():
    there, ann, bob = Memory(), faces(dice, 1, DIMENSION), faces(dice, 1, DIMENSION)
    keeper = at_once(there, clock=count(step=PAUSE).__next__)
    keeper.add(rows_of(ann=ann))
    before = keeper.gallery(1)
    there.away = True
    assert before.match(ann[0]).best.user_id == "ann"
    keeper.add(rows_of(bob=bob))
    keeper.drop({"ann"})
    away = keeper.gallery(2)
    assert away.match(bob[0]).best.user_id == "bob"
    assert away.people == {"bob": "Bob"}
    there.away = False
    back = keeper.gallery(3)
    assert there.held.keys() == {number_of("bob", bob[0])}
    there.held.clear()
    assert back.match(bob[0]).best is None  # so it is Milvus that was asked


@pytest.mark.logs("away")
def test_whoever_is_erased_while_milvus_is_away_is_matched_by_no_older_gallery_either():
    there, ann, bob = Memory(), faces(dice, 1, DIMENSION), faces(dice, 1, DIMENSION)
    keeper = at_once(there)
    keeper.add(rows_of(ann=ann, bob=bob))
    older = [keeper.gallery(1)]
    there.away = True
    keeper.add(rows_of(cleo=faces(dice, 1, DIMENSION)))
    older.append(keeper.gallery(2))
    keeper.drop({"ann"})
    for gallery in older:
        assert gallery.match(ann[0]).best.user_id != "ann"
        assert gallery.name_of("ann") is None


def test_with_a_place_in_memory_who_follows_the_store_never_waits_for_milvus():
    follower, answering, held = threading.current_thread(), threading.Event(), threading.Event()

    class Slow(Memory):
        def _answer(self):
            assert threading.current_thread() is not follower
            assert answering.wait(30)

        def delete(self, numbers):
            super().delete(numbers)
            held.set()

    there, ann, bob = Slow(), faces(dice, 1, DIMENSION), faces(dice, 1, DIMENSION)
    keeper = MilvusKeeper(there, MODEL_ID, Shelf(MODEL_ID))
    keeper.add(rows_of(ann=ann, bob=bob))
    assert keeper.gallery(1).match(ann[0]).best.user_id == "ann"
    keeper.drop({"ann"})
    assert keeper.gallery(2).match(ann[0]).best.user_id == "bob"
    answering.set()
    assert held.wait(30)
    assert there.held.keys() == {number_of("bob", bob[0])}


@pytest.mark.logs("reindex")
def test_what_waited_in_vain_is_said_to_be_lacking_until_reindex_has_filled_it(monkeypatch):
    monkeypatch.setattr("core.search.inventory.MISSED", 1)
    there, later = Memory(), []
    ann, bob = faces(dice, 1, DIMENSION), faces(dice, 1, DIMENSION)
    keeper = MilvusKeeper(there, MODEL_ID, Shelf(MODEL_ID), start=later.append, clock=count(step=PAUSE).__next__)
    keeper.add(rows_of(ann=ann, bob=bob))
    gallery = keeper.gallery(1)
    later.pop()()
    assert len(there.held) == 1
    assert gallery.match(bob[0]).best.user_id == "bob"
    MilvusKeeper(there, MODEL_ID).add(rows_of(ann=ann, bob=bob))  # as reindex does
    later.pop()()
    there.held.clear()
    assert gallery.match(bob[0]).best is None  # so it is Milvus that was asked


verbs = ["put", "put", "drop", "settle", "settle", "away"]
changes = st.lists(st.tuples(st.sampled_from(verbs), st.integers(0, 1)), max_size=20)


class Interrupted(Memory):
    """Milvus, and a process that knows of it: things `happen` to that one whenever it asks."""

    def __init__(self, meanwhile):
        super().__init__()
        self.meanwhile = meanwhile
        self.inventory = Inventory(self)

    def happen(self, what, who):
        if what == "put":
            vector = faces(np.random.default_rng(who), 1, DIMENSION)
            self.inventory.put([who], [(f"p{who}", "")], vector)
        elif what == "drop":
            self.inventory.drop({f"p{who}"})
        elif what == "away":
            self.away = not self.away
        else:
            self.settle()

    def settle(self):
        with suppress(SearchUnavailable):
            self.inventory.settle()

    def _answer(self):
        super()._answer()
        if self.meanwhile:
            self.happen(*self.meanwhile.pop())


@settings(max_examples=300)
@example([("put", 0), ("settle", 0)], [("drop", 0), ("put", 1)])
@given(changes, changes.map(lambda steps: [step for step in steps if step[0] != "settle"]))
def test_in_the_end_the_collection_holds_what_is_known_whatever_happens_while_it_is_written_to(script, meanwhile):
    there = Interrupted(meanwhile)
    for what, who in script:
        there.happen(what, who)
        assert not there.inventory.complete or there.inventory.known.keys() <= there.held.keys()
    there.meanwhile, there.away = [], False
    there.inventory.settle()
    assert there.held.keys() == there.inventory.known.keys()


@pytest.mark.logs("reindex")
def test_a_collection_that_lacks_somebody_is_not_relied_on():
    there, ann = Memory(), faces(dice, 1, DIMENSION)
    keeper = at_once(there)
    keeper.add(rows_of(ann=ann))
    keeper.gallery(1)
    there.held.clear()
    there.failures += 1  # it was started again, say
    assert keeper.gallery(2).match(ann[0]).best.user_id == "ann"


def test_a_template_that_another_process_left_behind_matches_nobody():
    there, ann, old = Memory(), faces(dice, 1, DIMENSION), faces(dice, 1, DIMENSION)
    keeper = MilvusKeeper(there, MODEL_ID)
    keeper.add(rows_of(ann=ann))
    gallery = keeper.gallery(1)
    there.write([number_of("ann", old[0])], old)
    best = gallery.match(old[0]).best
    assert best is None or best.similarity < 0.9


def test_reindex_makes_milvus_hold_what_the_store_has(tmp_path, monkeypatch, milvus_lite):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOORWARD__DATABASE__URL", f"sqlite:///{tmp_path}/faces.sqlite")
    monkeypatch.setenv("DOORWARD__MODELS__PACK", "demo")
    assert "not milvus" in str(CliRunner().invoke(app, ["reindex"]).exception)
    monkeypatch.setenv("DOORWARD__SEARCH__ENGINE", "milvus")
    monkeypatch.setenv("DOORWARD__SEARCH__URI", milvus_lite)
    model_id = DemoFaceModel().id
    dimension = int(model_id.rsplit(":", 1)[1])
    store, vector = Store(f"sqlite:///{tmp_path}/faces.sqlite"), faces(dice, 1, dimension)
    store.migrate()
    store.add_faces("ann", "Ann", [Template("ann", "Ann", vector[0], model_id, 1.0)], limit=4)
    kept = store.page(model_id, 0).rows.matrix[0]  # made to be of length 1 once more, so it may differ in its last bit
    store.close()
    there = in_lite(milvus_lite, model_id)
    there.open(dimension)
    there.write([7], vector)
    for options in ([], ["--drop"]):
        ran = CliRunner().invoke(app, ["reindex", "--json", *options])
        assert (ran.exception, json.loads(ran.stdout)["templates"]) == (None, 1)
        assert there.open(dimension) == {number_of("ann", kept)}
    there.close()


def test_the_bench_measures_milvus_in_a_collection_that_goes_away(tmp_path, monkeypatch, milvus_lite):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOORWARD__SEARCH__ENGINE", "milvus")
    monkeypatch.setenv("DOORWARD__SEARCH__URI", milvus_lite)
    options = [
        "--templates",
        "100",
        "--dimension",
        "64",
        "--engine",
        "milvus",
        "--probes",
        "5",
        "--strangers",
        "1",
        "--json",
    ]
    ran = CliRunner().invoke(app, ["bench", "search", *options])
    assert json.loads(ran.stdout)["engines"]["milvus"]["top1_agreement"] == 1.0
    assert in_lite(milvus_lite, "bench:synthetic").open(64) == set()


@pytest.mark.logs("does not answer")
def test_the_doctor_asks_milvus(tmp_path, monkeypatch, milvus_lite):
    monkeypatch.chdir(tmp_path)
    for uri, seconds, well in ((milvus_lite, 10, True), ("http://127.0.0.1:1", 0.5, False)):
        search = SearchSettings(engine="milvus", uri=uri, timeout=seconds)
        checks = examine(Settings(search=search, models=ModelSettings(pack="demo")))
        assert next(check for check in checks if check.name == "search").well is well


def test_who_is_read_and_changes_while_the_gallery_is_loaded_is_in_it():
    there, ann = Memory(), faces(dice, 1, DIMENSION)
    earlier = MilvusKeeper(there, MODEL_ID)
    earlier.add(rows_of(ann=ann))
    keeper = MilvusKeeper(there, MODEL_ID)
    keeper.add(rows_of(ann=ann))
    keeper.drop({"ann"})
    keeper.add(rows_of(ann=ann))
    assert keeper.gallery(1).match(ann[0]).best.user_id == "ann"
