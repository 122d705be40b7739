"""Writes docs/errors.md anew, off the one list of codes: `make docs`."""

from pathlib import Path

from api.codes import table

HEAD = """\
# Error codes of the REST API

Every error is `application/problem+json` (RFC 9457). Go by its `code`: codes are stable, sentences are not. `field`
names the parameter that is at fault, `reason` what is wrong with a face, `refused` what is wrong with each image. With
`Retry-After`, send it again after that many seconds. Each answer has an `X-Request-ID`, and the log has it too;
of what is unavailable the log alone says which file or host it is.

"""
FILE = Path(__file__).with_suffix(".md")


def page() -> str:
    """What the file has to hold."""
    return f"{HEAD}{table()}\n*Made by `make docs` from `api/codes.py`.*\n"


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
