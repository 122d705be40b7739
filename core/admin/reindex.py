"""`doorward-admin reindex`: Milvus's collection, made to hold what the store says."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from core.admin.shell import ConfigOption, DemoOption, JsonOption, shell
from core.errors import InputError
from core.follower import Follower
from core.parts import make_collection, make_model
from core.search.milvus import MilvusKeeper


def reindex(
    context: typer.Context,
    drop: Annotated[
        bool, typer.Option("--drop", help="Throw it away first; until it is full again, doors know fewer people")
    ] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """Write to Milvus what it lacks, and take out what is nobody's. Doors go on meanwhile.

    Only for search.engine milvus: the other engines build theirs in memory at each start.
    """
    sh = shell(context, config, json, demo)
    if sh.settings.search.engine != "milvus":
        raise InputError("Nothing is kept that could be rebuilt: search.engine is not milvus.")
    store, model_id = sh.store(), make_model(sh.settings.models).id
    collection = make_collection(sh.settings.search, model_id)
    keeper = MilvusKeeper(collection, model_id)
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        if drop:
            collection.drop()
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("templates", total=None)
            total = store.total(model_id)
            shown = lambda _: bar.update(task, completed=len(keeper), total=total)  # noqa: E731 - a name for one line
            Follower(store, model_id, shown, shelf=lambda _: keeper).follow()
        keeper.weed()
    finally:
        collection.close()
    sh.say(f"Milvus holds {len(keeper)} templates of {model_id}.", templates=len(keeper), model_id=model_id)
