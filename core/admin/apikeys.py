"""`doorward-admin key`: who may call the REST API."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from core.admin.shell import ConfigOption, DemoOption, JsonOption, Shell, shell
from core.apikeys import ApiKey, Scope, digest, new_key
from core.errors import Conflict, InvalidField, KeyNotFound
from core.keyring import Keyring

SCOPES = ", ".join(Scope)
LONGEST_NAME = 64
COLUMNS = ("prefix", "name", "state", "scopes", "expires", "last_used")
"""What fits a terminal; JSON has all."""
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
WhichArgument = Annotated[str, typer.Argument(metavar="KEY", help="Its name or its prefix, as key list has them")]

key = typer.Typer(no_args_is_help=True, help="The keys to the REST API.")


@key.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Who it is for; stands beside what is done with it")],
    scope: Annotated[list[str], typer.Option("--scope", help=f"Some of {SCOPES}; with commas, or several times")],
    expires: Annotated[str, typer.Option("--expires", help="How long it is good: 90d, 12h, 2w, or never")] = "90d",
    config: ConfigOption = None,
    json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """Make a key. It is shown now and never again."""
    sh = shell(context, config, json, demo)
    now = datetime.now(UTC)
    made, text = new_key(_name(name), _scopes(scope), now, _after(now, _span("--expires", expires)))
    keyring = sh.store().keyring
    if any(other.name == made.name and other.good(now) for other in keyring.known()):
        raise Conflict(f"There is a key called {name} already. Rotate it, revoke it, or choose another name.")
    keyring.add(made, digest(text))
    _show(sh, made, text)


@key.command("list")
def list_keys(
    context: typer.Context, config: ConfigOption = None, json: JsonOption = False, demo: DemoOption = False
) -> None:
    """List the keys, without what opens."""
    sh = shell(context, config, json, demo)
    now = datetime.now(UTC)
    rows = (_facts(one, now) for one in sh.store().keyring.known())
    sh.table(COLUMNS, rows if sh.json else map(_cells, rows))


@key.command()
def rotate(
    context: typer.Context,
    which: WhichArgument,
    overlap: Annotated[str, typer.Option("--overlap", help="How long the old one stays good: 24h, 7d, 0h")] = "24h",
    expires: Annotated[
        str | None, typer.Option("--expires", help="How long the new one is good; otherwise as long as the old one was")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """Make a key in the place of another, of the same name and scopes. Both are good for a while."""
    sh = shell(context, config, json, demo)
    keyring, now, (*_, old) = _found(sh, which)
    both = _span("--overlap", overlap)
    if both is None:
        raise InvalidField("--overlap", "expected a time such as 24h, 7d or 0h")
    as_before = old.expires - old.created if old.expires else None
    lasts = _span("--expires", expires) if expires else as_before
    made, text = new_key(old.name, old.scopes, now, _after(now, lasts))
    until = min(now + both, old.expires or now + both)
    keyring.rotate(old.prefix, until, made, digest(text))
    ends = f"is good until {_local(until)}" if until > now else "is good no longer"
    _show(sh, made, text, f"The old one, {old.prefix}, {ends}.")


@key.command()
def revoke(
    context: typer.Context,
    which: WhichArgument,
    config: ConfigOption = None,
    json: JsonOption = False,
    demo: DemoOption = False,
) -> None:
    """Take a key back, or all that have that name: nobody gets in by it from now on."""
    sh = shell(context, config, json, demo)
    keyring, now, found = _found(sh, which)
    for one in found:
        keyring.revoke(one.prefix, now)
        sh.say(f"Revoked {one.prefix} ({one.name}).", prefix=one.prefix, name=one.name, revoked=now.isoformat())


def _found(sh: Shell, which: str) -> tuple[Keyring, datetime, list[ApiKey]]:
    """Where the keys are, what time it is, and those of that name or prefix that are good, the oldest first.

    Raises KeyNotFound where there is none, and StoreUnavailable.
    """
    keyring, now = sh.store().keyring, datetime.now(UTC)
    found = [one for one in keyring.known() if which in (one.prefix, one.name) and one.good(now)]
    if not found:
        raise KeyNotFound("No key of that name or prefix is good at this time. `doorward-admin key list` has them all.")
    return keyring, now, found


def _name(name: str) -> str:
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()):
        raise InvalidField("NAME", f"expected 1 to {LONGEST_NAME} characters that can be seen")
    return name


def _scopes(given: list[str]) -> frozenset[Scope]:
    words = [word.strip() for part in given for word in part.split(",") if word.strip()]
    if not words or not set(words) <= set(Scope):
        raise InvalidField("--scope", f"expected some of {SCOPES}")
    return frozenset(map(Scope, words))


def _span(option: str, text: str) -> timedelta | None:
    """`90d` and the like; None for `never`. Raises InvalidField, which names `option`."""
    found = re.fullmatch(r"(\d{1,5})([mhdw])", text.strip())
    if found is None and text.strip() != "never":
        raise InvalidField(option, "expected a time such as 90d, 12h or 2w, or never")
    return int(found[1]) * UNITS[found[2]] if found else None


def _after(now: datetime, lasts: timedelta | None) -> datetime | None:
    return now + lasts if lasts is not None else None


def _show(sh: Shell, made: ApiKey, text: str, more: str = "") -> None:
    """The key alone goes where it can be caught by `$(…)`; what is said of it beside that."""
    sh.say(text, key=text, **_facts(made, made.created))
    until = f"until {_local(made.expires)}" if made.expires else "until it is revoked"
    if not sh.json:
        typer.echo(
            f"Keep it now, it is not shown again. Good for {', '.join(sorted(made.scopes))}, {until}. {more}".rstrip(),
            err=True,
        )


def _facts(one: ApiKey, now: datetime) -> dict[str, object]:
    moments = {"created": one.created, "expires": one.expires, "last_used": one.last_used}
    return {
        "prefix": one.prefix,
        "name": one.name,
        "state": "revoked" if one.revoked else "good" if one.good(now) else "expired",
        "scopes": sorted(one.scopes),
        **{what: at and at.isoformat() for what, at in moments.items()},
    }


def _cells(facts: dict[str, object]) -> dict[str, object]:
    """For people: this machine's time, and what a terminal can break."""
    moments = {what: facts[what] for what in ("created", "expires", "last_used")}
    local = {what: at and _local(datetime.fromisoformat(str(at))) for what, at in moments.items()}
    return {**facts, **local, "scopes": " ".join(map(str, facts["scopes"]))}  # type: ignore[call-overload]  # a list


def _local(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"
