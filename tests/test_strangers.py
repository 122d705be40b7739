"""Whose face is added to whom: nobody's door is lent to a stranger by a mistyped user_id. On SQLite and on MariaDB."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import sqlalchemy as sa
from fakes import MODEL_ID, FakeModel, face, image, template
from mariadb import looked_into

from core.domain import Template
from core.enrolment import Enrolment, Picture
from core.errors import DifferentPeople, NotThisPerson
from core.recogniser import Recogniser
from core.settings import EnrolmentSettings, RecognitionSettings

ALIKE = 0.36


def templates(*who):
    return [template(name) for name in who]


@pytest.fixture
def ann(store):
    store.add_faces("ann", "Ann", templates("ann"), limit=9, alike=ALIKE)
    return store


def test_a_face_like_one_of_the_persons_own_is_added(ann):
    assert ann.add_faces("ann", "Ann", [template("ann", away=0.5)], limit=9, alike=ALIKE) == 1


def test_a_strangers_is_refused_with_all_that_came_with_it_and_told_by_its_place(ann):
    before = ann.gallery_version()
    with pytest.raises(NotThisPerson, match="Check the user_id") as refused:
        ann.add_faces("ann", "Ann", templates("ann", "bob", "ann", "cem"), limit=9, alike=ALIKE)
    assert refused.value.places == {1, 3}
    assert (ann.gallery_version(), ann.person("ann").faces) == (before, 1)


def test_nor_is_it_let_in_while_the_person_is_not_active(ann):
    ann.set_active("ann", active=False)
    with pytest.raises(NotThisPerson):
        ann.add_faces("ann", "Ann", templates("bob"), limit=9, alike=ALIKE)


def test_it_may_take_the_place_of_all_the_old_ones(ann):
    assert ann.add_faces("ann", "Ann", templates("bob"), limit=9, alike=ALIKE, replace=True) == 1


def test_with_another_model_there_is_nothing_to_compare_with(ann):
    changed = template("bob", model_id="other:ff:16")
    assert ann.add_faces("ann", "Ann", [changed], limit=9, alike=ALIKE) == 1


def test_what_is_damaged_is_nothing_to_compare_with(ann, url):
    with looked_into(url) as connection:
        nan = np.full(16, np.nan, "<f4").tobytes()
        connection.execute(sa.text("UPDATE faces SET embedding = :nan"), {"nan": nan})
    assert ann.add_faces("ann", "Ann", templates("bob"), limit=9, alike=ALIKE) == 1


def test_the_first_faces_are_of_one_person(store):
    with pytest.raises(DifferentPeople):
        store.add_faces("ann", "Ann", templates("ann", "bob"), limit=9, alike=ALIKE)
    with pytest.raises(DifferentPeople):
        store.add_faces("ann", "Ann", templates("ann", "bob"), limit=9, alike=ALIKE, replace=True)
    assert store.people() == []


def test_of_two_people_under_one_user_id_at_once_one_gets_in(store, another):
    def add(i):
        try:
            return (store, another)[i % 2].add_faces("ann", "Ann", templates(f"who {i}"), limit=99, alike=0.99)
        except NotThisPerson:
            return 0

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(add, range(8))) == store.person("ann").faces == 1


def test_vectors_of_any_length_are_compared_by_their_direction(ann):
    longer = Template("ann", "Ann", template("ann").vector * 40, MODEL_ID, 0.9)
    assert ann.add_faces("ann", "Ann", [longer], limit=9, alike=ALIKE) == 1


# Through enrolment, which knows how alike


def desk(store):
    recogniser = Recogniser(FakeModel, store, RecognitionSettings(threshold=0.6))
    recogniser.refresh()
    return Enrolment(recogniser, store, EnrolmentSettings())


def picture(who):
    return Picture("a.jpg", image((who, face())))


@pytest.mark.parametrize("catch_up", [True, False], ids=["alone", "in a run of many"])
def test_who_is_enrolled_with_a_mistyped_user_id_is_refused(store, catch_up):
    enrolment = desk(store)
    enrolment.enrol("ann", "Ann", [picture("ann")], catch_up=catch_up)
    with pytest.raises(NotThisPerson):
        enrolment.enrol("ann", "Ann", [picture("bob")], catch_up=catch_up)
    assert enrolment.enrol("ann", "Ann", [picture("ann")], catch_up=catch_up) == 1
    assert enrolment.enrol("ann", "Bob", [picture("bob")], catch_up=catch_up, replace=True) == 1
