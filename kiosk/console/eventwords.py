"""An entry of the log in an operator's words, on the screen and in a CSV file. Pure."""

from datetime import tzinfo

from core.domain import Reason, Verdict
from core.logbook import Act, Event, Incident

COLUMNS = ("Time", "Outcome", "Person", "Reason", "By", "Similarity", "Frames", "Decided in", "Door")
OUTCOMES = {"granted": "Granted", "denied": "Denied", "fault": "Fault", "act": "Operator"}
OTHER = "Other system"
"""Did over REST what an operator does."""
SOURCES = {"door": "Camera", "pin": "PIN", "api": "REST"}
ACTS: dict[str, str] = {
    Act.LOCKED: "Locked by an operator",
    Act.UNLOCKED: "Unlocked by an operator",
    Act.DOOR_TRIED: "Door tried",
    Act.REMOTE_OPENING: "Opening asked for over REST",
    Act.ENROLLED: "Faces stored",
    Act.RENAMED: "Renamed",
    Act.ENABLED: "Enabled",
    Act.DISABLED: "Disabled",
    Act.DATES_CHANGED: "Dates changed",
    Act.PIN_SET: "PIN set",
    Act.PIN_REMOVED: "PIN removed",
    Act.FACE_DROPPED: "Face dropped",
    Act.DELETED: "Deleted",
    Act.SECRET_SET: "Operating PIN or passphrase set",
    Act.SETTINGS_CHANGED: "Settings changed",
    Act.EVENTS_EXPORTED: "Events exported",
    Act.KEY_ROTATED: "Encryption key rotated",
    Act.BACKED_UP: "Database backed up",
    Act.RESTORED: "Database restored",
}
"""What is no fault, though it stands among them."""
REASONS: dict[str, str] = {
    Reason.MATCHED: "Recognised",
    Reason.PIN_MATCHED: "Right PIN",
    Reason.UNKNOWN_FACE: "Nobody enrolled",
    Reason.AMBIGUOUS: "Like two people",
    Reason.DISAGREEING: "Frames disagree",
    Reason.NOT_LIVE: "Not a living face",
    Reason.CHALLENGE_FAILED: "Head turn failed",
    Reason.WRONG_PIN: "Wrong PIN or ID",
    Reason.PARTLY_HIDDEN: "Face partly hidden",
    Reason.MORE_THAN_ONE: "More than one person",
    Reason.TOO_FAR: "Too far away",
    Reason.TOO_CLOSE: "Too close",
    Reason.OFF_CENTRE: "Not in the zone",
    Reason.TOO_DARK: "Too dark",
    Reason.TOO_BRIGHT: "Too bright",
}


def outcome(entry: Event | Incident) -> str:
    """A key of OUTCOMES."""
    if isinstance(entry, Incident):
        return entry.outcome
    return str(entry.decision.verdict)


def reason(code: str) -> str:
    """Codes that have no words of their own are legible as they are."""
    return {**REASONS, **ACTS}.get(code, _plain(code))


def cells(entry: Event | Incident, zone: tzinfo | None = None) -> tuple[str, ...]:
    """One text for each of COLUMNS; the time in `zone`, None: that of this machine."""
    at = f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    if isinstance(entry, Incident):
        return (
            at,
            OTHER if (entry.outcome, entry.source) == ("act", "api") else OUTCOMES[entry.outcome],
            entry.user_id or "",
            reason(entry.code),
            _by(entry),
            "",
            "",
            "",
            _plain(entry.door or ""),
        )
    decision = entry.decision
    return (
        at,
        OUTCOMES[outcome(entry)],
        f"{decision.name} ({decision.user_id})" if decision.verdict is Verdict.GRANTED else "",
        reason(decision.reason),
        _by(entry),
        f"{decision.similarity:.2f}" if decision.similarity is not None else "",
        str(decision.frames) if decision.frames else "",
        f"{decision.latency * 1000:.0f} ms" if decision.latency is not None else "",
        _plain(entry.door or ""),
    )


def _by(entry: Event | Incident) -> str:
    source = SOURCES.get(entry.source, _plain(entry.source))
    return f"{source}: {entry.actor}" if entry.actor else source


def _plain(code: str) -> str:
    return code.replace("_", " ").capitalize()
