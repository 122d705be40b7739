"""What stands over every operator's page as long as a photograph can open the door."""

from core.settings import LivenessSettings
from core.standby import Offline

PHOTOGRAPH = "A photograph can open this door: liveness is {}."


AWAY = "The database is away since {}. The door goes by its own copy; nothing can be changed."


def away(offline: Offline | None) -> str:
    """The sentence while the database is away; empty while it is not."""
    return AWAY.format(f"{offline.since.astimezone():%H:%M}") if offline is not None else ""


def standing(liveness: LivenessSettings) -> str:
    """The sentence; empty where liveness is enforced."""
    if liveness.enforced:
        return ""
    return PHOTOGRAPH.format("off" if liveness.mode == "off" else "only observed")
