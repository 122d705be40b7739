"""What all commands share: the options `--config`, `--demo` and `--json`, and how answers and errors are said."""

import json
import logging
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from core.config import Settings, load
from core.enrolment import Enrolment
from core.logbook import Actor
from core.parts import make_enrolment, make_recogniser, make_store
from core.recogniser import Recogniser
from core.store import Store

ConfigOption = Annotated[Path | None, typer.Option("--config", help="The configuration file (config.yaml)")]
DemoOption = Annotated[bool, typer.Option("--demo", help="The demo's camera, model and database")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines")]


@dataclass(frozen=True, slots=True)
class Shell:
    """One command's settings and its way of answering."""

    settings: Settings
    json: bool
    config: Path | None
    """The file that was named, for a process that is to read it too."""

    def say(self, text: str, **facts: Any) -> None:
        """`text` for people, `facts` as one JSON line for machines."""
        line = json.dumps(facts, default=str) if self.json else text
        sys.stdout.write(f"{line}\n")  # echo would write through a progress bar
        sys.stdout.flush()

    def table(self, columns: Iterable[str], rows: Iterable[dict[str, Any]]) -> None:
        """`rows` as a table for people, as one JSON line each for machines."""
        if self.json:
            for row in rows:
                typer.echo(json.dumps(row, default=str))
            return
        table = Table(*columns)
        for row in rows:
            table.add_row(*("" if row[column] is None else str(row[column]) for column in columns))
        Console().print(table)

    def store(self) -> Store:
        """The store, migrated; what is changed in it is written down. Raises StoreUnavailable."""
        store = make_store(self.settings).acting_for(Actor("shell"))
        store.migrate()
        return store

    def desk(self, *, live: bool = False) -> "Desk":
        """Everything that enrolling and matching need; `live`: and liveness as configured.

        Raises ModelUnavailable, StoreUnavailable.
        """
        store = self.store()
        recogniser = make_recogniser(self.settings, store, live=live)
        recogniser.refresh()
        _ = recogniser.model
        return Desk(store, recogniser, make_enrolment(self.settings, recogniser, store))


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts that work on pictures."""

    store: Store
    recogniser: Recogniser
    enrolment: Enrolment


def shell(context: typer.Context, config: Path | None, json: bool, demo: bool = False) -> Shell:
    """The options of the command, or where it has none, those given before it. Raises ConfigError."""
    before = context.obj or {}
    config = config or before.get("config")
    settings = load(config, demo=demo or before.get("demo", False))
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    return Shell(settings, json or before.get("json", False), config)
