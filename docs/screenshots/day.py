"""What the pictures show: people, a day at the door, somebody before the camera. Drawn or diced, each time the same."""

from dataclasses import replace
from datetime import datetime, timedelta
from math import inf
from pathlib import Path
from random import Random

import numpy as np

from core.demo import DEMO_PEOPLE, DEMO_THRESHOLD, DemoCamera, DemoFaceModel, portraits
from core.domain import Candidate, Consent, Decision, Frame, Person, Reason, Template, Turn, Validity, Verdict
from core.gallery import unit
from core.logbook import Event, Incident
from core.pin import hashed
from core.quality import Limits
from core.recogniser import Recogniser
from core.scene import Fault, Phase, Scene
from core.sitting import Portrait, Pose, Sitting, Terms, portrait
from core.store import Store

NAMES = (
    *("Ada Marlow", "Amal Haddad", "Astrid Lindqvist", "Benoît Lefèvre", "Chiara Bianchi", "Chloe Winter"),
    *("Dario Kovač", "Dolores Ibáñez de la Cruz", "Emi Tanaka", "Farah Nasser", "Gwen Parry", "Hiroshi Mori"),
    *("Ingeborg Thorvaldsdóttir", "Jan Nowak", "Katharina von Hohenberg-Schwarzenfeld", "Lin Wei", "Maeve O'Brien"),
    *("Nadia Rahimi", "Oluwaseun Adeyemi", "Priya Raman", "Quentin Moreau", "Rosa Álvarez", "Sipho Dlamini"),
    *(
        "Tomás Ferreira",
        "Uma Krishnan",
        "Viktor Petrov",
        "Wiebke Janssen",
        "Ximena Rojas",
        "Yusuf Demir",
        "张伟",
        "فاطمة حسن",
    ),
)
NEAR = 0.29  # of the picture's height, that the face of somebody before the door has
STAGES = (
    ("camera", 0, None),
    ("left", 1, None),
    ("closer", 2, Reason.TOO_FAR),
    ("twin", 0, Reason.MATCHED),
    ("complete", 4, None),
)
"""Of an enrolment: how many pictures are kept, and what is wrong with the newest."""
INCIDENTS = ("camera_unavailable", "locked_by_operator", "database_unavailable")
DENIALS = (*[Reason.UNKNOWN_FACE] * 3, Reason.PARTLY_HIDDEN, Reason.CHALLENGE_FAILED)
CSV = """\
user_id,name
ben,Ben
dev,Dev
finn,Finn
zoe,Zoe Adler
ada,Ada Marlow
"""


def scenes(frame: Frame) -> dict[str, Scene]:
    """The states of the door, as the engine would tell them of `frame`, in an order in which none waits for another."""
    face = DemoFaceModel().detect(frame.image)[0]
    seen = Scene(Phase.LOOKING, frame.image.shape[:2], (face.box,), face.box)
    turn = replace(seen, phase=Phase.CHALLENGE, progress=0.4)
    faults = {
        "no_camera": "camera_unavailable",
        "covered": "camera_covered",
        "offline": "database_unavailable",
        "door_fault": "door_failed",
        "door_open": "door_open",
        "no_model": "model_unavailable",
    }
    return {
        "starting": Scene(Phase.STARTING),
        "idle": Scene(Phase.IDLE, seen.size),
        "near": replace(seen, phase=Phase.IDLE, subject=None, reason=Reason.TOO_FAR),
        "look": seen,
        "turn_left": replace(turn, asked=Turn.LEFT),
        "turn_right": replace(turn, asked=Turn.RIGHT, progress=0.7),
        "straight": replace(turn, asked=Turn.STRAIGHT, progress=0.0),
        "granted": replace(seen, phase=Phase.GRANTED, name="Ada Marlow"),
        "closer": replace(seen, reason=Reason.TOO_FAR),
        "denied": replace(seen, phase=Phase.DENIED, reason=Reason.UNKNOWN_FACE),
        "wait": Scene(Phase.PAUSED, wait=24),
        **{name: Scene(Phase.FAULT, fault=Fault(code, "")) for name, code in faults.items()},
        "locked": Scene(Phase.LOCKED),
    }


