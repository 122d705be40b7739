"""What the REST API answers, in exactly these shapes. Moments are UTC."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """What a call that went well says: all of it, always."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True, from_attributes=True)


class Enrolled(Answer):
    status: Literal["success"] = "success"
    faces_stored: int = Field(description="Faces stored by this call", examples=[3])


class RefusedImage(Answer):
    image: int = Field(description="Which one, the first being 1", examples=[2])
    code: str = Field(description="As an error's", examples=["face_unfit"])
    detail: str = Field(examples=["image 2: the face is not fit to be enrolled (blurred)."])
    reason: str | None = Field(None, description="With `face_unfit`: what is wrong with it", examples=["blurred"])


class EnrolledInPart(Enrolled):
    """With `?partial=true`."""

    refused: list[RefusedImage]


class Granted(Answer):
    status: Literal["access_granted"] = "access_granted"
    user_id: str = Field(examples=["user123"])
    name: str = Field(examples=["John Doe"])


class Denied(Answer):
    status: Literal["access_denied"] = "access_denied"


class Explanation(Answer):
    """Why the answer is what it is."""

    reason: str = Field(examples=["matched"])
    similarity: float | None = Field(description="Cosine to the nearest person enrolled", examples=[0.71])
    margin: float | None = Field(description="How far the next person is behind", examples=[0.44])
    threshold: float | None = Field(description="What the similarity has to reach", examples=[0.45])
    quality: float | None = Field(description="Of the face, 0 to 1; null where it is unfit", examples=[0.83])
    liveness: str | None = Field(description="Null: a still picture cannot be told to be alive", examples=[None])


class GrantedInDetail(Granted):
    """With `?explain=true` or `?open=true`."""

    door: Literal["opened"] | None = Field(None, description="What the door did; null where it was not asked")
    explanation: Explanation | None = None


class DeniedInDetail(Denied):
    """With `?explain=true` or `?open=true`."""

    explanation: Explanation | None = None


class PersonAnswer(Answer):
    user_id: str = Field(examples=["user123"])
    name: str = Field(examples=["John Doe"])
    active: bool = Field(description="Whether their faces are looked for at all")
    valid_from: datetime | None = Field(description="Not let in before; null: no such bound")
    valid_until: datetime | None = Field(description="Not let in from then on; null: no such bound")
    faces: int = Field(description="How many are stored", examples=[3])
    has_pin: bool = Field(description="Whether they have a PIN for this door")
    consent_version: str | None = Field(description="Of the text that they agreed to; null: none is on record")
    consent_at: datetime | None


class PeoplePage(Answer):
    people: list[PersonAnswer] = Field(description="By user_id")
    next_cursor: str | None = Field(description="For the next page; null: this is the last one")


class FaceAnswer(Answer):
    id: int = Field(examples=[12])
    model_id: str = Field(description="Of the model that made it", examples=["buffalo_l:0123456789ab:512"])
    quality: float = Field(description="The detector's score, 0 to 1", examples=[0.87])
    stored_at: datetime


class Faces(Answer):
    faces: list[FaceAnswer] = Field(description="The oldest first")


class Receipt(Answer):
    """What was erased, and which indexes do not hold it any more."""

    status: Literal["erased"] = "erased"
    user_id: str = Field(examples=["user123"])
    faces_erased: int = Field(description="Embeddings that are gone from the table", examples=[3])
    erased_at: datetime
    gallery_version: int = Field(description="No index of this version or a later one holds them", examples=[42])
    index_version: int | None = Field(
        description="That of the index of the process that answers; null: it has none, and matches nobody",
        examples=[42],
    )


class Entry(Answer):
    """A decision at a door or over REST, an incident (`outcome` is `fault`), or what an operator did (`act`)."""

    id: int = Field(examples=[117])
    at: datetime
    source: str = Field(description="`door` (its camera), `pin` (its keys) or `api`", examples=["door"])
    outcome: Literal["granted", "denied", "fault", "act"]
    reason: str = Field(description="A stable code", examples=["matched"])
    user_id: str | None = Field(description="Who was granted; who was denied is not known", examples=["user123"])
    name: str | None = Field(examples=["John Doe"])
    similarity: float | None
    margin: float | None
    threshold: float | None
    frames: int
    latency: float | None = Field(description="Seconds from the first usable frame to the decision")
    liveness: str | None
    liveness_score: float | None
    policy: str | None = Field(description="The rules' version")
    model_id: str | None
    door: str | None = Field(description="`opened`, `failed` or `refused`; null: it was not asked, or nobody knows")
    request_id: str | None = Field(description="The X-Request-ID of the call that it came of")
    actor: str | None = Field(description="Name and prefix of the key that it came with")


class EventsPage(Answer):
    events: list[Entry] = Field(description="The newest first")
    next_cursor: str | None = Field(description="For the next page; null: this is the last one")


class DoorOpened(Answer):
    status: Literal["opened"] = "opened"
    door: str = Field(description="Its name", examples=["front"])
    driver: str = Field(description="What opened it; `simulated`: nothing did", examples=["http"])
    seconds: float = Field(description="How long it stays open", examples=[3.0])
    event_id: int = Field(description="Under which it is on record", examples=[118])


class Health(Answer):
    """Each part is `ok`, `loading`, or the code of what is wrong with it."""

    process: Literal["ok"] = "ok"
    database: str = Field(examples=["ok"])
    model: str = Field(examples=["ok"])
    gallery: str = Field(examples=["ok"])
    gallery_size: int | None = Field(description="Faces that are looked through; null until known", examples=[12])

    @property
    def well(self) -> bool:
        return {self.database, self.model, self.gallery} == {"ok"}


class Alive(Answer):
    process: Literal["ok"] = "ok"


class DoorStanding(Answer):
    """As its kiosk last told."""

    name: str = Field(examples=["front"])
    locked: bool = Field(description="By the operator")
    fault: str | None = Field(description="The code of what keeps it shut", examples=[None])
    told_at: datetime


class Configured(Answer):
    """What of the configuration a caller may have to know."""

    auth: str = "none"
    tls: bool = False
    max_images: int = Field(4, description="In one call")
    max_faces: int = Field(4, description="Of one person")
    margin: float = 0.05
    liveness: str = Field("off", description="At the door")
    door: str = Field("door", description="That POST /door/open opens")
    driver: str = Field("simulated", description="By which it does")
    open_seconds: float = 3.0
    match_opens_door: bool = False


class System(Answer):
    versions: dict[str, str] = Field(examples=[{"doorward": "0.1.0", "python": "3.11.7"}])
    model_id: str | None = Field(description="Null until it is loaded", examples=["buffalo_l:0123456789ab:512"])
    threshold: float | None = Field(description="The one in use")
    search: str | None = Field(
        description="What searches the gallery: exact, faiss or milvus; null while there is nothing to search",
        examples=["exact"],
    )
    gallery_size: int | None
    gallery_version: int | None
    doors: list[DoorStanding]
    configuration: Configured


class Problem(BaseModel):
    """Every error has this shape (RFC 9457). Go by `code`: it is stable, the sentences are not."""

    type: Literal["about:blank"] = "about:blank"
    title: str = Field(description="The status in words")
    status: int
    detail: str = Field(description="What happened, and what to do")
    code: str = Field(description="Stable, for programs")
    field: str | None = Field(None, description="The form field or parameter that is at fault, where it is one")
    reason: str | None = Field(None, description="With `face_unfit`: what is wrong with the face")
    refused: list[RefusedImage] | None = Field(None, description="With `all_refused`: what is wrong with each image")
