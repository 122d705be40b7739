"""What was sent with a call: who it is about, pictures, and a digest of all of it."""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

from fastapi import File, Path, Request, UploadFile

from core.enrolment import Encoded
from core.errors import InvalidField


async def user_id_of(user_id: Annotated[str, Path(description="1 to 64 characters", examples=["user123"])]) -> str:
    """Enrolment has the rules; only what is lost in a URL is refused here."""
    if "\N{REPLACEMENT CHARACTER}" in user_id:  # what the server makes of bytes that are not UTF-8
        raise InvalidField("user_id", "expected UTF-8")
    if user_id != user_id.strip():  # enrolment would drop them, and the person be found under another id than was sent
        raise InvalidField("user_id", "expected no blanks before or after it")
    return user_id


async def only_file(
    request: Request, file: Annotated[UploadFile, File(description="One picture: JPEG, PNG or the like")]
) -> UploadFile:
    if len((await request.form()).getlist("file")) > 1:
        raise InvalidField("file", "expected one image, got several")
    return file


def pictures(files: Sequence[UploadFile], *, numbered: bool = False) -> Encoded:
    """Read and decoded when asked for, on the thread that asks. They are called by their names, or `numbered`."""
    names = [f"image {i}" if numbered else _name(file) for i, file in enumerate(files, 1)]
    labels = [f"{name} (image {i})" if names.count(name) > 1 else name for i, name in enumerate(names, 1)]
    return Encoded([(label, _content(file)) for file, label in zip(files, labels, strict=True)])


def digest(*parts: str, files: Sequence[UploadFile] = ()) -> str:
    """SHA-256, in hex, of texts and of what is in `files`, whatever these are called."""
    each = [part.encode("utf-8", "surrogatepass") for part in parts] + [_content(file)() for file in files]
    whole = hashlib.sha256()
    for part in each:  # by their digests, so that no part can run over into the next
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def _content(file: UploadFile) -> Callable[[], bytes]:
    return partial(_read, file)


def _read(file: UploadFile) -> bytes:
    file.file.seek(0)
    return file.file.read()


def _name(file: UploadFile) -> str:
    return "".join(c if c.isprintable() else "?" for c in file.filename or "image")[:100]
