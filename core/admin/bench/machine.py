"""What figures were measured on."""

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("onnxruntime", "onnxruntime-gpu", "insightface", "numpy", "opencv-python", "faiss-cpu", "pymilvus")


def machine() -> dict[str, Any]:
    """What the figures were measured on; `load_average` is the last minute's, before the bench."""
    model = re.search(r"model name\s*: (.+)", _cpuinfo())
    return {
        "cores": os.cpu_count(),
        "cpu": model[1] if model else platform.processor(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{package: found for package in PACKAGES if (found := _version(package))},
        "load_average": round(os.getloadavg()[0], 2),
    }


def _cpuinfo() -> str:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
