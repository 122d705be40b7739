"""config.yaml as a file that is edited: its keys with their help, written back with every comment in its place."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from core.config import PREFIX, Settings, checked
from core.errors import ConfigError

SECRET = frozenset({"database.url", "door.headers"})
"""Keys whose values may hold a password."""
NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the configuration. `value` is as YAML writes it on one line; `choices` are all that it may be,
    empty where it may be more. `variable` overrides it from the environment; empty where none does."""

    section: str
    name: str
    value: str
    default: str
    help: str
    choices: tuple[str, ...] = ()
    variable: str = ""
    secret: bool = False

    @property
    def path(self) -> str:
        return f"{self.section}.{self.name}"


def keys(path: Path) -> tuple[Key, ...]:
    """All keys there are, in their order, as `path` has them; one that is not there has its default.

    Raises ConfigError where the file cannot be read.
    """
    values = _plain(_read(path))
    return tuple(
        _key(section, name, field, given.get(name, usual[name]), usual[name])
        for section, whole in Settings.model_fields.items()
        for given, usual in [(_validated(whole, values.get(section) or {}), _validated(whole, {}))]
        for name, field in _fields(whole).items()
    )


def write(path: Path, changes: Mapping[str, str]) -> Settings:
    """Puts `changes` ("section.key" -> its value as YAML) into `path`, all or none, and keeps the comments.

    Returns the settings that the file makes now. Raises ConfigError, which lists all faults, where it would make
    none, or cannot be written; the file is then as it was.
    """
    document = _read(path)
    for key, text in changes.items():
        section, name = key.split(".", 1)
        if document.get(section) is None:
            document[section] = CommentedMap()
        document[section][name] = _value(section, name, text)
    settings = checked(_plain(document), path)
    _replace(path, _text(document))
    return settings


def _key(section: str, name: str, field: FieldInfo, value: Any, default: Any) -> Key:
    choices = _choices(field.annotation)
    path, variable = f"{section}.{name}", f"{PREFIX}{section}__{name}".upper()
    return Key(
        section,
        name,
        _shown(value, choices),
        _shown(default, choices),
        field.description or "",
        choices,
        variable if variable in {given.upper() for given in os.environ} else "",
        secret=path in SECRET,
    )


def _validated(section: FieldInfo, values: dict[str, Any]) -> Mapping[str, Any]:
    """As the program understands `values`; as they are where it would not."""
    kind = section.annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        with suppress(ValidationError):
            return dict(kind.model_validate(values))
    return values


def _fields(section: FieldInfo) -> dict[str, FieldInfo]:
    kind = section.annotation
    return kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else {}


def _choices(kind: object) -> tuple[str, ...]:
    """All values that `kind` has, as YAML: of bool and of Literal. None where it is wider."""
    if kind is bool:
        return "true", "false"
    if get_origin(kind) is Literal:
        return tuple(str(choice) for choice in get_args(kind))
    if get_origin(kind) in (Union, UnionType):
        parts = [_choices(part) for part in get_args(kind)]
        return tuple(choice for part in parts for choice in part) if all(parts) else ()
    return ()


def _shown(value: Any, choices: tuple[str, ...]) -> str:
    return str(value) if str(value) in choices else _line(value)


def _line(value: Any) -> str:
    """`value` as YAML on one line."""
    if isinstance(value, Path):
        value = str(value)
    if isinstance(value, tuple):
        value = list(value)
    text: str = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")


def _value(section: str, name: str, text: str) -> Any:
    """A choice is a text even where YAML would take it for a truth, as it does with off."""
    field = _fields(Settings.model_fields[section]).get(name) if section in Settings.model_fields else None
    if field is not None and get_origin(field.annotation) is Literal and text in get_args(field.annotation):
        return text
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(
            f"{section}.{name}: that is not YAML. Put a text with special characters in quotes."
        ) from error


def _read(path: Path) -> CommentedMap:
    try:
        document = _yaml().load(path.read_text(encoding="utf-8")) if path.exists() else None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not YAML. Mend it with an editor first.") from error
    if document is None:
        return CommentedMap()
    if not isinstance(document, CommentedMap) or not all(isinstance(v, CommentedMap | None) for v in document.values()):
        raise ConfigError(f"{path} must hold sections (camera:, models:, …), each with its keys.")
    return document


def _plain(document: CommentedMap) -> dict[str, Any]:
    """As the program itself reads it: ruamel's YAML is a newer one, in which `off` is a text."""
    values = yaml.safe_load(_text(document)) or {}
    return {key: {} if value is None else value for key, value in values.items()}


def _text(document: CommentedMap) -> str:
    written = StringIO()
    _yaml().dump(document, written)
    return written.getvalue()


def _yaml() -> YAML:
    made = YAML()
    made.preserve_quotes = True
    made.width = 10**6
    made.representer.add_representer(type(None), lambda representer, _: representer.represent_scalar(NULL, "null"))
    return made


def _replace(path: Path, text: str) -> None:
    """At once: a power cut leaves the old file or the new one."""
    new = path.with_name(f"{path.name}.new")
    try:
        new.touch(mode=path.stat().st_mode & 0o777 if path.exists() else 0o600)
        with new.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise ConfigError(f"{path} cannot be written: {error.strerror}. Check who may write in its folder.") from error
