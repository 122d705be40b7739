"""What is said at the door changes no faster than it can be read. Pure, the clock passed in.

The engine judges each frame by itself, ten and more a second: a face that blinks in and out of its notice, or is a
little blurred every other frame, would make the words flicker.
"""

from dataclasses import replace

from core.scene import Phase, Scene

HOLD = 1.0  # seconds that a piece of advice stays, and that the last frame with a face counts
ADVISING = (Phase.IDLE, Phase.LOOKING, Phase.CHALLENGE)
OUTLASTING = (Phase.LOOKING, Phase.CHALLENGE, Phase.DENIED)
"""Phases that do not give way to a calmer one at once. That the door is open is never said for longer than it is."""


class Steady:
    """From the engine's scenes to the ones to show. Verdicts, faults and what a challenge asks pass at once."""

    def __init__(self) -> None:
        self._shown = Scene(Phase.STARTING)
        self._changed = self._met = self._advised = float("-inf")

    def take(self, scene: Scene, now: float) -> Scene:
        """What to show at `now` (seconds, monotonic), when `scene` is the engine's newest."""
        shown = self._shown
        if scene.phase is shown.phase:
            scene = self._advising(scene, now)
            self._met = now
        elif self._outlasts(scene.phase, now):
            scene = replace(shown, size=scene.size, boxes=scene.boxes, subject=scene.subject)
        else:
            self._changed = self._met = self._advised = now
        self._shown = scene
        return scene

    def _advising(self, scene: Scene, now: float) -> Scene:
        """Advice stays until it has not been needed for a while; it is not given the moment another was."""
        shown = self._shown
        if scene.phase not in ADVISING or scene.asked != shown.asked:
            self._changed = self._advised = now
        elif scene.reason == shown.reason:
            self._advised = now
        elif now - self._changed < HOLD or (shown.reason is not None and now - self._advised < HOLD):
            return replace(scene, reason=shown.reason)
        else:
            self._changed = self._advised = now
        return scene

    def _outlasts(self, phase: Phase, now: float) -> bool:
        if self._shown.phase not in OUTLASTING or phase not in (Phase.IDLE, Phase.LOOKING):
            return False
        return now - (self._met if phase is Phase.IDLE else self._changed) < HOLD
