"""Who lives in the demo, and how they look."""

from dataclasses import dataclass

Point = tuple[float, float]
Oval = tuple[float, float, float, float]
"""Centre and radii: x, y, across, down. All is in face widths, from the head's centre, x to the right, y down."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """How somebody looks. `hair` is behind the head, `fringe` before it: its edge, from one temple to the other."""

    user_id: str
    name: str
    skin: str
    hair_colour: str
    eyes: str
    shirt: str
    hair: tuple[Oval, ...]
    fringe: tuple[Point, ...]
    trousers: str = "#4d5560"
    beard: str = ""
    glasses: str = ""
    earrings: str = ""


DEMO_PEOPLE = (
    DemoPerson(
        "ada", "Ada", "#8a5636", "#2b2320", "#3b2216", "#f2b134",
        hair=((0, -0.3, 0.72, 0.62), (-0.5, -0.1, 0.3, 0.38), (0.5, -0.1, 0.3, 0.38)),
        fringe=((-0.5, -0.2), (-0.3, -0.34), (0, -0.38), (0.3, -0.34), (0.5, -0.2)),
        earrings="#ffd24a",
    ),
    DemoPerson(
        "ben", "Ben", "#f6cda9", "#c8602a", "#4c8f5b", "#4aa79a",
        hair=((-0.2, -0.42, 0.33, 0.28), (0.15, -0.46, 0.36, 0.3)),
        fringe=((-0.5, -0.16), (-0.38, -0.3), (-0.1, -0.24), (0.2, -0.38), (0.4, -0.3), (0.5, -0.16)),
        beard="#b9552a",
    ),
    DemoPerson(
        "chloe", "Chloe", "#fbd9bd", "#f0c75e", "#3f86c9", "#ef6f5e",
        hair=((0, -0.1, 0.62, 0.62), (-0.42, 0.45, 0.24, 0.55), (0.42, 0.45, 0.24, 0.55)),
        fringe=((-0.5, 0.18), (-0.4, -0.1), (-0.12, -0.34), (0.2, -0.24), (0.4, -0.06), (0.5, 0.18)),
    ),
    DemoPerson(
        "dev", "Dev", "#bb7a4a", "#241f1e", "#4a2c18", "#86b04f",
        hair=((0, -0.36, 0.5, 0.32), (0.16, -0.52, 0.36, 0.24)),
        fringe=((-0.5, -0.1), (-0.42, -0.28), (-0.2, -0.3), (0.1, -0.34), (0.42, -0.28), (0.5, -0.1)),
        beard="#2b2422", glasses="#2d2a2a",
    ),
    DemoPerson(
        "emi", "Emi", "#f3c9a0", "#2a2427", "#3a2a22", "#e98bb0",
        hair=((0, -0.66, 0.24, 0.22), (0, -0.12, 0.58, 0.56)),
        fringe=((-0.5, 0.2), (-0.41, -0.12), (-0.3, -0.15), (0, -0.13), (0.3, -0.15), (0.41, -0.12), (0.5, 0.2)),
    ),
    DemoPerson(
        "finn", "Finn", "#efb99b", "#dcdcd6", "#6a8fa8", "#7a4a3a",
        hair=((-0.48, -0.1, 0.14, 0.26), (0.48, -0.1, 0.14, 0.26)),
        fringe=((-0.5, 0.06), (-0.44, -0.14), (-0.47, -0.3), (0, -0.62), (0.47, -0.3), (0.44, -0.14), (0.5, 0.06)),
        beard="#e4e4de", glasses="#8c2f2b",
    ),
)  # fmt: skip
