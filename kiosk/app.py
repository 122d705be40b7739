"""`doorward`: the kiosk's command."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from core.config import load
from core.display import display_problem
from core.errors import ConfigError
from core.memory import keep_level

BAD_CONFIG, NO_DISPLAY = 2, 3  # exit codes


def kiosk(
    *,
    config: Annotated[Path | None, typer.Option(help="The configuration; by default config.yaml")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Without camera, model and network: drawn people")] = False,
) -> None:
    """The kiosk at the door, with the REST API beside it."""
    try:
        settings = load(config, demo=demo)
    except ConfigError as error:
        typer.echo(error, err=True)
        raise typer.Exit(BAD_CONFIG) from None
    logging.basicConfig(level=settings.log.level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    problem = display_problem()
    if problem is not None:
        typer.echo(problem.message, err=True)
        raise typer.Exit(NO_DISPLAY)
    from kiosk.session import run  # noqa: PLC0415 - without what display_problem() asks for, importing Qt fails

    raise typer.Exit(run(settings, config, demo=demo))


def main() -> None:
    """The console script."""
    keep_level()
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(kiosk)
    app()
