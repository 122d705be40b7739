"""`doorward-admin key`, as an operator types it."""

import json
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from core.admin.app import main
from core.apikeys import checked, prefix_of
from core.errors import KeyRefused
from core.store import Store


@pytest.fixture
def key(tmp_path, monkeypatch, capsys):
    """Runs `doorward-admin key …` in an empty folder; gives back exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["doorward-admin", "key", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def opens(tmp_path):
    """Whether a key is good, so many hours from now."""

    def good(text, hours=0.0):
        with closing(Store(f"sqlite:///{tmp_path}/data/doorward.sqlite")) as store:
            found = store.keyring.find(prefix_of(text))
        try:
            return checked(text, found, datetime.now(UTC) + timedelta(hours=hours))
        except KeyRefused as refused:
            return refused.code

    return good


def made(output):
    """The key that a command printed, and nothing else beside it."""
    [line] = output.splitlines()
    return line


def listed(key):
    return [json.loads(line) for line in key("list", "--json")[1].splitlines()]


def test_a_key_is_shown_once_alone_on_the_output_and_works(key, opens):
    code, out, err = key("create", "turnstile", "--scope", "enrol,match", "--scope", "people:read", "--expires", "2d")
    assert code == 0
    assert opens(made(out)).scopes == {"enrol", "match", "people:read"}
    assert (opens(made(out), 47), opens(made(out), 49)) == (opens(made(out)), "key_expired")
    assert "not shown again" in err
    secret = made(out).rpartition("_")[2]
    for shown in (err, key("list")[1], key("list", "--json")[1]):
        assert secret not in shown


def test_as_json_it_is_one_line_with_all_that_is_known(key, opens):
    code, out, err = key("create", "turnstile", "--scope", "match", "--expires", "never", "--json")
    told = json.loads(made(out))
    assert (code, err, told["scopes"], told["expires"], told["state"]) == (0, "", ["match"], None, "good")
    assert opens(told["key"], 24 * 3650).name == "turnstile"


def test_the_list_tells_what_became_of_each(key):
    for name in ("good", "gone"):
        key("create", name, "--scope", "match")
    key("create", "old", "--scope", "match", "--expires", "0m")
    key("revoke", "gone")
    assert {row["name"]: row["state"] for row in listed(key)} == {"good": "good", "gone": "revoked", "old": "expired"}
    table = key("list")[1]
    assert all(row["prefix"] in table for row in listed(key))


def test_rotated_both_are_good_for_a_while(key, opens):
    old = made(key("create", "turnstile", "--scope", "match,enrol", "--expires", "10d")[1])
    new = made(key("rotate", "turnstile", "--overlap", "2h")[1])
    assert opens(new).scopes == opens(old).scopes
    assert [opens(key, 1.9).name for key in (old, new)] == ["turnstile"] * 2
    assert opens(old, 2.1) == "key_expired"
    assert opens(new, 239).name == "turnstile"
    assert opens(new, 241) == "key_expired"


def test_rotating_without_an_overlap_ends_the_old_one_and_never_gives_it_longer(key, opens):
    first = made(key("create", "a", "--scope", "match", "--expires", "1h")[1])
    made(key("rotate", opens(first).prefix, "--overlap", "0h", "--expires", "never")[1])
    assert opens(first) == "key_expired"
    second = made(key("create", "b", "--scope", "match", "--expires", "1h")[1])
    key("rotate", "b", "--overlap", "7d")
    assert opens(second, 1.1) == "key_expired"


def test_revoking_by_name_takes_all_of_it_and_by_prefix_one(key, opens):
    old = made(key("create", "turnstile", "--scope", "match")[1])
    new = made(key("rotate", "turnstile")[1])
    other = made(key("create", "other", "--scope", "match")[1])
    assert key("revoke", opens(old).prefix)[0] == 0
    assert (opens(old), opens(new).name) == ("key_revoked", "turnstile")
    key("rotate", "turnstile")
    code, out, _ = key("revoke", "turnstile")
    assert (code, out.count("Revoked")) == (0, 2)
    assert (opens(new), opens(other).name) == ("key_revoked", "other")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["create", "a", "--scope", "match,fly"], "invalid_field: --scope: expected some of enrol, match"),
        (["create", "a", "--scope", ","], "invalid_field: --scope"),
        (["create", "a", "--scope", "match", "--expires", "soon"], "invalid_field: --expires"),
        (["create", " ", "--scope", "match"], "invalid_field: NAME"),
        (["create", "n" * 65, "--scope", "match"], "invalid_field: NAME"),
        (["create", "there", "--scope", "match"], "conflict: "),
        (["rotate", "there", "--overlap", "never"], "invalid_field: --overlap"),
        (["rotate", "nobody"], "key_not_found: "),
        (["revoke", "nobody"], "key_not_found: "),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(key, arguments, said):
    key("create", "there", "--scope", "match")
    before = listed(key)
    code, out, err = key(*arguments)
    assert (code, out, err.startswith(said)) == (1, "", True), err
    assert listed(key) == before
