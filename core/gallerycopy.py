"""A kiosk's own copy of its gallery, on disk: all templates of one model, PINs, and how old that knowledge is.

One sealed log: the pages, in the end WHOLE, then only what changed, which is written anew as pages now and then. A copy
that is being written takes the place of the one before once it is whole.
"""

import json
import logging
import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.contact import Contact, Instant
from core.domain import Person, Validity
from core.encryption import Keys
from core.errors import LocalFileUnavailable, LocalFileUnreadable
from core.sealedlog import Entry, SealedLog
from core.templates import NO_ROWS, Changes, Mark, Page, Rows

log = logging.getLogger(__name__)
BEGIN, ROWS, PINS, WHOLE, CHANGE, CONTACT = range(6)
LENGTH = struct.Struct("<I")
STORED = np.dtype("<f4")
SOME = 1000  # PINs in one record
ENOUGH = 1000  # rows of a page, where there are more
TAIL = 16 << 20  # bytes of changes that are never worth writing all anew

Pins = Mapping[str, tuple[Person, str]]
"""By user_id: whoever has a PIN, and its argon2id hash."""


class GalleryCopy:
    """In the file `path`, sealed with `keys`. For one thread.

    `mark`, `model_id`, `contact`, `total` and `pins` are of the copy that is whole; `mark` is None where there is none.
    Each method may raise LocalFileUnavailable; then what is on disk is what it was before, or is not whole.
    """

    def __init__(self, path: Path, keys: Keys) -> None:
        self._path = path
        self._keys = keys
        self._log = SealedLog(path, keys, keep=False)
        self._new: SealedLog | None = None
        self._ours = False
        self.mark: Mark | None = None
        self.contact: Contact | None = None
        self._forget()

    def load(self) -> None:
        """Reads what there is, but for the templates. Raises LocalFileUnreadable where it is damaged."""
        self._forget()
        self._hold()
        begun = None
        for entry in self._log.entries():
            if entry.kind == ROWS:
                self._rows.append(entry)
                continue
            head, matrix = self._read(entry)
            if entry.kind == BEGIN:
                begun = head
            elif entry.kind == PINS:
                self.pins |= _pins(head["pins"])
            elif entry.kind == WHOLE and begun is not None:
                self.mark, self.model_id = Mark(begun["epoch"], begun["version"]), begun["model_id"]
                self.contact, self.total, self._base = _contact(head["contact"]), head["total"], entry.end.offset
            elif entry.kind == CHANGE:
                self._take(entry, head, len(matrix))
            elif entry.kind == CONTACT:
                self.contact = _contact(head["contact"])

    def begin(self, model_id: str, mark: Mark) -> None:
        """A new copy, of the state `mark`."""
        self._abandon()
        with suppress(LocalFileUnreadable):  # it goes anyway
            self._hold()
        self._new = SealedLog(self._path.with_name(f"{self._path.name}.new"), self._keys, keep=False)
        self._new.path.unlink(missing_ok=True)
        self._count = 0
        self._put(BEGIN, {"model_id": model_id, "epoch": mark.epoch, "version": mark.version})

    def add(self, rows: Rows) -> None:
        self._count += len(rows)
        self._put(ROWS, _columns(rows), rows.matrix)

    def finish(self, pins: Pins, contact: Contact) -> None:
        """It is whole now, and what was there before is gone."""
        holders = [_holder(*pin) for pin in pins.values()]
        for some in range(0, len(holders), SOME):
            self._put(PINS, {"pins": holders[some : some + SOME]})
        self._put(WHOLE, {"contact": asdict(contact), "total": self._count}, sync=True)
        assert self._new is not None  # noqa: S101 - it was put into
        self._log.close()
        self._new.rename(self._path)
        self._log, self._new = self._new, None
        self.load()

    def change(self, changes: Changes, pins: Pins, contact: Contact) -> None:
        """Takes in what the database told; `pins` are those that the people among it have now."""
        head: dict[str, Any] = {
            **_columns(changes.rows),
            "epoch": changes.mark.epoch,
            "version": changes.mark.version,
            "changed": sorted(changes.user_ids),
            "pins": [_holder(*pin) for pin in pins.values()],
            "contact": asdict(contact),
        }
        entry = self._log.append(_packed(head, changes.rows.matrix), CHANGE)
        self._take(entry, head, len(changes.rows))
        if entry.end.offset - self._base > max(TAIL, self._base):
            self._base = entry.end.offset
            self._write_anew()

    def touch(self, contact: Contact) -> None:
        """It is still as the database is."""
        self._log.append(_packed({"contact": asdict(contact)}), CONTACT, sync=False)
        self.contact = contact

    def renew_key(self) -> None:
        """Writes it anew where there is a newer key: the one that sealed it may be thrown away soon."""
        if self.mark is not None and not self._log.renew_key():
            self._write_anew()

    def page(self, number: int = 0) -> Page:
        """The page that begins at `number`, first of all 0. Raises LocalFileUnreadable where it is damaged."""
        some: list[Rows] = []
        while number < len(self._rows) and sum(map(len, some)) < ENOUGH:
            some.append(self._newest_of(number))
            number += 1
        return Page(_joined(some), number if number < len(self._rows) else None)

    def of(self, user_ids: Collection[str]) -> Rows:
        """All rows of these people. Reads all of it."""
        wanted = set(user_ids)
        return _joined([_only(page.rows, wanted) for page in self._pages()])

    def _newest_of(self, number: int) -> Rows:
        """Of one record, without those of whom a later one tells."""
        head, matrix = self._read(self._rows[number])
        ids = head["user_ids"]
        keep = [row for row, who in enumerate(ids) if self._newest.get(who, number) == number]
        valid = {ids[row]: _validity(head["valid"][ids[row]]) for row in keep if ids[row] in head["valid"]}
        return Rows([ids[row] for row in keep], [head["names"][row] for row in keep], matrix[keep], valid)

    def discard(self) -> None:
        """There is none any more. A file that was never opened here stays: another's, or one whose key is away."""
        self._abandon()
        self._forget()
        if self._ours:
            self._log.remove()
        self._ours = False

    def close(self) -> None:
        """Lets go of the file, and forgets what was in it."""
        self._abandon()
        self._forget()
        self._log.close()
        self._ours = False

    def _hold(self) -> None:
        """Nobody else writes here from now on."""
        self._ours = False
        self._log.count()
        self._ours = True

    def _forget(self) -> None:
        self.mark = self.contact = None
        self.model_id = ""
        self.total = 0
        self.pins: dict[str, tuple[Person, str]] = {}
        self._rows: list[Entry] = []
        self._newest: dict[str, int] = {}
        self._base = 0

    def _abandon(self) -> None:
        if self._new is not None:
            self._new.close()
            self._new.path.unlink(missing_ok=True)
            self._new = None

    def _take(self, entry: Entry, head: Mapping[str, Any], rows: int) -> None:
        self.mark, self.contact = Mark(head["epoch"], head["version"]), _contact(head["contact"])
        self._newest |= dict.fromkeys(head["changed"], len(self._rows))
        self._rows.append(entry)
        self.total += rows
        for who in head["changed"]:
            self.pins.pop(who, None)
        self.pins |= _pins(head["pins"])

    def _write_anew(self) -> None:
        """Where that cannot be, what there is goes on. Raises LocalFileUnreadable where that is damaged."""
        assert self.mark is not None and self.contact is not None  # noqa: S101, PT018 - it is whole
        try:
            self.begin(self.model_id, self.mark)
            for page in self._pages():
                self.add(page.rows)
            self.finish(self.pins, self.contact)
        except LocalFileUnreadable:
            raise
        except LocalFileUnavailable as error:
            log.warning("the local copy could not be written anew, and is gone on with: %s", error)
            self._abandon()

    def _pages(self) -> Iterator[Page]:
        number: int | None = 0
        while number is not None:
            page = self.page(number)
            number = page.last
            yield page

    def _put(
        self, kind: int, head: Mapping[str, Any], matrix: NDArray[np.float32] = NO_ROWS.matrix, *, sync: bool = False
    ) -> None:
        assert self._new is not None  # noqa: S101 - `begin` comes first
        self._new.append(_packed(head, matrix), kind, sync=sync)

    def _read(self, entry: Entry) -> tuple[dict[str, Any], NDArray[np.float32]]:
        text = self._log.read(entry)
        if text is None:
            raise LocalFileUnreadable(f"{self._path} is damaged. It is made anew as soon as the database answers.")
        length = LENGTH.size + LENGTH.unpack_from(text)[0]
        head = json.loads(text[LENGTH.size : length])
        numbers = np.frombuffer(text, STORED, offset=length).astype(np.float32, copy=False)
        rows = len(head.get("user_ids", ()))
        return head, numbers.reshape(rows, -1) if rows else NO_ROWS.matrix


