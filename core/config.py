"""config.yaml -> frozen models, all its faults said at once.

Read by the commands' `main` alone; a part receives its own section. `DOORWARD__SECTION__KEY` in the
environment overrides the file.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from core.errors import ConfigError
from core.settings import (
    DEMO,
    ApiSettings,
    CameraSettings,
    DatabaseSettings,
    DoorSettings,
    EncryptionSettings,
    EnrolmentSettings,
    KioskSettings,
    LivenessSettings,
    LockoutSettings,
    LogSettings,
    ModelSettings,
    OfflineSettings,
    RecognitionSettings,
    SearchSettings,
    ZoneSettings,
)

PREFIX = "DOORWARD__"
DEFAULT_PATH = Path("config.yaml")
SECRETIVE = ("search.token", "search.uri", "door.open", "door.close", "door.state", "door.headers", "door.body")
"""Keys whose values may hold a password: they are not repeated."""


class Settings(BaseSettings):
    """The whole configuration."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=False
    )

    camera: CameraSettings = CameraSettings()
    models: ModelSettings = ModelSettings()
    recognition: RecognitionSettings = RecognitionSettings()
    zone: ZoneSettings = ZoneSettings()
    liveness: LivenessSettings = LivenessSettings()
    lockout: LockoutSettings = LockoutSettings()
    enrolment: EnrolmentSettings = EnrolmentSettings()
    database: DatabaseSettings = DatabaseSettings()
    encryption: EncryptionSettings = EncryptionSettings()
    offline: OfflineSettings = OfflineSettings()
    search: SearchSettings = SearchSettings()
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
    "api": {"auth": "none"},  # so that what the README shows works as pasted
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
    return checked(values, path or DEFAULT_PATH)


def checked(values: dict[str, Any], path: Path) -> Settings:
    """The settings that `values` of `path` make, together with the environment. Raises ConfigError as `load` does."""
    faults = _unknown_variables()
    settings = None
    try:
        settings = Settings(**values)
    except ValidationError as error:
        faults += [_fault(dict(item)) for item in error.errors()]
    except SettingsError as error:
        faults += [f'{name}: expected JSON, such as ["relay", "open"]' for name in _no_json()] or [str(error)]
    if faults or settings is None:
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise ConfigError(f"The configuration ({path}, environment) cannot be used:\n{listed}")
    return settings


def _no_json() -> Iterator[str]:
    """The variables of ours that hold no JSON, and look as if they should."""
    for name, value in os.environ.items():
        if name.startswith(PREFIX) and value[:1] in ("[", "{"):
            try:
                json.loads(value)
            except ValueError:
                yield name


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
    secret = path in ("database.url", "door", "search") or path.startswith(SECRETIVE)
    got = "" if secret else f", got {error['input']!r}"
    return f"{path}: {error['msg'].removeprefix('Value error, ')}{got}"
