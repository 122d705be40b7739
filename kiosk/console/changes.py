"""What an operator can do to a person: done, said in a sentence, and taken back where that is possible. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from core.domain import Erasure, Person, StoredFace, Validity
from core.enrolment import checked
from core.errors import InvalidField
from core.pin import hashed
from kiosk.console.personwords import count


class Store(Protocol):
    """What is asked of the store. Each may raise PersonNotFound and StoreUnavailable."""

    def person(self, user_id: str) -> Person: ...
    def faces(self, user_id: str) -> list[StoredFace]: ...
    def rename(self, user_id: str, name: str) -> None: ...
    def set_active(self, user_id: str, *, active: bool) -> None: ...
    def set_validity(self, user_id: str, valid: Validity) -> None: ...
    def pin(self, user_id: str) -> tuple[Person, str] | None: ...
    def set_pin(self, user_id: str, secret_hash: str | None) -> None: ...
    def drop_face(self, user_id: str, face_id: int) -> Erasure: ...
    def erase(self, user_id: str) -> Erasure: ...


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to whom, and the call that takes it back; None where nothing can."""

    user_id: str
    said: str
    undo: Callable[[], None] | None = None


def followed(change: Callable[[], Change], follow: Callable[[], None]) -> Change:
    """What `change` did, once `follow` has brought it to the door; so too where it is taken back."""
    done = change()
    follow()
    undo = done.undo
    return done if undo is None else replace(done, undo=partial(_both, undo, follow))


def rename(store: Store, person: Person, name: str) -> Change:
    """Raises InvalidField."""
    name = checked("Name", name, 255)
    store.rename(person.user_id, name)
    return Change(
        person.user_id, f"{person.name} is called {name} now.", partial(store.rename, person.user_id, person.name)
    )


def switch(store: Store, person: Person, *, active: bool) -> Change:
    store.set_active(person.user_id, active=active)
    said = f"{person.name} is {'enabled' if active else 'disabled: the door stays shut for them'}."
    return Change(person.user_id, said, partial(store.set_active, person.user_id, active=person.active))


def limit(store: Store, person: Person, valid: Validity) -> Change:
    """Raises InvalidField."""
    if valid.since is not None and valid.until is not None and valid.until <= valid.since:
        raise InvalidField("Valid until", "expected a moment later than the one in Valid from")
    store.set_validity(person.user_id, valid)
    said = f"The dates of {person.name} are saved."
    return Change(person.user_id, said, partial(store.set_validity, person.user_id, person.valid))


def set_pin(store: Store, person: Person, pin: str, again: str) -> Change:
    """Takes a tenth of a second. Raises InvalidField."""
    store.set_pin(person.user_id, hashed(pin, again))
    return Change(person.user_id, f"{person.name} has a new PIN.")


def remove_pin(store: Store, person: Person) -> Change:
    had = store.pin(person.user_id)
    store.set_pin(person.user_id, None)
    undo = partial(store.set_pin, person.user_id, had[1]) if had else None
    return Change(person.user_id, f"{person.name} has no PIN any more.", undo)


def drop_face(store: Store, person: Person, face: StoredFace) -> Change:
    store.drop_face(person.user_id, face.id)
    return Change(person.user_id, f"A face of {person.name} was dropped.")


def erase(store: Store, person: Person) -> Change:
    faces = store.erase(person.user_id).faces
    with_faces = f", with {count(faces, 'face')}" if faces else ""
    return Change(person.user_id, f"{person.name} ({person.user_id}) was deleted{with_faces}.")


def _both(undo: Callable[[], None], follow: Callable[[], None]) -> None:
    undo()
    follow()
