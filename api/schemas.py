"""What the REST API answers, in exactly these shapes."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """What a call that went well says: all of it, always."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Enrolled(Answer):
    status: Literal["success"] = "success"
    faces_stored: int = Field(description="Faces stored by this call", examples=[3])


class Granted(Answer):
    status: Literal["access_granted"] = "access_granted"
    user_id: str = Field(examples=["user123"])
    name: str = Field(examples=["John Doe"])


class Denied(Answer):
    status: Literal["access_denied"] = "access_denied"


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


class Problem(BaseModel):
    """Every error has this shape (RFC 9457). Go by `code`: it is stable, the sentences are not."""

    type: Literal["about:blank"] = "about:blank"
    title: str = Field(description="The status in words")
    status: int
    detail: str = Field(description="What happened, and what to do")
    code: str = Field(description="Stable, for programs")
    field: str | None = Field(None, description="The form field or parameter that is at fault, where it is one")
    reason: str | None = Field(None, description="With `face_unfit`: what is wrong with the face")