def somebody() -> Frame:
    """A picture of somebody who stands before the door."""
    model = DemoFaceModel()
    for frame in DemoCamera(paced=False).frames():
        height = frame.image.shape[0]
        if any(face.height > NEAR * height for face in model.detect(frame.image)):
            return frame
    raise AssertionError("the demo's camera never ends")


def fill(store: Store, recogniser: Recogniser, now: datetime) -> None:
    """Everybody who may come in, and ten hours at the door until `now`."""
    recogniser.refresh()
    dice, model = Random(7), recogniser.model.id
    for place, name in enumerate(NAMES):
        user_id, consent = f"{1001 + 7 * place}", Consent("1", now - timedelta(days=dice.randint(1, 200)))
        faces = [_face(user_id, name, model, dice) for _ in range(dice.randint(1, 4))]
        store.add_faces(user_id, name, faces, limit=10, consent=consent)
    store.set_validity("1015", Validity(until=now + timedelta(days=40)))
    store.set_active("1029", active=False)
    store.set_pin("1001", hashed("271828", "271828"))
    people = store.people()
    for minutes in sorted((dice.uniform(0, 600) for _ in range(140)), reverse=True):
        _happens(store, now - timedelta(minutes=minutes), dice, dice.choice(people), model)
    recogniser.refresh()


def sitting(frame: Frame, taken: int, wrong: Reason | None = None, *, alike: float = 0.0) -> Sitting:
    """An enrolment at the camera, its first pictures `taken`; as much `alike` to somebody who is enrolled."""
    model, twin = DemoFaceModel(), Candidate("1001", "Ada Marlow", alike)
    terms = Terms("1218", DEMO_THRESHOLD, DEMO_THRESHOLD / 2, Limits(largest=inf))
    found = [portrait(image, model, terms) for image in portraits(DEMO_PEOPLE[0])]
    shots = [
        replace(one, pose=pose, other=twin)
        for one, pose in zip([*found, found[0]], Pose, strict=True)
        if isinstance(one, Portrait)
    ]
    kept, face = tuple(shots[:taken]), model.detect(frame.image)[0]
    return Sitting(terms, 9.0, 9.0, kept, guidance=wrong, twin=twin if wrong is Reason.MATCHED else None, face=face)


def draw_list(folder: Path) -> Path:
    """A list of people beside their pictures, in which a row is refused."""
    for person in DEMO_PEOPLE:
        (folder / f"{person.user_id}.png").write_bytes(_picture(person.user_id))
    listed = folder / "people.csv"
    listed.write_text(CSV)
    return listed


def _picture(user_id: str) -> bytes:
    return (Path(__file__).parents[2] / "assets" / "demo" / f"{user_id}-1.png").read_bytes()


def _face(user_id: str, name: str, model: str, dice: Random) -> Template:
    vector = unit(np.array([dice.gauss(0, 1) for _ in range(128)], np.float32))
    return Template(user_id, name, vector, model, dice.uniform(0.7, 0.95))


def _happens(store: Store, at: datetime, dice: Random, person: Person, model: str) -> None:
    if dice.random() < 0.04:
        store.report(Incident(at, "door", dice.choice(INCIDENTS)))
        return
    granted = dice.random() < 0.82
    whose = {"user_id": person.user_id, "name": person.name} if granted else {}
    decision = Decision(
        Verdict.GRANTED if granted else Verdict.DENIED,
        Reason.MATCHED if granted else dice.choice(DENIALS),
        similarity=dice.uniform(0.62, 0.83) if granted else dice.uniform(0.05, 0.25),
        frames=4,
        latency=dice.uniform(0.2, 0.5),
        **whose,
    )
    store.record(Event(at, "door", decision, model, "opened" if granted else None))
