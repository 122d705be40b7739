"""Keys to the REST API: what one is, and what is none."""

import hmac
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.apikeys import Scope, checked, digest, new_key, prefix_of
from core.errors import KeyExpired, KeyRefused, KeyRevoked, KeyUnknown

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY, TEXT = new_key("turnstile", [Scope.MATCH], NOON, NOON + timedelta(days=90))
FOUND = (KEY, digest(TEXT))

replaced = st.builds(lambda at, c: TEXT[:at] + c + TEXT[at + 1 :], st.integers(0, len(TEXT) - 1), st.characters())
inserted = st.builds(lambda at, c: TEXT[:at] + c + TEXT[at:], st.integers(0, len(TEXT)), st.text(min_size=1))
cut = st.builds(lambda a, b: TEXT[:a] + TEXT[b:], st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
rewritten = st.sampled_from(
    [TEXT.upper(), TEXT[::-1], f" {TEXT}", f"{TEXT}\n", f"{TEXT}\0", f"Bearer {TEXT}", TEXT * 2, ""]
)
MANGLED = (
    replaced | inserted | cut | rewritten | st.text() | st.from_regex(r"dw_[0-9a-f]{12}_[0-9a-f]{64}", fullmatch=True)
)


def test_a_key_is_known_by_its_shape_and_no_two_are_the_same():
    texts = {new_key("a", [Scope.MATCH], NOON, None)[1] for _ in range(50)}
    assert len(texts) == 50
    assert all(re.fullmatch("dw_[0-9a-f]{12}_[0-9a-f]{64}", text) for text in texts)


def test_the_whole_key_is_good_until_it_expires_or_is_revoked():
    assert checked(TEXT, FOUND, NOON) == KEY
    assert checked(TEXT, FOUND, KEY.expires - timedelta(seconds=1)) == KEY
    with pytest.raises(KeyExpired):
        checked(TEXT, FOUND, KEY.expires)
    with pytest.raises(KeyRevoked):
        checked(TEXT, (replace(KEY, revoked=NOON), FOUND[1]), NOON)
    forever = replace(KEY, expires=None)
    assert checked(TEXT, (forever, FOUND[1]), NOON + timedelta(days=10_000)) == forever


@pytest.mark.parametrize("gone", [{}, {"revoked": NOON}, {"expires": NOON}])
def test_who_has_not_the_whole_key_learns_nothing_of_it(gone):
    wrong = TEXT[:-1] + ("0" if TEXT[-1] != "0" else "1")
    with pytest.raises(KeyUnknown) as of_known_prefix:
        checked(wrong, (replace(KEY, **gone), FOUND[1]), NOON)
    with pytest.raises(KeyUnknown) as of_unknown:
        checked(wrong, None, NOON)
    assert str(of_known_prefix.value) == str(of_unknown.value)


@given(MANGLED)
def test_no_mangled_key_is_good(text):
    assume(text != TEXT)
    with pytest.raises(KeyRefused):
        checked(text, FOUND if prefix_of(text) == KEY.prefix else None, NOON)


@pytest.mark.parametrize("found", [FOUND, None])
def test_an_unknown_prefix_costs_the_same_comparison(found, monkeypatch):
    compared = []

    def compare(one, other):
        compared.append((len(one), len(other)))
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare)
    with pytest.raises(KeyUnknown):
        checked(TEXT, found, NOON)
    assert compared == [(64, 64)]
