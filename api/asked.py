"""Who made a call, under which id, and when: what is put on record of it."""

import time
from dataclasses import dataclass

from fastapi import Request

from api.security import Caller
from core.apikeys import Scope
from core.errors import ScopeMissing
from core.logbook import Actor
from core.store import Store


@dataclass(frozen=True, slots=True)
class Asked:
    caller: Caller
    request_id: str | None = None
    began: float = 0.0
    """When it came, by time.monotonic."""

    @property
    def actor(self) -> str | None:
        """For the log of events: the key's name and its prefix. None where no keys are asked for."""
        return f"{self.caller.name} ({self.caller.key})" if self.caller.key else None

    def on_record(self, store: Store) -> Store:
        """`store`, where all that this call changes is written down with it."""
        return store.acting_for(Actor("api", self.actor, self.request_id))

    def waited(self) -> float:
        """Seconds since then."""
        return time.monotonic() - self.began

    def need(self, scope: Scope) -> None:
        """For what a parameter asks beside the route. Raises ScopeMissing."""
        if not self.caller.may(scope):
            raise ScopeMissing(f"This API key may not do that: it needs the scope {scope} as well.")


async def asked(request: Request) -> Asked:  # async: it takes no thread
    """A dependency, for routes that need a scope: `Security` has admitted the caller by then.

    Raises AttributeError where it has not, so that a route which forgot its scope does nothing.
    """
    state = request.state
    return Asked(state.admitted[0], getattr(state, "request_id", None), state.began)
