"""What the engines of a search are measured against: the machine's memory, and the loop that everyone writes first."""

import os
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np

from core.admin.bench.crowd import Crowd
from core.domain import Vector

STREAM = 1 << 26  # float32 numbers read to measure the memory: 256 MiB
LOOP = 5000  # templates that the plain loop goes through
ROUNDS = 5


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def bandwidth() -> float:
    """Bytes a second at which all cores together read memory: the best of some rounds."""
    numbers = np.ones(STREAM, np.float32)
    best = 0.0
    for threads in {1, os.cpu_count() or 1}:
        parts = np.array_split(numbers, threads)
        with ThreadPoolExecutor(threads) as pool:
            for _ in range(ROUNDS):
                start = time.perf_counter()
                list(pool.map(lambda part: part @ part, parts))
                best = max(best, numbers.nbytes / (time.perf_counter() - start))
    return best


def plain_loop_ms(crowd: Crowd, probe: Vector, folder: Path) -> tuple[float, int]:
    """The loop that everyone writes first, and how many templates it went through; the best of some rounds."""
    count = min(crowd.templates, LOOP)
    with closing(sqlite3.connect(folder / "faces.sqlite")) as connection:
        connection.execute("CREATE TABLE faces (id INTEGER PRIMARY KEY, user_id TEXT, embedding BLOB)")
        for rows in Crowd(count, crowd.dimension).pages():
            blobs = zip(rows.user_ids, (vector.tobytes() for vector in rows.matrix), strict=True)
            connection.executemany("INSERT INTO faces (user_id, embedding) VALUES (?, ?)", blobs)
        connection.commit()
        return min(timed(lambda: _plain_loop(connection, probe)) for _ in range(ROUNDS)), count


def _plain_loop(connection: sqlite3.Connection, probe: Vector) -> str:
    best, who = -1.0, ""
    for user_id, embedding in connection.execute("SELECT user_id, embedding FROM faces"):
        vector = np.frombuffer(embedding, np.float32)
        similarity = np.dot(vector, probe) / (np.linalg.norm(vector) * np.linalg.norm(probe))
        if similarity > best:
            best, who = similarity, user_id
    return who
