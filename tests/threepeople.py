"""The page of everybody who is enrolled, before a store of three people that can be cut off."""

import threading

import pytest
import readymade
from fakes import template
from peopleverbs import NOW

from core.domain import Consent
from core.errors import StoreUnavailable
from core.store import Store
from kiosk.console.people import PeoplePage


class Line:
    """What lies between the page and a store: it can be cut, and answers can be held back. It notes the searches."""

    def __init__(self, store):
        self._store = store
        self._away = False
        self._free = threading.Event()
        self._free.set()
        self.searches = []

    def goes_away(self):
        self._away = True

    def comes_back(self):
        self._away = False

    def holds_answers(self):
        self._free.clear()

    def lets_go(self):
        self._free.set()

    def __getattr__(self, name):
        def call(*arguments, **options):
            if name == "people":
                self.searches.append(arguments[0])
            assert self._free.wait(10)
            if self._away:
                raise StoreUnavailable("The database does not answer. Start it.")
            return getattr(self._store, name)(*arguments, **options)

        return call


@pytest.fixture
def real(tmp_path):
    made = Store(readymade.made(tmp_path / "door.sqlite"))
    made.add_faces("ann", "Ann", [template("ann"), template("ann", away=0.1)], limit=4, consent=Consent("v1", NOW))
    made.add_faces("bob", "Bob Miller", [template("bob")], limit=4)
    made.add_faces("cem", "Cem", [template("cem")], limit=4)
    yield made
    made.close()


@pytest.fixture
def trio(real):
    line = Line(real)
    yield line
    line.lets_go()


@pytest.fixture
def make(qtbot, trio, jobs):
    def made(size=(1280, 800), **options):
        page = PeoplePage(trio, jobs, utcnow=lambda: NOW, **options)
        page.resize(*size)
        qtbot.addWidget(page)
        with qtbot.waitActive(page):
            page.show()
        qtbot.waitUntil(lambda: page.list.total.text() != "")
        return page

    return made


@pytest.fixture
def page(make):
    return make()
