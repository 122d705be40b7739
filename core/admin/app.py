"""`doorward-admin`: everything an operator does at a shell."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from core import liveness, packs
from core.admin.apikeys import key
from core.admin.bench.command import bench
from core.admin.bulk import import_people
from core.admin.database import backup, import_faces, restore, rotate_key
from core.admin.doctor import examine
from core.admin.evaluate.command import evaluate
from core.admin.keys import passphrase, person_pin, pin
from core.admin.log import events
from core.admin.persons import drop_face, erase, people, person_faces, person_valid
from core.admin.reindex import reindex
from core.admin.replay import replay as replay_recording
from core.admin.shell import ConfigOption, DemoOption, JsonOption, shell
from core.admin.soak.command import soak
from core.camera import OpenCVCamera
from core.domain import Decision
from core.enrolment import Picture
from core.errors import ConfigError, DoorwardError, ImageUnreadable
from core.memory import keep_level
from core.parts import make_watch
from core.pictures import decode_image

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Everything an operator does at a shell.")
models = typer.Typer(no_args_is_help=True, help="InsightFace's model packs.")
app.add_typer(models, name="models")
app.add_typer(bench, name="bench")
app.add_typer(key, name="key")


@app.callback()
def options(
    context: typer.Context, config: ConfigOption = None, json: JsonOption = False, demo: DemoOption = False
) -> None:
    context.obj = {"config": config, "json": json, "demo": demo}


@app.command()
def enrol(
    context: typer.Context,
    user_id: str,
    name: str,
    images: Annotated[list[Path], typer.Argument(help="1 to 4 pictures, one face each")],
    replace: Annotated[bool, typer.Option("--replace", help="Drop the faces stored earlier")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Enrol a person from pictures."""
    sh = shell(context, config, json)
    stored = sh.desk().enrolment.enrol(user_id, name, [_picture(path) for path in images], replace=replace)
    sh.say(f"Stored {stored} face{'s' * (stored != 1)} for {user_id}.", status="success", faces_stored=stored)


@app.command()
def match(context: typer.Context, image: Path, config: ConfigOption = None, json: JsonOption = False) -> None:
    """Say who is in a picture. Records nothing and opens nothing."""
    sh = shell(context, config, json)
    decision = sh.desk().recogniser.identify(_picture(image).image)
    sh.say(_sentence(decision), **_facts(decision))


@app.command()
def replay(context: typer.Context, video: Path, config: ConfigOption = None, json: JsonOption = False) -> None:
    """Every frame of a recording through the recognition of the door, one line per decision."""
    sh = shell(context, config, json)
    camera = OpenCVCamera(str(video), paced=False)
    for t, decision in replay_recording(camera, sh.desk(live=True).recogniser, make_watch(sh.settings)):
        sh.say(f"{t:8.2f} s  {_sentence(decision)}", t=round(t, 3), **_facts(decision))


@app.command()
def doctor(
    context: typer.Context,
    config: ConfigOption = None,
    json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """Check the display, the model, the database, the camera and the port; each with its remedy."""
    sh = shell(context, config, json, demo)
    checks = list(examine(sh.settings))
    for check in checks:
        mark = "ok  " if check.well else "FAIL"
        sh.say(f"{mark}  {check.name:9} {check.detail}", name=check.name, well=check.well, detail=check.detail)
    raise typer.Exit(0 if all(check.well for check in checks) else 1)


app.command("import")(import_people)
for command in (people, erase, person_faces, drop_face, person_valid, person_pin, pin, passphrase, events):
    app.command()(command)
for whole in (rotate_key, backup, restore, import_faces):
    app.command()(whole)
app.command()(evaluate)
app.command()(soak)
app.command()(reindex)


@models.command()
def fetch(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(packs.NAMES)}, or liveness")],
    accept: Annotated[bool, typer.Option("--accept-licence", help="You have read the licence and accept it")] = False,
    config: ConfigOption = None,
) -> None:
    """Download a model pack, or the liveness model, after its licence was shown and accepted."""
    sh = shell(context, config, json=False)
    root = sh.settings.models.root
    if not accept and not packs.accepted(name, root):
        typer.echo(packs.LICENCE)
        accept = typer.confirm("Do you accept it?", abort=True)
    if name == liveness.NAME:
        packs.accept(name, root)
        typer.echo(f"The liveness model is {liveness.fetch_liveness(root)}.")
        return
    with Progress("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn()) as bar:
        task = bar.add_task(name, total=None)
        folder = packs.fetch(
            name, root, accepted=True, progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    typer.echo(f"{name} is in {folder}.")


def _picture(path: Path) -> Picture:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImageUnreadable(f"{path} cannot be read: {error.strerror}.") from error
    return Picture(path.name, decode_image(data, path.name))


def _sentence(decision: Decision) -> str:
    who = f"  {decision.user_id}" if decision.user_id else ""
    seen = f"  similarity {decision.similarity:.2f}" if decision.similarity is not None else ""
    return f"{decision.verdict}{who}  {decision.reason}{seen}"


def _facts(decision: Decision) -> dict[str, object]:
    return {
        "verdict": str(decision.verdict),
        "user_id": decision.user_id,
        "reason": str(decision.reason),
        "similarity": decision.similarity,
        "margin": decision.margin,
        "threshold": decision.threshold,
        "frames": decision.frames,
    }


def main() -> None:
    """The console script: errors in a sentence, not in a traceback."""
    keep_level()
    try:
        app()
    except DoorwardError as error:
        typer.echo(f"{error.code}: {error}", err=True)
        sys.exit(2 if isinstance(error, ConfigError) else 1)


if __name__ == "__main__":
    main()
