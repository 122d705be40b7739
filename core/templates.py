"""What whoever keeps a gallery in memory asks of the store: all of it a page at a time, from then on what changed.

Read the mark, then all pages, then the changes since that mark: what was written while the pages were read is among
those. No transaction stays open in between, and a page that failed is simply asked for again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.domain import Validity
from core.errors import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Mark:
    """One state of one database's gallery.

    `epoch` names the database: one that was restored or put in another's place has another. `version` counts the
    transactions that changed people or faces.
    """

    epoch: str
    version: int


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Templates of one model as columns, one row a face.

    `matrix` is (n, dimension) float32, each row of length 1; `user_ids` and `names` are n long. `valid` tells of those
    people that are not let in at all times; their rows are here also while they are not.
    """

    user_ids: Sequence[str]
    names: Sequence[str]
    matrix: NDArray[np.float32]
    valid: Mapping[str, Validity] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.user_ids)


class BeginAnew(StoreUnavailable):
    """What was begun cannot be gone on with: ask for the mark again, and then for the first page."""


NO_ROWS = Rows((), (), np.empty((0, 0), np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Some faces, in the order of their ids. `last` is where the next page begins; None: there is no other."""

    rows: Rows
    last: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Up to `mark`, `user_ids` have changed: `rows` are all templates that they have now, none of who is gone.

    They may already be those of a later state, which the next changes then tell again. `more`: ask again at once.
    """

    mark: Mark
    user_ids: frozenset[str]
    rows: Rows
    more: bool = False


class Templates(Protocol):
    """Each may raise StoreUnavailable; the same call is then good again as soon as the database is back.

    Only people who are not disabled have rows. A damaged row is left out, and the log says which.
    """

    def migrate(self) -> None:
        """Makes the database fit to be asked. Free once done."""

    def mark(self) -> Mark:
        """The newest state: one short query, made a few times a second."""

    def total(self, model_id: str) -> int:
        """How many rows there are about, for who wants to show how far loading has come."""

    def page(self, model_id: str, after: int = 0) -> Page:
        """The faces whose ids are beyond `after`, which is 0 or the `last` of the page before.

        Of the first, raises ModelMismatch where there are only others'. May raise BeginAnew.
        """

    def changes(self, model_id: str, since: Mark) -> Changes | None:
        """What changed after `since`; None where that is not known any more, or of another database: read all anew."""

    def of(self, model_id: str, user_ids: Collection[str]) -> Rows:
        """All rows of these people."""
