"""What a door has to tell the database: on the local disk first, so that no door waits for a database that is away.

From there a thread delivers it, in order. Each entry has an id of its own, so what is delivered twice, since the kiosk
was killed in between, is there once. An entry that the database will never take is set aside, and the others go on.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from core.bulletin import Standing
from core.encryption import Keys
from core.errors import (
    DoorwardError,
    EncryptionKeyUnavailable,
    EntryRefused,
    LocalFileUnavailable,
    LocalFileUnreadable,
    StoreUnavailable,
)
from core.events import Note, event_row, incident_row
from core.logbook import Event, Incident
from core.sealedlog import Place, SealedLog, records

log = logging.getLogger(__name__)
JOURNAL, REFUSED, UNREADABLE = "journal", "refused", "journal.unreadable-"
BATCH = 200  # entries in one transaction
AGAIN = 1.0  # seconds until a database that was away is asked again
PATIENCE = 1.0  # seconds that who tells how a door stands waits for the database
RENEW = 60.0  # seconds between two looks whether there is a newer key
STOP_SECONDS = 2.0
UNTOLD = "The database was not told in time how the door stands. It is as soon as it answers."


def left(folder: Path) -> tuple[int, int]:
    """Of the outbox in `folder`, whoever has it open: how many entries it holds, and how many were refused."""
    return records(folder / JOURNAL), records(folder / REFUSED)


class Inbox(Protocol):
    """The database's side. Each may raise StoreUnavailable."""

    def migrate(self) -> None: ...

    def deliver(self, notes: list[Note]) -> None:
        """Raises EntryRefused for what it will never take."""


