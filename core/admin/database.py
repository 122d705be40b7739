"""`doorward-admin rotate-key`: what is done with the database as a whole."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from core.admin.shell import ConfigOption, JsonOption, shell
from core.domain import Act, Incident


def rotate_key(
    context: typer.Context,
    forget_old: Annotated[
        bool, typer.Option("--forget-old", help="Drop the keys that nothing is encrypted with any more; backups may be")
    ] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Encrypt all embeddings with a new key, while everything runs. Cut short, it goes on where it was.

    The new key is put before the others in the key file. Where keys come from a variable or a command, or several
    machines have the file, put it there yourself first, on each of them: the first key is the one that is used.
    """
    sh = shell(context, config, json)
    store = sh.store()
    faces = sum(store.models().values())
    with Progress(console=Console(stderr=True), transient=True, disable=json) as bar:
        task = bar.add_task("Encrypting", total=faces)
        act = Incident(datetime.now(UTC), "shell", Act.KEY_ROTATED)
        broken = store.rotation.rotate(lambda done: bar.advance(task, done), act=act)
    forgotten = store.rotation.forget() if forget_old else 0
    left = f" {broken} do not open and stay as they are; the log names them." if broken else ""
    dropped = f" Old keys dropped: {forgotten}." if forget_old else ""
    sh.say(f"{faces - broken} faces are under the new key.{left}{dropped}", faces=faces - broken, broken=broken)
