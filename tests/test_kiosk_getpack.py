"""What takes long runs beside the window: jobs, and the download of a model."""

import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from shiboken6 import delete

from core.errors import ModelUnavailable
from kiosk.getpack import PackDialog, progress_words
from kiosk.jobs import Jobs

pytest_plugins = ["screen"]
pytestmark = pytest.mark.usefixtures("dressed")


def test_an_answer_for_a_page_that_is_gone_is_dropped(qtbot, jobs):
    answers, gate = [], threading.Event()
    page, other = QWidget(), QWidget()
    jobs.run(page, gate.wait, answers.append, answers.append)
    delete(page)
    gate.set()
    jobs.run(other, lambda: "other", answers.append, answers.append)
    qtbot.waitUntil(lambda: answers == ["other"])
    delete(other)


def test_once_stopped_nothing_runs_and_nothing_is_answered(qtbot):
    jobs, answers, page = Jobs(), [], QWidget()
    jobs.run(page, lambda: "late", answers.append, answers.append)
    jobs.stop()
    jobs.stop()
    jobs.run(page, lambda: "never", answers.append, answers.append)
    qtbot.wait(50)
    assert answers == []
    assert jobs.stopped
    delete(page)


# the model -----------------------------------------------------------------------------------------------------------


class FakeDownload:
    """Goes on until it is told to end or to fail, or until whoever watches has had enough."""

    def __init__(self):
        self.asked, self.done = None, 50_000_000
        self.given_up = threading.Event()
        self._end = threading.Event()
        self._failure = None

    def comes(self):
        self._end.set()

    def fails_with(self, failure):
        self._failure = failure
        self._end.set()

    def __call__(self, name, root, *, accepted, progress):
        self.asked = (name, root, accepted)
        try:
            while not self._end.wait(0.01):
                progress(self.done, 200_000_000)
        except BaseException:
            self.given_up.set()
            raise
        if self._failure is not None:
            raise self._failure


@pytest.fixture
def download():
    return FakeDownload()


@pytest.fixture
def getpack(jobs, window, download):
    dialog = PackDialog("buffalo_l", Path("models"), jobs, window, fetch=download)
    dialog.open()
    return dialog


def test_nothing_is_fetched_before_the_licence_is_accepted(qtbot, getpack, download):
    assert "non-commercial" in getpack.licence.text()
    assert download.asked is None
    getpack.accept_button.click()
    qtbot.waitUntil(lambda: getpack.so_far.text() == "50.0 of 200.0 MB")
    assert getpack.bar.value() == getpack.bar.maximum() / 4
    assert download.asked == ("buffalo_l", Path("models"), True)
    download.comes()
    qtbot.waitUntil(lambda: "The model is here" in getpack.notice.text())


def test_bytes_and_the_time_left_are_told_as_it_goes_since_it_went_on(qtbot, jobs, window, download):
    now = [100.0]
    dialog = PackDialog("buffalo_l", Path("models"), jobs, window, fetch=download, clock=lambda: now[0])
    dialog.open()
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: dialog.so_far.text() == "50.0 of 200.0 MB")  # nobody knows yet how long
    now[0] += 10
    download.done += 10_000_000
    qtbot.waitUntil(lambda: dialog.so_far.text() == "60.0 of 200.0 MB. About 2 min left.")
    download.comes()
    qtbot.waitUntil(dialog.so_far.isHidden)


def test_closing_it_cancels_the_download(qtbot, getpack, download):
    getpack.accept_button.click()
    getpack.reject()
    qtbot.waitUntil(download.given_up.is_set)


def test_leaving_the_kiosk_cancels_the_download(getpack, download, jobs):
    getpack.accept_button.click()
    jobs.stop()
    assert download.given_up.is_set()


def test_a_failed_download_can_be_tried_again(qtbot, getpack, download):
    download.fails_with(ModelUnavailable("It cannot be fetched. Check the network."))
    getpack.accept_button.click()
    qtbot.waitUntil(lambda: getpack.notice.text() == "It cannot be fetched. Check the network.")
    assert getpack.accept_button.isEnabled()


@pytest.mark.parametrize(
    ("done", "total", "said"),
    [(0, None, "0.0 MB"), (1_500_000, None, "1.5 MB"), (0, 3_000_000_000, "0.0 of 3000.0 MB")],
)
def test_progress_is_told_in_megabytes(done, total, said):
    assert progress_words(done, total) == said
