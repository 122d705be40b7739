"""What somebody is asked before a picture is taken of them. A place with other duties writes its own."""

VERSION, VERSION_WITHOUT_PIN = "1", "1, no PIN"
"""Recorded with every consent; to be changed with every change of its text."""

_ALL_BUT_THE_END = """\
This door recognises faces. May it recognise yours?

What is kept: your user ID, your name, and for each picture a row of numbers that describes your face. That is \
biometric data. The pictures themselves are not kept.

What it is for: opening this door to you, and nothing else. Each time it opens to you, that and the time are written \
down. Nothing is passed on.

For how long: until you are no longer to come in here, or until you change your mind. You may do so at any time, \
without giving a reason; tell an operator, and your face is deleted at once.

Nobody has to agree: \
"""
TEXT = f"{_ALL_BUT_THE_END}you can come in with a PIN just as well."
TEXT_WITHOUT_PIN = f"{_ALL_BUT_THE_END}say so, and come in another way."
"""For a door at which `kiosk.pin` is off."""
