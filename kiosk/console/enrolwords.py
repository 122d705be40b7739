"""What the enrolment page says. Pure; the one place of its sentences."""

from core.domain import Candidate, Reason, Turn
from core.scene import Phase, Scene
from core.sitting import Pose, Sitting

TITLES = {Pose.FRONT: "Front", Pose.LEFT: "Left", Pose.RIGHT: "Right", Pose.UP: "Up"}
ASKED = {
    Pose.FRONT: "Look straight at the camera",
    Pose.LEFT: "← Turn your head slightly to your left",
    Pose.RIGHT: "Turn your head slightly to your right →",
    Pose.UP: "↑ Lift your chin slightly",
}
HOLD = "Hold still for a moment"
COMPLETE = "Thank you, that will do"
WRONG = {
    Reason.NOBODY: "Stand before the camera, please",
    Reason.MORE_THAN_ONE: "One person alone, please",
    Reason.TOO_FAR: "Please step closer",
    Reason.TOO_CLOSE: "Please step back a little",
    Reason.BLURRED: "Hold still, the picture is blurred",
    Reason.TOO_DARK: "It is too dark to see your face",
    Reason.TOO_BRIGHT: "There is too much light on your face",
    Reason.TURNED_AWAY: "Please face the camera",
    Reason.PARTLY_HIDDEN: "Please show your whole face",
    Reason.DISAGREEING: "That is another face; in a moment it begins anew",
    Reason.MATCHED: "This face is already enrolled",
}
TURNS = {Pose.LEFT: Turn.LEFT, Pose.RIGHT: Turn.RIGHT}
NOT_SO_FAR = "Not quite so far, please"
UNFIT = {
    Reason.NOBODY: "there is no face in it. Take one that shows the face from the front.",
    Reason.MORE_THAN_ONE: "there is more than one face in it. Take one of the person alone.",
    Reason.TOO_FAR: "the face is too small. Take a larger picture.",
    Reason.BLURRED: "the face is blurred. Take a sharper picture.",
    Reason.TOO_DARK: "the face is too dark. Take one in better light.",
    Reason.TOO_BRIGHT: "the face is too bright. Take one in softer light.",
    Reason.TURNED_AWAY: "the face is turned away. Take one from the front.",
    Reason.PARTLY_HIDDEN: "part of the face is missing. Take one that shows all of it.",
}
"""What is wrong with a file."""
NO_CAMERA = "There is no picture from the camera. Check its cable, or take pictures from files."
NO_PICTURES = "No pictures can be taken just now"
READING = "Reading…"
NOT_YET = "One moment, please"
ADDING = "{} is enrolled already, as {}. These pictures are added."
CONSENT_FIRST = "Show the person the text, and tick that they agree. Without it no picture is taken."
INVITE = "Drop pictures here: one person alone in each, from the front, with the whole face."
NO_MORE = "{}: {} pictures are the most. Take one away first."


def guidance(sitting: Sitting) -> str:
    """One short sentence to whoever stands there."""
    wanted, wrong = sitting.wanted, sitting.guidance
    if wanted is None:
        return COMPLETE
    if wrong is None:
        return HOLD if sitting.shot(wanted) else ASKED[wanted]
    return NOT_SO_FAR if wrong is Reason.TURNED_AWAY and wanted is not Pose.FRONT else WRONG.get(wrong, ASKED[wanted])


def scene(sitting: Sitting, size: tuple[int, int]) -> Scene:
    """The same for the picture, whose `size` is (height, width): the oval that fills, and which way to turn."""
    box = sitting.face.box if sitting.face is not None else None
    boxes = () if box is None else (box,)
    phase = Phase.GRANTED if sitting.wanted is None else Phase.CHALLENGE
    asked = TURNS.get(sitting.wanted) if sitting.wanted is not None and sitting.guidance is None else None
    return Scene(phase, size, boxes, box, asked=asked, progress=sitting.progress)


def called(user_id: str, name: str) -> str:
    return f"{name} (user ID {user_id})"


def taken_by(other: Candidate, whom: str) -> str:
    """That the face is, to the model, that of `other`."""
    owner = called(other.user_id, other.name)
    return f"This face is already that of {owner}. {whom} cannot have it too: use that user ID, or delete that person."


def close_to(other: Candidate, whom: str) -> str:
    owner = called(other.user_id, other.name)
    return f"This face is close to that of {owner}. Store it for {whom} only if these are two different people."


def done(whom: str, faces: int) -> str:
    return f"{whom} is enrolled: {faces} face{'' if faces == 1 else 's'} stored."


def storing(pictures: int) -> str:
    return "&Store" if not pictures else f"&Store {pictures} picture{'' if pictures == 1 else 's'}"
