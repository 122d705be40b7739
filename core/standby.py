"""The gallery and PINs for a door: from the database while it answers, from a local copy while it does not.

What the door learns of the database is written into the copy on the way. Without the database the door goes on from
what it had, and a door that starts then begins with the copy, for as long as that is not older than it may be.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Protocol, TypeVar

from core.contact import Contact, Instant, instant
from core.copying import copied
from core.domain import Person
from core.errors import (
    EncryptionKeyUnavailable,
    LocalFileUnavailable,
    OfflineTooLong,
    SealBroken,
    StoreUnavailable,
    Unavailable,
)
from core.gallerycopy import GalleryCopy, Pins
from core.templates import NO_ROWS, BeginAnew, Changes, Mark, Page, Rows, Templates

log = logging.getLogger(__name__)
TOUCH = 60.0  # seconds between two notes on disk that the copy is still as the database is
ANEW = 600.0  # seconds until a copy that could not be written is tried again
RENEW = 60.0  # seconds from one look for a newer key to the next
AGAIN = 1.0  # seconds until one that could not be read is
NO_COPY = "The database does not answer, and there is no local copy to go by. See that its server runs."
UNKNOWN = (
    "Offline for too long, as far as anybody can tell: this machine was started again, and its clock is behind what it "
    "said then. Set the clock, and see that the database's server runs."
)
TOO_LONG = (
    "Offline for too long. The database was last heard of {} ago, and offline.max_age allows for {}. "
    "See that its server runs, and the network to it."
)
ANSWERS = (EncryptionKeyUnavailable, SealBroken)  # of a database that is there: to be believed, copy or no copy
T = TypeVar("T")


class Source(Templates, Protocol):
    """The database. Each may raise StoreUnavailable."""

    def pins(self, user_ids: Collection[str] | None = None) -> Pins:
        """Whoever has a PIN, of `user_ids` or of all."""

    def pin(self, user_id: str) -> tuple[Person, str] | None: ...

    def any_pin(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Offline:
    """Since when the database is away (UTC), and how many seconds ago what the door goes by was last known to be so."""

    since: datetime
    age: float | None


class Standby:
    """`Templates` for one recogniser, whose thread alone may call those; the rest from any thread.

    `max_age` in seconds. Raises StoreUnavailable where there is no copy to go by, OfflineTooLong where it is too old.
    What is wrong with a database that answers is raised as it is, though there be a copy: EncryptionKeyUnavailable.
    """

    def __init__(
        self,
        source: Source,
        copy: GalleryCopy,
        *,
        max_age: float,
        now: Callable[[], Instant] = instant,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._copy = copy
        self._max_age = max_age
        self._now = now
        self._clock = clock
        self._away: datetime | None = None
        self._begun: tuple[Mark, Contact] | None = None
        self._held: Mark | None = None
        self._contact: Contact | None = None
        self._pins: dict[str, tuple[Person, str]] = {}
        self._touched = self._failed = self._renewed = -ANEW
        self._loaded = False
        self._model_id = ""
        self._given: tuple[int, Page] | None = None
        self._told: tuple[Mark, Changes] | None = None
        self._copying: Iterator[None] | None = None
        self.problem = ""
        """Why there is no copy on disk; empty while there is one, or is to be."""

    @property
    def offline(self) -> Offline | None:
        """None while the database answers."""
        since, contact = self._away, self._contact
        return Offline(since, contact.age(self._now()) if contact else None) if since is not None else None

    def migrate(self) -> None:
        if self._away is None:
            try:
                self._source.migrate()
            except StoreUnavailable as error:  # `mark` finds out
                if isinstance(error, ANSWERS):
                    raise

    def mark(self) -> Mark:
        """Asks the database each time, so that it is seen when it is back."""
        self._given, before = None, Contact(self._now())
        try:
            self._source.migrate()
            mark = self._source.mark()
        except StoreUnavailable as error:
            return self._own_mark(error)
        self._find()
        self._begun = (mark, before)
        if mark == self._held:
            self._note(before)
            self._renew_key()
        self._copy_anew()
        return mark

    def total(self, model_id: str) -> int:
        return self._copy.total if self._away else self._source.total(model_id)

    def page(self, model_id: str, after: int = 0) -> Page:
        """All of one load come from the database, or all from the copy, whose pages have numbers below 0.

        Asked for again, since it could not be taken in, it is the same one.
        """
        if self._given is not None and self._given[0] == after:
            return self._given[1]
        try:
            from_copy = self._away is not None or after < 0
            page = self._own_page(model_id, -after) if from_copy else self._through(model_id, after)
        except StoreUnavailable as error:
            self._lose(error)
            raise BeginAnew(str(error)) from error
        self._given = (after, page)
        return page

    def changes(self, model_id: str, since: Mark) -> Changes | None:
        if self._told is not None and self._told[0] == since:  # it could not be taken in
            return self._told[1]
        if self._begun is not None and since == self._begun[0] != self._held and self._away is None:
            return self._source.changes(model_id, since)  # in the middle of reading all of it
        if since != self._held:
            return None
        if self._away is None:
            try:
                return self._learn(model_id, since)
            except StoreUnavailable as error:
                self._lose(error)
        self._refuse_old()
        return Changes(since, frozenset(), NO_ROWS)

    def of(self, model_id: str, user_ids: Collection[str]) -> Rows:
        if self._away is None:
            try:
                return self._source.of(model_id, user_ids)
            except StoreUnavailable as error:
                self._lose(error)
        self._refuse(model_id)
        return self._read(lambda: self._copy.of(user_ids))

    def pin(self, user_id: str) -> tuple[Person, str] | None:
        if self._away is None:
            with suppress(StoreUnavailable):
                return self._source.pin(user_id)
        self._refuse_old()
        return self._pins.get(user_id)

    def any_pin(self) -> bool:
        if self._away is None:
            with suppress(StoreUnavailable):
                return self._source.any_pin()
        return any(person.active for person, _ in list(self._pins.values()))

    def close(self) -> None:
        """Lets go of the files. Twice is fine."""
        self._copy.close()

    def _find(self) -> None:
        if self._away is not None:
            log.info("the database is back")
            self._away = None

    def _lose(self, error: StoreUnavailable) -> None:
        """The database is away, or it answered with `error`; what an earlier run left is read, as soon as it can be."""
        if isinstance(error, ANSWERS):
            self._find()
            raise error
        if self._away is None:
            self._away = datetime.now(UTC)
            log.info("the database is away: %s", error)
        self._copying = None
        if not self._loaded and self._clock() - self._failed >= AGAIN:
            self._load()

    def _load(self) -> None:
        """A copy that does not open stays where it is: the key may be back soon, or another kiosk gone."""
        try:
            self._copy.load()
        except LocalFileUnavailable as error:
            self._say(error)
            return
        self._loaded, self.problem = True, ""
        if self._held is None:
            self._contact, self._pins = self._copy.contact, self._copy.pins

    def _own_mark(self, error: StoreUnavailable) -> Mark:
        self._lose(error)
        mark = self._held or self._copy.mark
        if mark is None:
            raise error
        age = self._refuse_old()
        self._note(Contact(self._now(), age))  # on disk too, or it were younger where the clock is set back later
        return mark

    def _own_page(self, model_id: str, number: int) -> Page:
        self._refuse(model_id)
        if number < 0:
            raise StoreUnavailable("The database went away while the gallery was read from it.")
        page = self._read(lambda: self._copy.page(number))
        if page.last is None:
            self._model_id, self._told = model_id, None
            self._held, self._contact, self._pins = self._copy.mark, self._copy.contact, self._copy.pins
        return Page(page.rows, None if page.last is None else -page.last)

    def _refuse(self, model_id: str) -> None:
        if self._copy.mark is None or self._copy.model_id != model_id:
            raise StoreUnavailable(NO_COPY)
        self._refuse_old()

    def _refuse_old(self) -> float:
        """The age of what there is, in seconds."""
        if self._contact is None:
            raise StoreUnavailable(NO_COPY)
        age = self._contact.age(self._now())
        if age == inf:
            raise OfflineTooLong(UNKNOWN)
        if not age <= self._max_age:
            raise OfflineTooLong(TOO_LONG.format(_spelt(age), _spelt(self._max_age)))
        return age

    def _through(self, model_id: str, after: int) -> Page:
        """A page of the database, written into a new copy on the way."""
        page = self._source.page(model_id, after)
        if after == 0 and self._begun is not None:
            mark = self._begun[0]
            self._copying, self.problem = None, ""
            self._keep(lambda: self._copy.begin(model_id, mark))
        self._keep(lambda: self._copy.add(page.rows))
        if page.last is None and self._begun is not None:
            pins = dict(self._source.pins())
            (self._held, contact), self._pins = self._begun, pins
            self._contact, self._loaded, self._model_id, self._told = contact, True, model_id, None
            self._keep(lambda: self._copy.finish(pins, contact))
        return page

    def _learn(self, model_id: str, since: Mark) -> Changes | None:
        before = Contact(self._now())
        changes = self._source.changes(model_id, since)
        if changes is None:
            return None
        pins = self._source.pins(changes.user_ids) if changes.user_ids else {}
        current = before if not changes.more or self._contact is None else self._contact
        for who in changes.user_ids:
            self._pins.pop(who, None)
        self._pins |= pins
        self._held, self._contact = changes.mark, current
        self._told = (since, changes) if changes.mark != since else None
        self._keep(lambda: self._copy.change(changes, pins, current))
        return changes

    def _note(self, contact: Contact) -> None:
        self._contact, now = contact, self._clock()
        if now - self._touched >= TOUCH:
            self._touched = now
            self._keep(lambda: self._copy.touch(contact))

    def _renew_key(self) -> None:
        if self._clock() - self._renewed >= RENEW:
            self._renewed = self._clock()
            self._keep(self._copy.renew_key)

    def _copy_anew(self) -> None:
        """A copy that could not be written is tried again, a page a round, while the door goes by what it has."""
        due = self.problem and self._clock() - self._failed >= ANEW
        if due and self._copying is None and self._held is not None and self._contact is not None:
            self._copying = copied(self._source, self._copy, self._model_id, self._held, self._contact)
        if self._copying is None:
            return
        try:
            if next(self._copying, self) is self:
                self._copying, self.problem, self._loaded = None, "", True
        except Unavailable as error:
            self._copying = None
            self._give_up(error)

    def _keep(self, write: Callable[[], None]) -> None:
        """On disk, if that can be: the door needs it only where it starts without a database."""
        if self.problem:
            return
        try:
            write()
        except LocalFileUnavailable as error:
            self._give_up(error)

    def _give_up(self, error: Unavailable) -> None:
        self._say(error)
        if not isinstance(error.__cause__, EncryptionKeyUnavailable):  # that says nothing of the disk
            with suppress(LocalFileUnavailable, OSError):
                self._copy.discard()

    def _read(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except LocalFileUnavailable as error:
            self._say(error)
            self._copy.close()
            self._loaded = False
            raise StoreUnavailable(NO_COPY) from error

    def _say(self, error: Unavailable) -> None:
        if str(error) != self.problem:
            log.warning("there is no local copy to go by without the database: %s", error)
        self.problem, self._failed = str(error), self._clock()


def _spelt(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.0f} min"
