"""`doorward-admin pin`, `passphrase` and `person-pin`: what somebody has to know."""

from typing import Annotated

import typer

from core.admin.shell import ConfigOption, DemoOption, shell
from core.domain import Role
from core.pin import hashed, hashed_passphrase


def pin(context: typer.Context, config: ConfigOption = None, demo: DemoOption = False) -> None:
    """Set the operator's PIN anew, without knowing the old one."""
    store = shell(context, config, json=False, demo=demo).store()
    store.set_secret(Role.OPERATOR, hashed(*_typed("PIN")))
    typer.echo("The operator's PIN is set.")


def passphrase(context: typer.Context, config: ConfigOption = None, demo: DemoOption = False) -> None:
    """Set the administrator's passphrase anew, without knowing the old one."""
    store = shell(context, config, json=False, demo=demo).store()
    store.set_secret(Role.ADMINISTRATOR, hashed_passphrase(*_typed("passphrase")))
    typer.echo("The administrator's passphrase is set.")


def person_pin(
    context: typer.Context,
    user_id: str,
    remove: Annotated[bool, typer.Option("--remove", help="Take the PIN away")] = False,
    config: ConfigOption = None,
    demo: DemoOption = False,
) -> None:
    """Set the PIN by which a person comes in without being recognised."""
    store = shell(context, config, json=False, demo=demo).store()
    store.person(user_id)
    store.set_pin(user_id, None if remove else hashed(*_typed("PIN")))
    typer.echo(f"{user_id} has no PIN any more." if remove else f"The PIN of {user_id} is set.")


def _typed(what: str) -> tuple[str, str]:
    """Twice, and not shown."""
    return typer.prompt(f"New {what}", hide_input=True), typer.prompt("Once more", hide_input=True)
