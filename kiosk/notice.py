"""What stands over every operator's page as long as a photograph can open the door."""

from core.settings import LivenessSettings

PHOTOGRAPH = "A photograph can open this door: liveness is {}."


def standing(liveness: LivenessSettings) -> str:
    """The sentence; empty where liveness is enforced."""
    if liveness.enforced:
        return ""
    return PHOTOGRAPH.format("off" if liveness.mode == "off" else "only observed")
