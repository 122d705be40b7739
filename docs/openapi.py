"""Writes docs/openapi.json anew, as /openapi.json answers it: `make docs`."""

import json
from pathlib import Path

from api.app import build
from core.config import Settings

FILE = Path(__file__).with_suffix(".json")


def document() -> str:
    """What the file has to hold."""
    return json.dumps(build(Settings()).openapi(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
