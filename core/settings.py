"""The sections of config.yaml: every key with its default, its limits and its one line of help.

A part receives its own section and never the whole.
"""

import re
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from core.address import is_loopback
from core.tls import client_context, server_context

DEMO = "demo"
ENGINES = {"auto": None, "exact": None, "faiss": "faiss", "milvus": "pymilvus"}
"""What `search.engine` may be, and which library it needs."""
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
DATABASE_URL = re.compile(r"sqlite:///(?!:memory:).+|mysql\+pymysql://[^/]+/[^/?]+(\?.*)?")
Fraction = Annotated[float, Field(gt=0, le=1)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Corner = tuple[Share, Share]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CameraSettings(Section):
    source: int | str = Field(
        0,
        description="A webcam's number, a device path, rtsp://…, a video file, a folder of pictures, or demo",
    )
    loop: bool = Field(True, description="Whether a file or a folder starts again at its end")
    width: int = Field(0, ge=0, description="Pixels asked of a webcam, which may give others; 0: its own choice")
    height: int = Field(0, ge=0, description="The same, from top to bottom")
    fps: float = Field(0.0, ge=0, le=240, description="Frames per second asked of a webcam; 0: its own choice")
    rotate: Literal[0, 90, 180, 270] = Field(0, description="Degrees by which every picture is turned clockwise")
    view: float = Field(
        75.0, ge=20, le=150, description="Degrees that the picture's longer side takes in; a challenge needs to know"
    )
    timeout: Seconds = Field(5.0, description="Seconds without a picture until the camera counts as lost")


class ModelSettings(Section):
    pack: str = Field(
        "buffalo_l",
        description="An InsightFace pack by name, a folder with a detector and a recogniser, or demo",
        min_length=1,
    )
    root: Path = Field(Path("~/.insightface"), description="Where packs named above are kept, in models/NAME")
    threads: int = Field(
        1, ge=0, description="Threads of ONNX Runtime; one takes the least CPU, 0: as many as there are cores"
    )


class RecognitionSettings(Section):
    threshold: Fraction | Literal["auto"] = Field(
        "auto", description="The least cosine similarity to a person; auto: the pack's own, 0.6 where unknown"
    )
    margin: float = Field(0.05, ge=0, le=1, description="The least lead over the next person")
    frames: Count = Field(4, description="Frames of one face that must agree")
    patience: Seconds = Field(1.5, description="Seconds from the first usable frame until *denied*")
    retry: Seconds = Field(4.0, description="Seconds after a denial until the same face may try again")
    cooldown: Seconds = Field(5.0, description="Seconds in which a person just granted is not granted again")
    min_face_px: Count = Field(60, description="The least width of a face, in pixels of the frame")
    max_frame_age: Seconds = Field(0.5, description="Seconds after which a frame is too old to open a door")


class ZoneSettings(Section):
    """Where a face has to be for the door to care. Shares of the picture, from its left and its top."""

    polygon: tuple[Corner, ...] = Field(
        (),
        description="Corners [x, y] around where the middle of a face must be, in shares of the picture; []: anywhere",
    )
    farthest: float = Field(
        0.0, ge=0, lt=1, description="The least height of a face, as a share of the picture's; smaller is too far"
    )
    nearest: Fraction = Field(
        0.9, description="The greatest height of a face, as a share of the picture's; larger is too close"
    )
    second: float = Field(
        0.8,
        gt=0,
        description="From which share of the nearest face's width a second one is one too many; above 1: never",
    )

    @field_validator("polygon")
    @classmethod
    def _area(cls, corners: tuple[Corner, ...]) -> tuple[Corner, ...]:
        if len(corners) in (1, 2):
            raise ValueError("expected three corners or more, or none")
        return corners

    @model_validator(mode="after")
    def _room(self) -> "ZoneSettings":
        if self.farthest >= self.nearest:
            raise ValueError("farthest must be less than nearest, or no face is ever in the zone")
        return self


class LivenessSettings(Section):
    mode: Literal["off", "passive", "challenge", "both"] = Field(
        "off",
        description="What keeps photographs out: off, passive (a model), challenge (the head is to be turned), both",
    )
    observe: bool = Field(False, description="Whether liveness is only judged and recorded, and denies nobody")
    model: str = Field(
        "auto",
        min_length=1,
        description="The passive model: auto (InsightFace's, to be fetched) or an ONNX file like it",
    )
    threshold: Fraction = Field(0.8, description="The least score of the passive model, over the frames together")
    turns: int = Field(3, ge=2, le=8, description="Turns of the head in one challenge, at least one each way")
    turn_seconds: Seconds = Field(5.0, description="Seconds for each of them")

    @field_validator("mode", mode="before")
    @classmethod
    def _word(cls, mode: object) -> object:
        return "off" if mode is False else mode  # what YAML makes of the word

    @property
    def passive(self) -> bool:
        return self.mode in ("passive", "both")

    @property
    def challenge(self) -> bool:
        return self.mode in ("challenge", "both")

    @property
    def enforced(self) -> bool:
        """Whether a face that is not shown to be alive is refused."""
        return self.mode != "off" and not self.observe


class LockoutSettings(Section):
    attempts: Count = Field(5, description="Denials in a row after which recognition pauses")
    attempts_live: Count = Field(10, description="The same where liveness is enforced")
    pause: float = Field(30.0, ge=1, le=3600, description="Seconds of that pause")
    daily: bool = Field(
        False, description="Whether there is a ceiling per day; strangers could then close the door to everybody"
    )
    per_day: Count = Field(50, description="Denials in one day after which recognition pauses until midnight")
    per_day_live: Count = Field(100, description="The same where liveness is enforced")


class EnrolmentSettings(Section):
    max_images: Count = Field(4, description="Images in one call")
    max_faces: Count = Field(4, description="Faces stored for one person")


class DatabaseSettings(Section):
    url: str = Field(
        "sqlite:///data/doorward.sqlite",
        description="Where faces and events are kept: sqlite:///FILE or mysql+pymysql://USER:PASSWORD@HOST/NAME",
    )
    tls_ca: Path | None = Field(
        None,
        description="TLS to MySQL: a PEM file with who vouches for its certificate; null: any server is believed",
    )
    timeout: Seconds = Field(5.0, description="Seconds until a database that does not answer counts as down")
    poll: Seconds = Field(0.25, description="Seconds between two looks for new faces")

    @field_validator("url")
    @classmethod
    def _known(cls, url: str) -> str:
        if not DATABASE_URL.fullmatch(url):
            raise ValueError("expected sqlite:///FILE or mysql+pymysql://USER:PASSWORD@HOST/NAME")
        return url

    @field_validator("tls_ca")
    @classmethod
    def _vouches(cls, authority: Path | None) -> Path | None:
        if authority is not None:
            client_context(authority)
        return authority


class EncryptionSettings(Section):
    """Embeddings in the database. One of the three sources of keys."""

    enabled: bool = Field(True, description="Whether embeddings are encrypted in the database")
    key_file: Path | Literal["auto"] = Field(
        "auto",
        description="The file with the keys, made where there is none yet; auto: beside the database's own, or in data",
    )
    key_variable: str | None = Field(
        None, min_length=1, description="An environment variable that holds them instead, as 64 hexadecimal digits each"
    )
    key_command: tuple[str, ...] = Field(
        (), description="A program that prints them instead, such as one that asks a vault, and its arguments; no shell"
    )

    @model_validator(mode="after")
    def _one_source(self) -> "EncryptionSettings":
        if sum((self.key_file != "auto", self.key_variable is not None, bool(self.key_command))) > 1:
            raise ValueError("expected one of key_file, key_variable and key_command")
        return self


class OfflineSettings(Section):
    """What a kiosk keeps for the time without a database: a sealed copy of the gallery, and what happened meanwhile."""

    enabled: bool = Field(True, description="Whether the kiosk goes on from its own copy while the database is away")
    max_age: float = Field(
        24.0, gt=0, le=720, description="Hours without the database after which it lets nobody in any more"
    )
    folder: Path | Literal["auto"] = Field(
        "auto",
        description="Where the copy is, and what waits to be delivered; auto: beside the database's file, or in data",
    )


class SearchSettings(Section):
    engine: Literal["auto", "exact", "faiss", "milvus"] = Field(
        "auto",
        description="What finds a face among many: exact, faiss, milvus; auto: faiss where that is installed, from "
        "10,000 templates on",
    )
    uri: str = Field(
        "data/milvus.db",
        pattern=r"https?://.+|.+\.db",
        description="milvus: http://HOST:19530 of a cluster, or a FILE.db for one process alone",
    )
    token: str | None = Field(None, description="milvus: USER:PASSWORD or an API key of that cluster")
    timeout: Seconds = Field(1.0, description="milvus: seconds until one that does not answer counts as away")
    local: bool = Field(
        True, description="milvus: whether the gallery is kept in memory too, and searched there while it is away"
    )

    @field_validator("engine")
    @classmethod
    def _installed(cls, engine: str) -> str:
        library = ENGINES[engine]
        if library is not None and find_spec(library) is None:
            raise ValueError(f"{library} is not installed; run: pip install 'doorward[{engine}]'")
        return engine

    @model_validator(mode="after")
    def _lite(self) -> "SearchSettings":
        if self.engine == "milvus" and self.uri.endswith(".db") and find_spec("milvus_lite") is None:
            raise ValueError("a file needs milvus-lite, which is not installed; run: pip install milvus-lite")
        return self


class ApiSettings(Section):
    host: str = Field("127.0.0.1", min_length=1, description="The address to listen on")
    port: int = Field(8000, ge=1, le=65535, description="The port to listen on")
    auth: Literal["keys", "none"] = Field(
        "keys", description="Who may call: whoever has an API key, or (on a loopback host only) none is asked for"
    )
    certificate: Path | None = Field(None, description="TLS: a PEM file with the certificate and those it builds on")
    key: Path | None = Field(
        None, validate_default=True, description="TLS: a PEM file with the private key of that certificate"
    )
    hosts: tuple[str, ...] = Field(
        (), description="Names by which it is called, such as door.example; by an address it always may be"
    )
    proxies: tuple[str, ...] = Field(
        (), description="Addresses of reverse proxies that are believed when they say for whom they ask"
    )
    match_opens_door: bool = Field(
        False,
        description="Whether ?open=true may open the door on a match; no picture can be told to be alive",
    )
    rate_per_key: int = Field(600, ge=0, description="Requests a minute by one key, in each process; 0: any number")
    rate_per_address: int = Field(1200, ge=0, description="The same by one address, whoever calls from there")
    queue: int = Field(
        16,
        ge=0,
        le=1000,
        description="Requests that may wait for the model, in each process; further ones get 503 at once",
    )
    workers: int = Field(1, ge=1, le=64, description="Processes that answer, each with its own model and gallery")

    @field_validator("hosts")
    @classmethod
    def _names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not all(NAME.fullmatch(name) for name in names):
            raise ValueError("expected names such as door.example, without a port")
        return names

    @field_validator("proxies")
    @classmethod
    def _networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            ip_network(proxy)
        return proxies

    @field_validator("auth")
    @classmethod
    def _closed(cls, auth: str, others: ValidationInfo) -> str:
        host = others.data.get("host", "")
        if auth == "none" and host and not is_loopback(host):
            raise ValueError(
                f"none, while api.host is {host}, lets anybody in; set it to keys, or api.host to 127.0.0.1"
            )
        return auth

    @field_validator("key")
    @classmethod
    def _fits(cls, key: Path | None, others: ValidationInfo) -> Path | None:
        certificate = others.data.get("certificate")
        if (certificate is None) is not (key is None):
            raise ValueError("TLS needs both api.certificate and api.key")
        if certificate is not None and key is not None:
            server_context(certificate, key)
        return key

    @property
    def tls(self) -> bool:
        return self.certificate is not None

    @property
    def exposed(self) -> bool:
        """Whether keys and faces travel where others can read along."""
        return not self.tls and not is_loopback(self.host)


class DoorSettings(Section):
    driver: Literal["simulated", "http", "command"] = Field(
        "simulated", description="What opens the door: simulated (nothing does), http (a relay), command (a program)"
    )
    name: str = Field(
        "auto",
        min_length=1,
        max_length=64,
        description="What this door is called in the database, each its own; auto: this machine's name",
    )
    open_seconds: Seconds = Field(3.0, description="Seconds that the door stays open")
    timeout: float = Field(2.0, gt=0, le=10, description="Seconds until a door that does not answer has failed")
    open_url: str | None = Field(None, description="http: the URL that opens; {seconds} in it becomes open_seconds")
    close_url: str | None = Field(
        None, description="http: the URL that closes; without it the relay ends its own pulse"
    )
    state_url: str | None = Field(
        None, description="http: a URL that tells whether the door is open, asked until it agrees"
    )
    state_open: str | None = Field(None, description="http: a regular expression found in that answer when it is open")
    state_closed: str | None = Field(None, description="http: one found when it is closed")
    method: Literal["GET", "POST", "PUT", "PATCH"] = Field(
        "POST", description="http: the method of open_url and close_url"
    )
    headers: dict[str, str] = Field({}, description="http: headers sent along, for example Authorization")
    body: str | None = Field(None, description="http: the body sent to open_url; {seconds} as above")
    close_body: str | None = Field(None, description="http: the body sent to close_url")
    verify: bool | Path = Field(
        True, description="http: true for the system's certificates, a PEM file, or false for none"
    )
    open_command: tuple[str, ...] = Field((), description="command: the program that opens and its arguments; no shell")
    close_command: tuple[str, ...] = Field(
        (), description="command: the one that closes; without it the first one does"
    )

    @field_validator("open_url", "close_url", "state_url")
    @classmethod
    def _web(cls, url: str | None) -> str | None:
        if url is not None and not re.match(r"https?://[^/]", url):
            raise ValueError("expected http://… or https://…")
        return url

    @field_validator("state_open", "state_closed")
    @classmethod
    def _pattern(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"expected a regular expression: {error}") from error
        return pattern

    @model_validator(mode="after")
    def _complete(self) -> "DoorSettings":
        if self.driver == "http" and self.open_url is None:
            raise ValueError("driver http needs open_url")
        if self.driver == "command" and not self.open_command:
            raise ValueError("driver command needs open_command")
        if self.state_url is not None and (self.state_open is None or self.state_closed is None):
            raise ValueError("state_url needs state_open and state_closed")
        return self


class KioskSettings(Section):
    fullscreen: bool = Field(False, description="Whether the window fills the screen")
    mirror: bool = Field(True, description="Whether the picture is shown as a mirror would show it")
    api: bool = Field(True, description="Whether the kiosk runs the REST API beside itself")
    language: Literal["en", "de", "fr", "es", "zh", "ar"] = Field("en", description="Which language the door speaks")
    theme: Literal["light", "dark", "contrast"] = Field("light", description="The colours")
    reduced_motion: bool = Field(False, description="Whether nothing on the screen moves but what must")
    sounds: bool = Field(True, description="Whether the door also says by sound what it decided")
    greeting: Literal["full", "first", "none"] = Field("full", description="Which name whoever is let in reads")
    pin: bool = Field(True, description="Whether somebody may type their PIN instead of being recognised")
    lock_minutes: float = Field(5.0, gt=0, le=60, description="After how many idle minutes the console locks itself")


class LogSettings(Section):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least level that is logged")
