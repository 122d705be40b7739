"""How large the kiosk draws on screens of every size: a process each, as Qt asks once."""

import json
import os
import subprocess
import sys

import pytest

PROGRAM = "import os; from kiosk.scale import FACTOR, scale_to_the_screen as s; s(); print(os.environ.get(FACTOR))"


@pytest.mark.parametrize(
    ("size", "told", "factor"),
    [
        ((1920, 1080), {}, "None"),
        ((3840, 2160), {}, "2"),
        ((2160, 3840), {}, "2"),
        ((3840, 2160), {"QT_SCALE_FACTOR": "1.5"}, "1.5"),
        ((3840, 2160), {"QT_SCREEN_SCALE_FACTORS": "1"}, "None"),
    ],
)
def test_a_large_screen_is_drawn_at_twice_the_size_unless_somebody_chose(tmp_path, size, told, factor):
    screen = {"name": "wall", "x": 0, "y": 0, "width": size[0], "height": size[1], "dpr": 1, "logicalDpi": 96}
    (tmp_path / "screens.json").write_text(json.dumps({"screens": [screen]}))
    platform = f"offscreen:configfile={tmp_path}/screens.json"
    env = {name: value for name, value in os.environ.items() if not name.startswith("QT_SC")}
    env |= {"QT_QPA_PLATFORM": platform, **told}
    told = subprocess.run([sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == factor
