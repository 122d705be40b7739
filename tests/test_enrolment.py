"""The one way in: all pictures or none, one person's only, and not somebody else's face."""

from datetime import UTC, datetime

import pytest
from fakes import FakeModel, FakeStore, face, image, template

from core.domain import Consent
from core.enrolment import Enrolment, Picture
from core.errors import (
    DifferentPeople,
    FaceNotFound,
    FaceOfAnother,
    FaceUnfit,
    InvalidField,
    ModelUnavailable,
    MultipleFaces,
    StoreUnavailable,
)
from core.recogniser import Recogniser
from core.settings import EnrolmentSettings, RecognitionSettings


class Desk:
    def __init__(self, *enrolled):
        self.store = FakeStore(*enrolled)
        self.recogniser = Recogniser(FakeModel, self.store, RecognitionSettings(threshold=0.6))
        self.recogniser.refresh()
        self.enrolment = Enrolment(self.recogniser, self.store, EnrolmentSettings())

    def enrols(self, user_id, name, *pictures, **options):
        return self.enrolment.enrol(user_id, name, [Picture(f"{i}.jpg", p) for i, p in enumerate(pictures)], **options)


def of(*people):
    return image(*((who, face(150 * i)) for i, who in enumerate(people)))


def test_each_picture_becomes_a_template_of_the_running_model():
    desk = Desk()
    assert desk.enrols(" ann ", "  Ann Example ", of("ann"), of("ann")) == 2
    assert {(t.user_id, t.name, t.model_id) for t in desk.store.faces} == {("ann", "Ann Example", FakeModel.id)}
    assert desk.recogniser.identify(of("ann")).user_id == "ann"  # at once


@pytest.mark.parametrize(
    ("pictures", "error", "says"),
    [
        ([of("ann"), of()], FaceNotFound, r"1\.jpg"),
        ([of("ann"), of("ann", "bob")], MultipleFaces, r"1\.jpg"),
        ([image(("ann", face(width=30)))], FaceUnfit, "too_far"),
        ([of("ann"), of("bob")], DifferentPeople, "same person"),
        ([], InvalidField, "1 to 4"),
        ([of("ann")] * 5, InvalidField, "1 to 4"),
    ],
)
def test_one_bad_picture_stores_none(pictures, error, says):
    desk = Desk()
    with pytest.raises(error, match=says):
        desk.enrols("ann", "Ann", *pictures)
    assert desk.store.faces == []


@pytest.mark.parametrize("user_id", ["", "   ", "x" * 65, "a\nb", "a\x00b", "a\u2028b", "ann\n", "\x85ann"])
def test_a_user_id_nobody_could_type_is_refused(user_id):
    with pytest.raises(InvalidField) as caught:
        Desk().enrols(user_id, "Ann", of("ann"))
    assert caught.value.field == "user_id"


@pytest.mark.parametrize("name", ["", "\t", "x" * 256, "Ann\x1b[2J"])
def test_an_unprintable_name_is_refused(name):
    with pytest.raises(InvalidField) as caught:
        Desk().enrols("ann", name, of("ann"))
    assert caught.value.field == "name"


def test_a_face_cannot_be_enrolled_under_a_second_user_id():
    desk = Desk(template("ann"))
    with pytest.raises(FaceOfAnother):
        desk.enrols("mallory", "Mallory", of("ann"))
    assert desk.enrols("ann", "Ann", of("ann")) == 1


def test_a_gallery_of_another_model_does_not_hinder_enrolling_again():
    desk = Desk(template("ann", model_id="other:ff:16"))
    assert desk.enrols("ann", "Ann", of("ann")) == 1


def test_without_model_or_database_nothing_is_enrolled():
    desk = Desk()
    desk.store.goes_away()
    desk.recogniser.refresh()
    with pytest.raises(StoreUnavailable):
        desk.enrols("ann", "Ann", of("ann"))
    loading = Recogniser(FakeModel, desk.store, RecognitionSettings())
    with pytest.raises(ModelUnavailable):
        Enrolment(loading, desk.store, EnrolmentSettings()).enrol("ann", "Ann", [Picture("a.jpg", of("ann"))])


def test_consent_is_put_on_record_with_the_faces_and_not_without():
    desk, consent = Desk(), Consent("2026-11 en", datetime(2026, 11, 24, 12, tzinfo=UTC))
    with pytest.raises(FaceNotFound):
        desk.enrols("ann", "Ann", of(), consent=consent)
    desk.enrols("bob", "Bob", of("bob"))
    assert desk.store.consents == {}
    desk.enrols("ann", "Ann", of("ann"), consent=consent)
    assert desk.store.consents == {"ann": consent}
