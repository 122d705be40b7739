"""`doorward-admin rotate-key`, `backup`, `restore` and `import-faces`: what is done with the database as a whole."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from core.admin.shell import ConfigOption, JsonOption, shell
from core.foreign import ForeignFaces, bring_in
from core.logbook import Act, Incident
from core.parts import make_model

FORGOTTEN = (
    " Old keys dropped: {}. Older backups need them, and so do the files of a kiosk that has not been online since."
    " Keep a copy of them until each has been, for some minutes."
)


def rotate_key(
    context: typer.Context,
    forget_old: Annotated[
        bool,
        typer.Option(
            "--forget-old",
            help="Drop the keys that nothing in the database is encrypted with any more; older backups cannot be read "
            "then, nor the files of kiosks that were not online since",
        ),
    ] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Encrypt all embeddings with a new key, while everything runs. Cut short, it goes on where it was.

    The new key is put before the others in the key file. Where keys come from a
    variable or a command, or several machines have the file, put it there
    yourself first, on each of them: the first key is the one that is used.
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
    dropped = FORGOTTEN.format(forgotten) if forget_old else ""
    sh.say(f"{faces - broken} faces are under the new key.{left}{dropped}", faces=faces - broken, broken=broken)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that is not there yet")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Write the whole database into one file, of one moment, while everything runs; read again and checked.

    Embeddings stay encrypted in it, so keep the key as well, elsewhere. Names,
    events and what proves PINs and API keys can be read in it.
    """
    sh = shell(context, config, json)
    store = sh.store()
    with _counting("Writing", json) as on_row:
        found = store.backup.write(file, Incident(datetime.now(UTC), "shell", Act.BACKED_UP), on_row)
    key = f" Its embeddings need the key {found.key_id}." if found.key_id else ""
    sh.say(f"{file} holds {_rows(found.rows)}.{key}", file=str(file), key_id=found.key_id, **found.rows)


def restore(
    context: typer.Context,
    file: Path,
    replace: Annotated[bool, typer.Option("--replace", help="Delete all that is in the database first")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Put a backup into the database, which must be empty: all of it or nothing. Of SQLite into MySQL, or back."""
    sh = shell(context, config, json)
    store = sh.store()
    with _counting("Reading", json) as on_row:
        act = Incident(datetime.now(UTC), "shell", Act.RESTORED)
        found = store.backup.restore(file, act, replace=replace, on_row=on_row)
    text = f"The database holds what it held at {found.at:%Y-%m-%d %H:%M} UTC: {_rows(found.rows)}."
    sh.say(text, at=found.at, key_id=found.key_id, **found.rows)


def import_faces(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Of the other database, as database.url")],
    model_id: Annotated[
        str | None,
        typer.Option("--model-id", help="Which model made them, NAME:DIGEST:NUMBERS; else the one that runs"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Import a table `faces` (id, user_id, name, embedding, created_at) that another program wrote.

    An embedding is a list of numbers as JSON, or the bytes of float32 or float64
    numbers. Nobody can tell which model made it, so be sure of that, nor is it
    looked whether a face is another's already. The same command again stores
    nothing twice.
    """
    sh = shell(context, config, json)
    store, model = sh.store(), model_id or make_model(sh.settings.models).id
    stored = known = refused = people = 0
    with closing(ForeignFaces(url, timeout=sh.settings.database.timeout)) as foreign:
        for user_id, rows in foreign.people():
            done = bring_in(store, user_id, rows, model, limit=sh.settings.enrolment.max_faces, dry=dry_run)
            for one in done.refused:
                which = "all" if one.face is None else f"face {one.face}"
                facts = {"user_id": user_id, "face": one.face, "status": "refused", "code": one.error.code}
                sh.say(f"{which}  {user_id}  refused  {one.error.code}: {one.error}", **facts, detail=str(one.error))
            people += bool(done.stored)
            stored, known, refused = stored + done.stored, known + done.known, refused + len(done.refused)
    does = "would be stored" if dry_run else "stored"
    text = f"{stored} faces of {people} people {does} as {model}, {known} were there already, {refused} refused."
    sh.say(text, stored=stored, people=people, known=known, refused=refused, model_id=model, dry_run=dry_run)
    raise typer.Exit(1 if refused else 0)


@contextmanager
def _counting(what: str, json: bool) -> Iterator[Callable[[], None]]:
    """Shows how many rows were done."""
    with Progress("{task.description}", "{task.completed}", console=Console(stderr=True), disable=json) as bar:
        task = bar.add_task(what, total=None)
        yield lambda: bar.advance(task)


def _rows(rows: dict[str, int]) -> str:
    return f"{rows['people']} people, {rows['faces']} faces, {rows['events']} events"
