"""`doorward`: the kiosk's command. The parent stays small: what shows a window is imported by its child alone."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from core.memory import keep_level
from kiosk.supervise import LOG_FORMAT, Supervisor, command_line


def kiosk(
    *,
    config: Annotated[Path | None, typer.Option(help="The configuration; by default config.yaml")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Without camera, model and network: drawn people")] = False,
    no_restart: Annotated[bool, typer.Option("--no-restart", help="In this process; a crash ends it")] = False,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
    locked: Annotated[bool, typer.Option("--locked", hidden=True)] = False,
) -> None:
    """The kiosk at the door, with the REST API beside it. One that crashes is started again."""
    if not no_restart:
        logging.basicConfig(format=LOG_FORMAT)
        raise typer.Exit(Supervisor(command_line(config, demo=demo)).run())
    from kiosk.start import start  # noqa: PLC0415 - numpy and all are the child's

    raise typer.Exit(start(config, demo=demo, with_parent=with_parent, locked=locked))


def main() -> None:
    """The console script."""
    keep_level()
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(kiosk)
    app()
