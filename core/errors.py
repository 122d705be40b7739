"""One exception tree. Every message says what happened and what to do about it.

`code` is stable: it is what REST clients, the shell's `--json` and the kiosk's screens go by. Messages may
change. No message carries a picture, an embedding, a key, a PIN or a person's name.
"""

from collections.abc import Sequence


class DoorwardError(Exception):
    """Everything that Doorward refuses or cannot do."""

    code = "error"


class ConfigError(DoorwardError):
    """The configuration cannot be used; the message lists every fault in it."""

    code = "invalid_config"


class InputError(DoorwardError):
    """What somebody handed in is refused; nothing was stored."""

    code = "invalid_input"


class InvalidField(InputError):
    """A named field is missing, empty, too long, or there are too many of it."""

    code = "invalid_field"

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field}: {expected}")
        self.field = field


class ImageUnreadable(InputError):
    """Not one whole, still picture of a kind we read."""

    code = "image_unreadable"


class ImageTooLarge(InputError):
    """More bytes or more pixels than we are willing to decode."""

    code = "image_too_large"


class TooManyBytes(ImageTooLarge):
    """Refused by its size alone, before a byte of it was decoded."""


class FaceNotFound(InputError):
    """No face in a picture that needs one."""

    code = "face_not_found"


class MultipleFaces(InputError):
    """More than one face where exactly one is wanted."""

    code = "multiple_faces"


class FaceUnfit(InputError):
    """The face is there but not fit to be a template; `reason` says why.

    It is one of `core.domain.Reason`.
    """

    code = "face_unfit"

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class InvalidEmbedding(InputError):
    """An embedding that is not finite, has no length, or is of the wrong dimension."""

    code = "invalid_embedding"


class DifferentPeople(InputError):
    """The pictures of one call do not show one person."""

    code = "different_people"


class AllRefused(InputError):
    """None of several pictures could be stored; `refused` holds what was wrong with each."""

    code = "all_refused"

    def __init__(self, message: str, refused: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.refused = tuple(refused)


class Conflict(DoorwardError):
    """What is stored already forbids it; nothing was changed."""

    code = "conflict"


class FaceLimitReached(Conflict):
    """The person has as many faces as the configuration allows."""

    code = "face_limit_reached"


class WrongFace(Conflict):
    """Some of the new faces may not be stored under that user_id: `places` says which, from 0."""

    def __init__(self, message: str, places: Sequence[int] = ()) -> None:
        super().__init__(message)
        self.places = frozenset(places)


class FaceOfAnother(WrongFace):
    """The face is, to this model, that of somebody enrolled under another user_id."""

    code = "face_of_another"


class NotThisPerson(WrongFace):
    """The face is unlike those already stored under that user_id."""

    code = "not_this_person"


class KeyReused(Conflict):
    """An Idempotency-Key that came with another request before."""

    code = "idempotency_key_reused"


class DoorLocked(Conflict):
    """The operator has locked the door, or nobody can tell whether it is."""

    code = "door_locked"


class MatchOpensNothing(Conflict):
    """The configuration does not let a match over REST open the door."""

    code = "match_opens_nothing"


class PersonNotFound(DoorwardError):
    """Nobody is enrolled under that user_id."""

    code = "person_not_found"


class KeyRefused(DoorwardError):
    """Who calls did not show an API key that is good."""

    code = "key_refused"


class KeyMissing(KeyRefused):
    """No API key was sent along."""

    code = "key_missing"


class KeyUnknown(KeyRefused):
    """No such key was ever made, as far as who sent it is told."""

    code = "key_unknown"


class KeyExpired(KeyRefused):
    """The key was good until a while ago. Said only to who has the whole key."""

    code = "key_expired"


class KeyRevoked(KeyRefused):
    """The key was taken back. Said only to who has the whole key."""

    code = "key_revoked"


class ScopeMissing(DoorwardError):
    """The key is good, but not for this."""

    code = "scope_missing"


class KeyNotFound(DoorwardError):
    """An operator named an API key that is not there."""

    code = "key_not_found"


class TooManyRequests(DoorwardError):
    """More requests than the configuration allows.

    `wait` is the seconds until the next is let through.
    """

    code = "too_many_requests"

    def __init__(self, message: str, wait: int = 1) -> None:
        super().__init__(f"{message} Try again in {wait} s.")
        self.wait = wait


class TooManyWrongKeys(TooManyRequests):
    """Who guesses keys is made to wait."""

    code = "too_many_wrong_keys"


class Unavailable(DoorwardError):
    """A part that a decision needs is not there now. The door stays shut until it is."""

    code = "unavailable"


class Busy(Unavailable):
    """As many pictures wait for the model as may.

    `wait`: seconds until it is worth another try.
    """

    code = "busy"

    def __init__(self, message: str, wait: int = 1) -> None:
        super().__init__(message)
        self.wait = wait


class StoreUnavailable(Unavailable):
    """The database does not answer, or not in time, or the gallery is not read from it yet."""

    code = "database_unavailable"


class EncryptionKeyUnavailable(StoreUnavailable):
    """The key that the embeddings are encrypted with is not where it is looked for."""

    code = "encryption_key_unavailable"


class SealBroken(StoreUnavailable):
    """What was encrypted has been altered, or put in another's place."""


class OfflineTooLong(StoreUnavailable):
    """The database has been away for longer than the local copy may be relied on."""

    code = "offline_too_long"


class LocalFileUnavailable(Unavailable):
    """What a kiosk keeps for the time without a database cannot be read or written."""

    code = "local_file_unavailable"


class LocalFileUnreadable(LocalFileUnavailable):
    """It was sealed with another key, or is damaged."""

    code = "local_file_unreadable"


class SearchUnavailable(Unavailable):
    """The gallery is searched by Milvus, which does not answer, and is not kept in memory too."""

    code = "search_unavailable"


class ModelUnavailable(Unavailable):
    """The model pack is missing, incomplete, not loaded yet or cannot be."""

    code = "model_unavailable"


class ModelMismatch(Unavailable):
    """The gallery was made by another model than the one that runs."""

    code = "model_mismatch"


class CameraUnavailable(Unavailable):
    """The camera cannot be opened, stopped delivering, or its file has ended."""

    code = "camera_unavailable"


class LivenessUnavailable(Unavailable):
    """Whether a face is alive cannot be judged, though it is wanted."""

    code = "liveness_unavailable"


class RecognitionHangs(Unavailable):
    """Recognition does not answer, or too late for anybody to be let in by it."""

    code = "recognition_hangs"


class DoorFailed(Unavailable):
    """The door's driver did not do what it was asked."""

    code = "door_failed"


class TooManyStreams(Unavailable):
    """As many follow the events as this process serves at once."""

    code = "too_many_streams"


class EntryRefused(DoorwardError):
    """The database will never take this entry of the journal; the others go on."""

    code = "entry_refused"


class Stopped(DoorwardError):
    """Somebody asked for it to stop; what had been done up to then is kept."""

    code = "stopped"
