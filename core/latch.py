"""How long a door stays open: for its time and not longer, whatever its driver does."""

import contextlib
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from core.door import Door
from core.errors import DoorFailed

log = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0  # seconds between attempts to close what does not close
LONGEST_PULSE = 3600.0
STOP_SECONDS = 1.8


class Pulse:
    """A driver, and when it is due to be closed. For one thread; knows of no other, and never waits.

    Until the first `close` it counts as open: who was here before may have ended in the middle of a pulse.
    """

    def __init__(self, driver: Door, clock: Callable[[], float] = time.monotonic) -> None:
        self._driver = driver
        self._clock = clock
        self._until = -math.inf
        self._wait = FIRST_WAIT
        self.due: float | None = clock()
        """When to call `close`, in seconds of the clock; None while the door is known to be closed."""

    def open(self, seconds: float) -> None:
        """Opens for `seconds` from now on, or longer where it is open for longer already.

        Raises DoorFailed, and is then due at once: a driver that failed may have opened all the same.
        """
        if not 0 < seconds <= LONGEST_PULSE:  # nor NaN
            raise DoorFailed(f"A door opens for up to {LONGEST_PULSE:g} seconds. Set door.open_seconds accordingly.")
        try:
            _obeyed(lambda: self._driver.open(max(seconds, self._until - self._clock())))
        except DoorFailed:
            self.revoke()
            raise
        self.due = self._until = max(self._until, self._clock() + seconds)

    def revoke(self) -> None:
        """Due at once, whatever was granted before."""
        self._until, self.due = -math.inf, self._clock()

    def close(self) -> None:
        """Raises DoorFailed, and is then due again after a while that doubles each time."""
        self._until = -math.inf
        try:
            _obeyed(self._driver.close)
        except DoorFailed:
            self.due = self._clock() + self._wait
            self._wait = min(self._wait * 2, LONGEST_WAIT)
            raise
        self.due, self._wait = None, FIRST_WAIT

    def remaining(self) -> float | None:
        """Seconds until it is due, 0 where it is already; None where there is nothing to close."""
        return None if self.due is None else max(0.0, self.due - self._clock())


def _obeyed(call: Callable[[], None]) -> None:
    try:
        call()
    except DoorFailed:
        raise
    except Exception as error:
        log.exception("the door's driver failed")
        raise DoorFailed("The door's driver failed; the log says how.") from error


