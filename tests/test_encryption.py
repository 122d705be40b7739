"""Sealing, and where keys come from: files, the environment, commands."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.encryption import LONGER, Key, KeyCommand, KeyFile, Keys, KeyVariable, bound
from core.errors import EncryptionKeyUnavailable, SealBroken

ONE, TWO = Key(bytes(range(32))), Key(bytes(32))


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_what_is_sealed_opens_with_the_same_key_and_purpose_alone(plain, aad):
    sealed = ONE.seal(plain, aad)
    assert len(sealed) == len(plain) + LONGER
    assert ONE.open(sealed, aad) == plain
    assert ONE.seal(plain, aad) != sealed
    for key, purpose in ((TWO, aad), (ONE, aad + b"x")):
        with pytest.raises(SealBroken):
            key.open(sealed, purpose)


@given(st.binary(max_size=40), st.data())
def test_what_was_altered_or_cut_short_does_not_open(plain, data):
    sealed = ONE.seal(plain, b"")
    place = data.draw(st.integers(0, len(sealed) - 1))
    altered = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
    for broken in (altered, sealed[:place]):
        with pytest.raises(SealBroken):
            ONE.open(broken, b"")


@given(st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=3))
def test_no_other_parts_bind_to_the_same(one, other):
    texts = [[text for text in parts if text.encode(errors="ignore").decode() == text] for parts in (one, other)]
    assert (bound(*texts[0]) == bound(*texts[1])) == (texts[0] == texts[1])


def test_a_key_is_told_by_its_id_and_shows_nothing_of_itself():
    assert ONE.id != TWO.id
    assert Key(ONE.secret) == ONE
    assert repr(ONE) == f"Key(id='{ONE.id}')"


def test_a_file_is_made_for_its_owner_alone_and_found_again(tmp_path):
    file = tmp_path / "new" / "key"
    keys = Keys(KeyFile(file))
    assert keys.all() == ()
    assert list(tmp_path.iterdir()) == []
    key = keys.first()
    assert Keys(KeyFile(file)).first() == key
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [path.name for path in file.parent.iterdir()] == ["key"]


def test_two_that_make_the_file_at_once_use_the_same_key(tmp_path):
    class Late(KeyFile):
        def read(self):
            text = super().read()
            if not text:
                Keys(KeyFile(tmp_path / "key")).first()
            return text

    assert Keys(Late(tmp_path / "key")).first() == Keys(KeyFile(tmp_path / "key")).first()


def test_a_new_key_comes_first_and_old_ones_stay_until_they_are_forgotten(tmp_path):
    keys, others = Keys(KeyFile(tmp_path / "key")), Keys(KeyFile(tmp_path / "key"))
    old = keys.first()
    assert others.get(old.id) == old
    new = keys.add()
    assert keys.all() == (new, old)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert keys.keep([new.id]) == 1
    assert keys.all() == (new,)
    assert others.get(old.id) == old, "who knows it needs it no more, and does not ask"


def test_a_source_is_asked_again_for_a_key_that_it_did_not_have_but_not_all_the_time(tmp_path):
    now = [0.0]
    keys, elsewhere = Keys(KeyFile(tmp_path / "key"), clock=lambda: now[0]), Keys(KeyFile(tmp_path / "key"))
    keys.first()
    new = elsewhere.add()
    assert keys.find(new.id) is None
    now[0] = 1.0
    assert keys.find(new.id) == new


def test_a_file_that_others_may_read_is_refused(tmp_path):
    file = tmp_path / "key"
    Keys(KeyFile(file)).first()
    file.chmod(0o640)
    with pytest.raises(EncryptionKeyUnavailable, match="chmod 600"):
        Keys(KeyFile(file)).first()


@pytest.mark.parametrize("text", ["hello", "00" * 31, "00" * 33, "00" * 32 + " ff", "é"])
def test_what_is_no_key_is_refused_without_being_told(tmp_path, text):
    file = tmp_path / "key"
    file.write_text(text, "utf-8")
    file.chmod(0o600)
    with pytest.raises(EncryptionKeyUnavailable) as refused:
        Keys(KeyFile(file)).all()
    assert text not in str(refused.value)
    assert file.read_text("utf-8") == text


def test_keys_come_from_the_environment_or_a_command(monkeypatch):
    monkeypatch.setenv("DOOR_KEY", f"{ONE.secret.hex()} {TWO.secret.hex()}")
    command = [sys.executable, "-c", "import os; print(os.environ['DOOR_KEY'])"]
    for source in (KeyVariable("DOOR_KEY"), KeyCommand(command)):
        keys = Keys(source)
        assert (keys.first(), keys.get(TWO.id)) == (ONE, TWO)
        with pytest.raises(EncryptionKeyUnavailable, match="openssl"):
            keys.add()


@pytest.mark.parametrize("command", [["/no/such/program"], [sys.executable, "-c", "raise SystemExit(1)"]])
def test_a_command_that_fails_is_told_by_its_name(command):
    with pytest.raises(EncryptionKeyUnavailable, match=command[0]):
        Keys(KeyCommand(command)).first()


def test_a_command_that_hangs_is_given_up():
    with pytest.raises(EncryptionKeyUnavailable, match="TimeoutExpired"):
        Keys(KeyCommand([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.1)).first()