class Outbox:
    """The `Journal` of a door, in `folder`, sealed with `keys`. From any thread.

    `record`, `door_did` and `report` return once what they were told is on disk; they raise LocalFileUnavailable.
    `tell` passes on how the door stands.
    """

    def __init__(
        self,
        folder: Path,
        keys: Keys,
        inbox: Inbox,
        tell: Callable[[Standing], None] = lambda _: None,
        *,
        again: float = AGAIN,
    ) -> None:
        self._folder, self._keys = folder, keys
        self._journal = SealedLog(folder / JOURNAL, keys)
        self._refused = SealedLog(folder / REFUSED, keys)
        self._inbox = inbox
        self._tell = tell
        self._again = again
        self._delivered: Place | None = None
        self._standing: tuple[Standing, threading.Event] | None = None
        self._telling = threading.Lock()
        self._wake = threading.Event()
        self._away = False
        self._renewed = -RENEW
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def record(self, event: Event) -> int:
        return self._write(event_row(event))

    def report(self, incident: Incident) -> int:
        return self._write(incident_row(incident))

    def door_did(self, event_id: int, outcome: str) -> None:
        self._keep(Note(f"{event_id:032x}", door=outcome))

    @property
    def waiting(self) -> int:
        """How many entries are not delivered yet."""
        return self._journal.count(self._delivered)

    @property
    def refused(self) -> int:
        """How many the database will never take."""
        return self._refused.count()

    @property
    def refused_at(self) -> Path:
        return self._refused.path

    def tell(self, standing: Standing) -> None:
        """Once it returns the database knows. Else raises StoreUnavailable, and it is told as soon as it answers."""
        told = threading.Event()
        with self._telling:
            self._standing = (standing, told)
        self._wake.set()
        if self._thread is None or self._away or not told.wait(PATIENCE):
            raise StoreUnavailable(UNTOLD)

    def start(self) -> None:
        """Delivers from now on, first of all what an earlier run could not. Twice is fine."""
        if self._thread is None:
            self._stop = threading.Event()  # a new one: a thread left behind by `stop` must not come back to life
            self._thread = threading.Thread(target=self._run, args=(self._stop,), name="outbox", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Returns within two seconds; what is not delivered then waits for the next start. Twice is fine."""
        thread, self._thread = self._thread, None
        self._stop.set()
        self._wake.set()
        if thread is None:
            self._close()
        else:
            thread.join(STOP_SECONDS)

    def deliver(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """One round: how the door stands, and all that waits, or a part of it once `stopped`.

        Neither waits for the other to go well. Raises StoreUnavailable, LocalFileUnavailable.
        """
        try:
            self._pass_on_standing()
        finally:
            self._deliver_journal(stopped)

    def _deliver_journal(self, stopped: Callable[[], bool]) -> None:
        self._inbox.migrate()
        try:
            self._deliver_all(stopped)
        except LocalFileUnreadable as error:
            self._put_away(error)
        except LocalFileUnavailable:
            self._delivered = None
            raise
        if time.monotonic() - self._renewed >= RENEW:
            self._renewed = time.monotonic()
            self._journal.renew_key()
            self._deliver_put_away()

    def _deliver_all(self, stopped: Callable[[], bool]) -> None:
        for read, end in self._batches(self._journal, self._delivered):
            self._deliver([Note.unpacked(text) for text in read if text is not None])
            if None in read:
                self._journal.keep_aside()
            self._delivered = end
            self._pass_on_standing()
            if stopped():
                break
        if self._delivered is not None and self._journal.clear(self._delivered):
            self._delivered = None

    def _deliver_put_away(self) -> None:
        """What lay there unreadable, where its key is back."""
        for path in sorted(self._folder.glob(f"{UNREADABLE}*")):
            with closing(SealedLog(path, self._keys)) as put_away, suppress(LocalFileUnavailable, OSError):
                for read, _ in self._batches(put_away):
                    self._deliver([Note.unpacked(text) for text in read if text is not None])
                    if None in read:
                        put_away.keep_aside()
                put_away.remove()
                log.info("%s opens again; what was in it is delivered", path.name)

    def _write(self, row: dict[str, object]) -> int:
        uid = uuid4()
        self._keep(Note(uid.hex, row))
        return uid.int

    def _keep(self, note: Note) -> None:
        try:
            self._journal.append(note.packed())
        except LocalFileUnreadable as error:
            self._put_away(error)
            self._journal.append(note.packed())
        except LocalFileUnavailable:
            self._delivered = None  # what comes may be another file
            raise
        self._wake.set()

    def _batches(self, journal: SealedLog, after: Place | None = None) -> Iterator[tuple[list[bytes | None], Place]]:
        entries = journal.entries(after)
        while batch := list(islice(entries, BATCH)):
            yield [journal.read(entry) for entry in batch], batch[-1].end

    def _deliver(self, notes: list[Note]) -> None:
        try:
            self._inbox.deliver(notes)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - of whatever kind, it must not hold up what comes after
            if len(notes) > 1:
                for note in notes:
                    self._deliver([note])
            else:
                self._set_aside(notes[0], error)

    def _set_aside(self, note: Note, error: Exception) -> None:
        """Only a DoorwardError's text is fit for a log."""
        why = error if isinstance(error, EntryRefused) else type(error).__name__
        log.error("the entry %s of the journal is set aside in %s: %s", note.uid, self._refused.path.name, why)
        self._refused.append(note.packed())

    def _put_away(self, error: LocalFileUnreadable) -> None:
        """A journal that this key does not open is kept for whoever has its key."""
        away = self._folder / f"{UNREADABLE}{time.time_ns()}"
        if self._journal.put_away(away):
            self._delivered = None
            log.error("%s It is kept as %s; a new one is begun.", error, away.name)

    def _pass_on_standing(self) -> None:
        waiting = self._standing
        if waiting is not None:
            with suppress(EncryptionKeyUnavailable):  # no key is needed for this
                self._inbox.migrate()
            self._tell(waiting[0])
            waiting[1].set()
            with self._telling:
                if self._standing is waiting:
                    self._standing = None

    def _run(self, stop: threading.Event) -> None:
        self._wake.set()
        while not stop.is_set():
            self._wake.wait(RENEW)
            self._wake.clear()
            try:
                self.deliver(stop.is_set)
                self._note(away=False)
            except DoorwardError as error:
                self._note(away=True, why=error.code)
            except Exception:
                log.exception("the journal could not be delivered; it is tried again")
                self._note(away=True)
            if self._away:
                stop.wait(self._again)
                self._wake.set()
        self._close()

    def _close(self) -> None:
        self._journal.close()
        self._refused.close()

    def _note(self, *, away: bool, why: str = "") -> None:
        if away and not self._away:
            log.info("what this door has to tell waits here: %s", why)
        elif self._away and not away:
            log.info("what this door had to tell is delivered")
        self._away = away
