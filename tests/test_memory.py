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


def said(script, **environment):
    """What a process of its own prints that runs `script`."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1]), **environment}
    run = [sys.executable, "-c", script]
    return subprocess.run(run, capture_output=True, text=True, check=True, env=environment).stdout


def heaps(first, **environment):
    """How many heaps a process has in the end that ran twelve threads at once, `first` before them."""
    return said(HEAPS.format(first=first), **environment).count("<heap nr=")


def test_threads_share_two_heaps():
    assert heaps(KEPT_LEVEL) <= 2 < heaps("")


def test_whoever_set_another_number_in_the_environment_gets_it():
    assert heaps(KEPT_LEVEL, MALLOC_ARENA_MAX="4") > 2


KEPT = """
import ctypes
{first}
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
libc.free(libc.malloc(31 << 20))  # from then on, glibc takes so much from the heap, and keeps twice as much
before, blocks = resident(), [libc.malloc(3 << 20) for _ in range(18)]
[ctypes.memset(block, 1, 3 << 20) for block in blocks], [libc.free(block) for block in blocks]
print(resident() - before)
"""


@pytest.mark.parametrize(("first", "kept"), [(KEPT_LEVEL, False), ("", True)])
def test_what_is_given_back_goes_back_to_the_system(first, kept):
    assert (int(said(KEPT.format(first=first))) > 30 << 20) is kept