class Latch:
    """A door that is open for its time and not longer. Itself a Door, to be started and stopped.

    The driver is called on one thread, which also keeps the time. Nobody waits for it longer than `timeout`
    seconds; what it does later than that is undone at once. `start` closes first. A door that does not close is
    tried again and again, and `on_fault` is told, once until it is closed, on a thread of the latch's: return soon.
    """

    def __init__(
        self,
        driver: Door,
        *,
        timeout: float = 2.5,
        on_fault: Callable[[DoorFailed], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._driver = driver
        self._timeout = timeout
        self._on_fault = on_fault
        self._clock = clock
        self._keeper: _Keeper | None = None

    @property
    def fault(self) -> DoorFailed | None:
        """Why the door may be open although it should be closed."""
        return None if self._keeper is None else self._keeper.fault

    def start(self) -> None:
        """Returns at once; the door is being closed, in case that a pulse was cut short."""
        if self._keeper is None:
            self._keeper = _Keeper(Pulse(self._driver, self._clock), self._timeout, self._on_fault)
            self._keeper.start()

    def stop(self, within: float = STOP_SECONDS) -> None:
        """Closes, `within` seconds. Where the driver hangs its thread is left behind, and closes when it can."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.stop(within)

    def open(self, seconds: float) -> None:
        """Opens for `seconds`, counted from the driver's answer; a door that is open stays so until then.

        Raises DoorFailed where the driver does, or has not answered in time. The door is then closed again.
        """
        self._running().ask(seconds)

    def close(self) -> None:
        """Ends the pulse. Raises DoorFailed, also where the driver has not answered in time."""
        self._running().ask(None)

    def _running(self) -> "_Keeper":
        if self._keeper is None:
            raise DoorFailed("The door is not in use. Start the latch first.")
        return self._keeper


class _Request:
    """To open for that many seconds, or to close (None); and what came of it."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self.answered = False
        self.failure: DoorFailed | None = None
        self.abandoned = False


class _Keeper:
    """The thread that works a driver, from one start to one stop. The pulse is that thread's alone."""

    def __init__(self, pulse: Pulse, timeout: float, on_fault: Callable[[DoorFailed], None]) -> None:
        self.fault: DoorFailed | None = None
        self._told = False
        self._pulse = pulse
        self._timeout = timeout
        self._on_fault = on_fault
        self._changed = threading.Condition()
        self._requests: deque[_Request] = deque()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="door", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, within: float) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(within)
        if self._thread.is_alive():
            log.warning("the door's driver does not answer; its thread is left to close the door when it can")

    def ask(self, seconds: float | None) -> None:
        """Raises DoorFailed."""
        request = _Request(seconds)
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()
            self._changed.wait_for(lambda: request.answered or self._stopping, self._timeout)
            if not request.answered:
                raise self._abandon(request)
        if request.failure is not None:
            raise request.failure

    def _abandon(self, request: _Request) -> DoorFailed:
        request.abandoned = True
        if self._stopping:
            return DoorFailed("The door is being shut down. Start it again.")
        failure = self._no_answer()
        if request in self._requests:
            self._requests.remove(request)
        else:  # the driver is at it, and may have opened
            self.fault = failure
        return failure

    def _run(self) -> None:
        while not self._stopping:
            request = self._next()
            if request is not None:
                self._serve(request)
            elif self._pulse.remaining() == 0:
                self._close()
        if self._pulse.due is not None:
            self._close()

    def _next(self) -> _Request | None:
        """What is asked next; None where the door is due to close, or the end has come."""
        with self._changed:
            self._changed.wait_for(lambda: self._requests or self._stopping, self._pulse.remaining())
            if self._stopping or self._pulse.remaining() == 0 or not self._requests:
                return None
            return self._requests.popleft()

    def _serve(self, request: _Request) -> None:
        failure = self._close() if request.seconds is None else self._open(request.seconds)
        with self._changed:
            request.answered, request.failure = True, failure
            self._changed.notify_all()
        if request.abandoned and not self._stopping:  # it closes at the end anyway
            log.warning("the door's driver answered when nobody waited any more; the door is closed")
            self._pulse.revoke()

    def _open(self, seconds: float) -> DoorFailed | None:
        try:
            self._pulse.open(seconds)
        except DoorFailed as failure:
            return failure
        return None

    def _close(self) -> DoorFailed | None:
        try:
            with self._alarm():
                self._pulse.close()
        except DoorFailed as failure:
            self._report(failure)
            return failure
        self.fault, self._told = None, False
        return None

    @contextlib.contextmanager
    def _alarm(self) -> Iterator[None]:
        """Reports a close that hangs, while it does."""
        alarm = threading.Timer(self._timeout, lambda: self._report(self._no_answer()))
        alarm.daemon = True
        with contextlib.suppress(RuntimeError):  # no thread to be had: closing matters more
            alarm.start()
        try:
            yield
        finally:
            alarm.cancel()
            if alarm.ident is not None:
                alarm.join()  # it says nothing afterwards

    def _report(self, failure: DoorFailed) -> None:
        self.fault = failure
        if self._told:
            return
        self._told = True
        log.error("the door does not close: %s", failure)
        try:
            self._on_fault(failure)
        except Exception:
            log.exception("a fault of the door could not be passed on; the door is tried again all the same")

    def _no_answer(self) -> DoorFailed:
        return DoorFailed(f"The door did not answer within {self._timeout:g} s. Check its relay or command.")