def _packed(head: Mapping[str, Any], matrix: NDArray[np.float32] = NO_ROWS.matrix) -> bytes:
    text = json.dumps(head).encode()
    text += b" " * (-(LENGTH.size + len(text)) % STORED.itemsize)
    return b"".join((LENGTH.pack(len(text)), text, np.ascontiguousarray(matrix, STORED).tobytes()))


def _joined(some: Sequence[Rows]) -> Rows:
    some = [rows for rows in some if len(rows)]
    if len(some) < 2:
        return some[0] if some else NO_ROWS
    return Rows(
        [who for rows in some for who in rows.user_ids],
        [name for rows in some for name in rows.names],
        np.concatenate([rows.matrix for rows in some]),
        {who: when for rows in some for who, when in rows.valid.items()},
    )


def _only(rows: Rows, wanted: Collection[str]) -> Rows:
    keep = [row for row, who in enumerate(rows.user_ids) if who in wanted]
    valid = {who: when for who, when in rows.valid.items() if who in wanted}
    return Rows([rows.user_ids[row] for row in keep], [rows.names[row] for row in keep], rows.matrix[keep], valid)


def _columns(rows: Rows) -> dict[str, Any]:
    valid = {who: _bounds(when) for who, when in rows.valid.items()}
    return {"user_ids": list(rows.user_ids), "names": list(rows.names), "valid": valid}


def _holder(person: Person, secret_hash: str) -> list[Any]:
    return [person.user_id, person.name, person.active, _bounds(person.valid), secret_hash]


def _pins(holders: list[list[Any]]) -> Pins:
    return {
        who: (Person(who, name, active, has_pin=True, valid=_validity(bounds)), secret_hash)
        for who, name, active, bounds, secret_hash in holders
    }


def _bounds(valid: Validity) -> list[str | None]:
    return [bound.isoformat() if bound is not None else None for bound in (valid.since, valid.until)]


def _validity(bounds: list[str | None]) -> Validity:
    return Validity(*(datetime.fromisoformat(bound) if bound is not None else None for bound in bounds))


def _contact(read: Mapping[str, Any]) -> Contact:
    return Contact(Instant(**read["at"]), read["old"])
