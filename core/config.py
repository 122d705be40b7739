"""config.yaml -> frozen models. Every key has its default and its one line of help here.

Read by the commands' `main` alone; a part receives its own section. `DOORWARD__SECTION__KEY` in the
environment overrides the file.
"""

import os
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from core.errors import ConfigError

PREFIX = "DOORWARD__"
DEFAULT_PATH = Path("config.yaml")
DEMO = "demo"
DATABASE_URL = re.compile(r"sqlite:///(?!:memory:).+|mysql\+pymysql://[^/]+/[^/?]+(\?.*)?")
Fraction = Annotated[float, Field(gt=0, le=1)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Count = Annotated[int, Field(ge=1)]


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, can only mean this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CameraSettings(Section):
    source: int | str = Field(
        0,
        description="A webcam's number, a device path, rtsp://…, a video file, a folder of pictures, or demo",
    )
    loop: bool = Field(True, description="Whether a file or a folder starts again at its end")
    timeout: Seconds = Field(5.0, description="Seconds without a picture until the camera counts as lost")


class ModelSettings(Section):
    pack: str = Field(
        "buffalo_l",
        description="An InsightFace pack by name, a folder with a detector and a recogniser, or demo",
        min_length=1,
    )
    root: Path = Field(Path("~/.insightface"), description="Where packs named above are kept, in models/NAME")
    threads: int = Field(0, ge=0, description="Threads of ONNX Runtime; 0: as many as there are cores")


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


class EnrolmentSettings(Section):
    max_images: Count = Field(4, description="Images in one call")
    max_faces: Count = Field(4, description="Faces stored for one person")


class DatabaseSettings(Section):
    url: str = Field(
        "sqlite:///data/doorward.sqlite",
        description="Where faces and events are kept: sqlite:///FILE or mysql+pymysql://USER:PASSWORD@HOST/NAME",
    )
    timeout: Seconds = Field(5.0, description="Seconds until a database that does not answer counts as down")
    poll: Seconds = Field(0.25, description="Seconds between two looks for new faces")

    @field_validator("url")
    @classmethod
    def _known(cls, url: str) -> str:
        if not DATABASE_URL.fullmatch(url):
            raise ValueError("expected sqlite:///FILE or mysql+pymysql://USER:PASSWORD@HOST/NAME")
        return url


class ApiSettings(Section):
    host: str = Field("127.0.0.1", description="The address to listen on; loopback only, until there are keys")
    port: int = Field(8000, ge=1, le=65535, description="The port to listen on")

    @field_validator("host")
    @classmethod
    def _loopback(cls, host: str) -> str:
        if not is_loopback(host):
            raise ValueError("expected a loopback address: there are no API keys yet, so nobody else may call")
        return host


class DoorSettings(Section):
    driver: Literal["simulated"] = Field("simulated", description="What opens the door; simulated: nothing does")
    open_seconds: Seconds = Field(3.0, description="Seconds that the door stays open")


class KioskSettings(Section):
    fullscreen: bool = Field(False, description="Whether the window fills the screen")
    mirror: bool = Field(True, description="Whether the picture is shown as a mirror would show it")
    api: bool = Field(True, description="Whether the kiosk runs the REST API beside itself")


class LogSettings(Section):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least level that is logged")


class Settings(BaseSettings):
    """The whole configuration."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=False
    )

    camera: CameraSettings = CameraSettings()
    models: ModelSettings = ModelSettings()
    recognition: RecognitionSettings = RecognitionSettings()
    enrolment: EnrolmentSettings = EnrolmentSettings()
    database: DatabaseSettings = DatabaseSettings()
    api: ApiSettings = ApiSettings()
    door: DoorSettings = DoorSettings()
    kiosk: KioskSettings = KioskSettings()
    log: LogSettings = LogSettings()

    @property
    def demo(self) -> bool:
        """Whether what the screen shows is not a real camera and a real model."""
        return DEMO in (self.camera.source, self.models.pack)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings names it
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings names it
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file, which comes in as keyword arguments."""
        return env_settings, init_settings


DEMO_OVERRIDES: dict[str, dict[str, Any]] = {
    "camera": {"source": DEMO},
    "models": {"pack": DEMO},
    "database": {"url": "sqlite:///data/demo.sqlite"},
}


def load(path: Path | None = None, *, demo: bool = False) -> Settings:
    """The settings of `path`, by default of config.yaml in the working directory where there is one.

    With `demo`, the demo's camera, model and database take the place of the file's.
    Raises ConfigError, which lists all faults at once.
    """
    values = _read(path or DEFAULT_PATH) if path or DEFAULT_PATH.exists() else {}
    if demo:
        values = {
            **values,
            **{key: {**(values.get(key) or {}), **own} for key, own in DEMO_OVERRIDES.items()},
        }
    faults = _unknown_variables()
    settings = None
    try:
        settings = Settings(**values)
    except ValidationError as error:
        faults += [_fault(dict(item)) for item in error.errors()]
    if faults or settings is None:
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise ConfigError(f"The configuration ({path or DEFAULT_PATH}, environment) cannot be used:\n{listed}")
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}. Name another file with --config.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not YAML: {error}") from error
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise ConfigError(f"{path} must hold sections (camera:, models:, …), each with its keys.")
    return {key: {} if value is None else value for key, value in values.items()}


def _unknown_variables() -> list[str]:
    """Variables that pydantic-settings would pass over in silence: a section that does not exist."""
    named = [key for key in os.environ if key.upper().startswith(PREFIX)]
    return [
        f"{key}: no such section; expected one of {', '.join(Settings.model_fields)}"
        for key in named
        if key.upper().removeprefix(PREFIX).split("__")[0].lower() not in Settings.model_fields
    ]


def _fault(error: dict[str, Any]) -> str:
    path = ".".join(str(part) for part in error["loc"] if not str(part).startswith(("literal[", "constrained-")))
    if error["type"] == "extra_forbidden":
        return f"{path}: no such key"
    got = "" if path == "database.url" else f", got {error['input']!r}"  # a URL may hold a password
    return f"{path}: {error['msg'].removeprefix('Value error, ')}{got}"
