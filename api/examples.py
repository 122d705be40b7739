"""The examples in the OpenAPI document: calls one after the other on an empty demo, and what is answered to each.

`tests/test_api_examples.py` makes every one of them in this order, so none says what is not so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Sent = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Example:
    """A call of `operation`. Of a text as `answer`, each line occurs in what is answered."""

    operation: str
    summary: str
    answer: Any
    path: Sent = field(default_factory=dict)
    query: Sent = field(default_factory=dict)
    headers: Sent = field(default_factory=dict)
    form: Mapping[str, str | list[str]] = field(default_factory=dict)
    """Pictures by the names of their files in assets/demo."""
    json: Mapping[str, object] | None = None


DEV, ADA = {"user_id": "dev"}, {"user_id": "ada"}
FACE = {**DEV, "face_id": "2"}
AT = "2026-07-28T12:00:00Z"
MODEL = "demo:1:128"


def _person(user_id: str, name: str, faces: int, valid_until: str | None = None) -> dict[str, Any]:
    known = {"user_id": user_id, "name": name, "active": True, "valid_from": None, "valid_until": valid_until}
    return {**known, "faces": faces, "has_pin": False, "consent_version": None, "consent_at": None}


def _face(number: int) -> dict[str, Any]:
    return {"id": number, "model_id": MODEL, "quality": 1.0, "stored_at": AT}


def _receipt(user_id: str, version: int) -> dict[str, Any]:
    gone = {"status": "erased", "user_id": user_id, "faces_erased": 1, "erased_at": AT}
    return {**gone, "gallery_version": version, "index_version": version}


GRANTED = {"status": "access_granted", "user_id": "dev", "name": "Dev Kumar"}
FIGURES = {"similarity": 0.997, "margin": 1.213, "threshold": 0.6, "quality": 1.0, "liveness": None}
WELL = {"process": "ok", "database": "ok", "model": "ok", "gallery": "ok", "gallery_size": 0}
ANOTHERS = "This face is already enrolled under another user_id. Erase that person first, or use that user_id."
OPENED = {
    "id": 10,
    "at": AT,
    "source": "api",
    "outcome": "act",
    "reason": "remote_opening",
    **dict.fromkeys(("user_id", "name", "similarity", "margin", "threshold")),
    "frames": 0,
    "latency": None,
    "liveness": None,
    "liveness_score": None,
    "policy": None,
    "model_id": None,
    "door": "opened",
    "request_id": "r-1",
    "actor": None,
}
SHEET = (
    "id,at,source,outcome,reason,user_id,name,similarity,margin,threshold,frames,latency,liveness,liveness_score,policy"
)
STREAM = f"""\
retry: 2000

id: 1
data: {{"id":1,"at":"{AT}","source":"api","outcome":"act","reason":"enrolled","user_id":"dev","name":null,\
"similarity":null,"margin":null,"threshold":null,"frames":0,"latency":null,"liveness":null,"liveness_score":null,\
"policy":null,"model_id":null,"door":null,"request_id":"r-1","actor":null}}
"""
FIGURES_OF_ALL = """\
doorward_requests_total{method="POST",route="/match_face",status="200"} 3.0
doorward_queue_depth 0.0
doorward_gallery_faces 0.0
doorward_database_up 1.0
doorward_decisions_total{outcome="granted",reason="matched",source="api"} 2.0
"""
CONFIGURED = {
    "auth": "none",
    "tls": False,
    "max_images": 4,
    "max_faces": 4,
    "margin": 0.05,
    "liveness": "off",
    "door": "front",
    "driver": "simulated",
    "open_seconds": 3.0,
    "match_opens_door": False,
}
SYSTEM = {
    "versions": {"python": "3.11.7", "doorward": "0.1.0"},
    "model_id": MODEL,
    "threshold": 0.6,
    "search": None,
    "gallery_size": 0,
    "gallery_version": 6,
    "doors": [],
    "configuration": CONFIGURED,
}

EXAMPLES = (
    Example(
        "enroll_faces",
        "Two pictures of Dev",
        {"status": "success", "faces_stored": 2},
        DEV,
        form={"name": "Dev Kumar", "files": ["dev-1.png", "dev-2.png"]},
    ),
    Example(
        "enroll_faces",
        "The good pictures of Ada, once",
        {
            "status": "success",
            "faces_stored": 1,
            "refused": [{"image": 2, "code": "face_of_another", "detail": ANOTHERS, "reason": None}],
        },
        ADA,
        query={"partial": "true"},
        headers={"Idempotency-Key": "staff-2026-11-24/17"},
        form={"name": "Ada Marlow", "files": ["ada-1.png", "dev-3.png"]},
    ),
    Example("match_face", "Somebody enrolled", GRANTED, form={"file": "dev-3.png"}),
    Example("match_face", "A stranger", {"status": "access_denied"}, form={"file": "finn-1.png"}),
    Example(
        "match_face",
        "And why",
        {**GRANTED, "door": None, "explanation": {"reason": "matched", **FIGURES}},
        query={"explain": "true"},
        form={"file": "dev-3.png"},
    ),
    Example(
        "list_people",
        "One on a page",
        {"people": [_person("ada", "Ada Marlow", 1)], "next_cursor": "WyJhZGEiXQ=="},
        query={"limit": "1"},
    ),
    Example(
        "list_people",
        "Who is called Kumar",
        {"people": [_person("dev", "Dev Kumar", 2)], "next_cursor": None},
        query={"search": "kumar"},
    ),
    Example(
        "change_person",
        "Until the end of a contract",
        _person("dev", "Dev Kumar", 2, "2027-01-31T17:00:00Z"),
        DEV,
        json={"valid_until": "2027-01-31T17:00:00Z"},
    ),
    Example("get_person", "Dev", _person("dev", "Dev Kumar", 2, "2027-01-31T17:00:00Z"), DEV),
    Example("list_faces", "Dev's", {"faces": [_face(1), _face(2)]}, DEV),
    Example("get_face", "One of Dev's", _face(2), FACE),
    Example("erase_face", "One of Dev's", _receipt("dev", 4), FACE),
    Example("erase_faces", "All of Dev's", _receipt("dev", 5), DEV),
    Example("erase_person", "Ada", _receipt("ada", 6), ADA),
    Example(
        "open_door",
        "For its time",
        {"status": "opened", "door": "front", "driver": "simulated", "seconds": 3.0, "event_id": 10},
    ),
    Example(
        "list_events",
        "The newest one",
        {"events": [OPENED], "next_cursor": "WyIyMDI2LTA3LTI4VDEyOjAwOjAwKzAwOjAwIiwxMF0="},
        query={"limit": "1"},
    ),
    Example(
        "list_events",
        "Who was let in, as a spreadsheet",
        f"{SHEET},model_id,door,request_id,actor\n",
        query={"outcome": "granted"},
        headers={"Accept": "text/csv"},
    ),
    Example("follow_events", "From the very first on", STREAM, headers={"Last-Event-ID": "0"}),
    Example("health", "All is well", WELL),
    Example("health_ready", "It can be used", WELL),
    Example("health_live", "It is there", {"process": "ok"}),
    Example("system", "A demo", SYSTEM),
    Example("metrics", "Some of them", FIGURES_OF_ALL),
)
