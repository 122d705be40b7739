"""The kiosk in this process: what its configuration and the display say to it, then the window."""

import faulthandler
import logging
from pathlib import Path

import typer

from core.config import load
from core.display import display_problem
from core.errors import ConfigError
from kiosk.supervise import BAD_CONFIG, LOG_FORMAT, NO_DISPLAY, follow_parent, tell_locked


def start(config: Path | None, *, demo: bool, with_parent: bool = False, locked: bool = False) -> int:
    """Returns the exit code once the kiosk is closed. `locked`: the operator had locked the door when it crashed."""
    try:
        settings = load(config, demo=demo)
        logging.basicConfig(level=settings.log.level, format=LOG_FORMAT)
        problem = display_problem()
        if problem is not None:
            typer.echo(problem.message, err=True)
            return NO_DISPLAY
        if with_parent:
            follow_parent()
        faulthandler.enable()
        from kiosk.session import run  # noqa: PLC0415 - without what display_problem() asks for, importing Qt fails

        tell = {"on_lock": tell_locked} if with_parent else {}
        return run(settings, config, demo=demo, locked=locked, **tell)
    except ConfigError as error:
        typer.echo(error, err=True)
        return BAD_CONFIG
