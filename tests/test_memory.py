"""Threads that come and go leave no heaps of their own behind."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

HEAPS = """
import ctypes, threading
{first}
libc, together = ctypes.CDLL(None), threading.Barrier(12)
libc.malloc.restype, libc.fopen.restype = ctypes.c_void_p, ctypes.c_void_p
def own():
    together.wait()
    libc.malloc(1000)
threads = [threading.Thread(target=own) for _ in range(12)]
[thread.start() for thread in threads], [thread.join() for thread in threads]
stream = libc.fopen(b"/dev/stdout", b"w")
libc.malloc_info(0, ctypes.c_void_p(stream))
libc.fclose(ctypes.c_void_p(stream))
"""
KEPT_LEVEL = "from core.memory import keep_level; keep_level()"
pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="malloc is not glibc's")


def heaps(first, **environment):
    """How many heaps a process has in the end that ran twelve threads at once, `first` before them."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1]), **environment}
    run = [sys.executable, "-c", HEAPS.format(first=first)]
    told = subprocess.run(run, capture_output=True, text=True, check=True, env=environment)
    return told.stdout.count("<heap nr=")


def test_threads_share_two_heaps():
    assert heaps(KEPT_LEVEL) <= 2 < heaps("")


def test_whoever_set_another_number_in_the_environment_gets_it():
    assert heaps(KEPT_LEVEL, MALLOC_ARENA_MAX="4") > 2
