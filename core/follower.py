"""A gallery in step with the store: loaded a page at a time, from then on only what changed."""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import UTC, datetime

import numpy as np

from core.domain import Validity
from core.errors import StoreUnavailable
from core.gallery import Gallery
from core.shelf import Keeper, Shelf
from core.templates import BeginAnew, Changes, Mark, Rows, Templates


def _utcnow() -> datetime:
    return datetime.now(UTC)


class Follower:
    """The templates of `model_id` of all people who are valid now. For one thread.

    `publish` is told of each new gallery: partial ones while it is loaded, a whole one after each change.
    """

    def __init__(
        self,
        store: Templates,
        model_id: str,
        publish: Callable[[Gallery], None],
        *,
        shelf: Callable[[str], Keeper] = Shelf,
        utcnow: Callable[[], datetime] = _utcnow,
    ) -> None:
        self._store = store
        self._model_id = model_id
        self._publish = publish
        self._new_shelf = shelf
        self._utcnow = utcnow
        self._begin(None)

    def follow(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """One round: goes on loading, or takes in what changed. What fails is gone on with in the next round.

        Returns early where it is `stopped`. Raises StoreUnavailable, ModelMismatch.
        """
        try:
            known = self._round(stopped)
        except BeginAnew:
            known = False
        if not known:  # another database, or it was away for too long
            self._begin(None)
            self._round(stopped)

    @property
    def progress(self) -> tuple[int, int] | None:
        """How many templates are loaded, of about how many; None where there is no second page."""
        return None if self._whole or not self._total else (len(self._shelf), self._total)

    def _begin(self, mark: Mark | None) -> None:
        self._since = mark
        self._after: int | None = 0
        self._whole = self._told = False
        self._total = 0
        self._shelf = self._new_shelf(self._model_id)
        self._at = self._utcnow()
        self._dated: dict[str, Validity] = {}
        self._present: set[str] = set()

    def _round(self, stopped: Callable[[], bool]) -> bool:
        """Whether the store could say what changed."""
        if self._since is None:
            self._begin(self._store.mark())
        while self._after is not None and not stopped():
            self._read_page(self._after)
        return stopped() or self._catch_up(stopped)

    def _read_page(self, after: int) -> None:
        page = self._store.page(self._model_id, after)
        if after == 0 and page.last is not None:
            self._total = self._store.total(self._model_id)
        self._put(page.rows)
        self._after = page.last
        if page.last is not None and self._since is not None:
            self._drop_changed(self._since)
            self._publish(self._shelf.gallery(self._since.version, partial=True))

    def _drop_changed(self, since: Mark) -> None:
        """Who changed while the pages are read counts no more until all are: they may have been erased."""
        with suppress(StoreUnavailable):  # the next page finds out
            changes = self._store.changes(self._model_id, since)
            self._shelf.drop(changes.user_ids if changes is not None else ())

    def _catch_up(self, stopped: Callable[[], bool]) -> bool:
        newest = self._store.mark()
        self._turn(self._utcnow())
        while self._since is not None and self._since != newest and not stopped():
            changes = self._store.changes(self._model_id, self._since)
            if changes is None:
                return False
            self._apply(changes)
            if not changes.more:
                break
        if not stopped() and not self._told:
            self._tell(newest)
        return True

    def _tell(self, newest: Mark) -> None:
        if self._whole and not len(self._shelf):
            self._since = None  # read anew: there may be another model's faces only, which reading says
        self._whole = self._told = True
        self._publish(self._shelf.gallery(self._since.version if self._since else newest.version))

    def _apply(self, changes: Changes) -> None:
        self._take_out(changes.user_ids)
        for user_id in changes.user_ids:
            self._dated.pop(user_id, None)
        self._put(changes.rows)
        self._since = changes.mark
        self._told = False

    def _turn(self, now: datetime) -> None:
        """Takes out who is not valid any more, and puts in who has become so, as soon as the store can tell of them."""
        self._at = now
        self._take_out([who for who in self._present if not self._dated[who].at(now)])
        due = [who for who, valid in self._dated.items() if valid.at(now) and who not in self._present]
        if due:
            with suppress(StoreUnavailable):
                self._put(self._store.of(self._model_id, due))

    def _take_out(self, user_ids: Collection[str]) -> None:
        if user_ids:
            self._shelf.drop(user_ids)
            self._present.difference_update(user_ids)
            self._told = False

    def _put(self, rows: Rows) -> None:
        """Those who are valid at the moment that this gallery is of: the same for all pages."""
        invalid = {user_id for user_id, valid in rows.valid.items() if not valid.at(self._at)}
        self._shelf.add(_without(rows, invalid) if invalid else rows)
        self._dated.update(rows.valid)  # and not before: what could not be added is to be tried again
        self._present.update(rows.valid.keys() - invalid)
        self._told = False


def _without(rows: Rows, user_ids: Iterable[str]) -> Rows:
    out = set(user_ids)
    kept = [row for row, user_id in enumerate(rows.user_ids) if user_id not in out]
    return Rows(
        [rows.user_ids[row] for row in kept], [rows.names[row] for row in kept], rows.matrix[np.array(kept, int)]
    )
