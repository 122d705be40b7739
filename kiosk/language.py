"""The languages of the door, and how it comes to speak one. The sentences stand where they are said.

`make translations` gathers them in i18n/*.ts, where they are translated, and makes the *.qm that are read here.
"""

import logging
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

log = logging.getLogger(__name__)
ENGLISH = "en"
LANGUAGES = {
    ENGLISH: "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "zh": "中文",
    "ar": "العربية",
}
"""By `kiosk.language` of the configuration: its own name, which is never translated."""
FOLDER = Path(__file__).with_name("i18n")


def speak(app: QApplication, code: str, folder: Path = FOLDER) -> None:
    """Lets `app` be read in one of LANGUAGES, from the right where it is. Every widget gets a LanguageChange.

    Where its file in `folder` is missing or damaged a warning is logged, and English is spoken.
    """
    for before in app.findChildren(QTranslator):
        app.removeTranslator(before)
        before.deleteLater()
    sentences, qts_own = QTranslator(app), QTranslator(app)
    if not sentences.load(str(folder / f"doorward_{code}.qm")):
        log.warning("the translation doorward_%s.qm cannot be read: English is spoken", code)
        code = ENGLISH
        sentences.load(str(folder / f"doorward_{code}.qm"))  # its plurals; without them it says "1 seconds"
    locale = QLocale(code)
    app.setLayoutDirection(locale.textDirection())
    qts_own.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    for translator in (qts_own, sentences):  # the last is asked first
        app.installTranslator(translator)
