"""A local copy made beside a gallery that is followed already: a page at a time, then what changed meanwhile."""

from collections.abc import Collection, Iterator
from typing import Protocol

from core.contact import Contact
from core.gallerycopy import GalleryCopy, Pins
from core.templates import BeginAnew, Changes, Mark, Page


class Source(Protocol):
    """As `core.standby.Source`. Each may raise StoreUnavailable."""

    def page(self, model_id: str, after: int = 0) -> Page: ...

    def changes(self, model_id: str, since: Mark) -> Changes | None: ...

    def pins(self, user_ids: Collection[str] | None = None) -> Pins: ...


def copied(source: Source, copy: GalleryCopy, model_id: str, mark: Mark, contact: Contact) -> Iterator[None]:
    """Makes `copy` anew, which was in step with `source` at `mark` and `contact`; one page for each step that is taken.

    Raises LocalFileUnavailable, StoreUnavailable.
    """
    copy.begin(model_id, mark)
    after: int | None = 0
    while after is not None:
        page = source.page(model_id, after)
        copy.add(page.rows)
        after = page.last
        yield
    copy.finish(source.pins(), contact)
    more = True
    while more:
        changes = source.changes(model_id, copy.mark or mark)
        if changes is None:
            raise BeginAnew("It is not known any more what changed since the copy was begun.")
        copy.change(changes, source.pins(changes.user_ids), contact)
        more = changes.more
