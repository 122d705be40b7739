"""One collection of Milvus: numbers and their vectors. A cluster by its address, or one in a file (milvus-lite)."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from grpc import RpcError
from numpy.typing import NDArray
from pymilvus import DataType, MilvusClient, MilvusException

from core.domain import Vector
from core.errors import SearchUnavailable
from core.search.milvus import AWAY

log = logging.getLogger(__name__)
logging.getLogger("pymilvus").setLevel(logging.CRITICAL + 1)  # it logs tracebacks of what is told here in a sentence
BATCH = 1000  # rows in one call: 2 MiB of 512 numbers each
AGAIN = 5.0  # seconds in which Milvus is not asked again after it did not answer
PATIENCE = 5.0  # seconds for a call that is no search; what takes longer (loading) goes on there, and is asked again
LISTED = 16_000  # numbers in one answer, of which Milvus gives 16,384 at most
EVERY = (int(np.iinfo(np.int64).min), int(np.iinfo(np.int64).max))


def connected(uri: str, token: str | None, timeout: float) -> MilvusClient:
    """Raises MilvusException where nobody answers in time."""
    if "://" not in uri:
        logging.getLogger("grpc._server").setLevel(logging.CRITICAL)  # this process's own, on what milvus-lite lacks
        Path(uri).parent.mkdir(parents=True, exist_ok=True)
    return MilvusClient(uri, token=token or "", timeout=timeout)


class Collected:
    """A collection, made when it is first opened. Whatever fails raises SearchUnavailable, and is soon tried again.

    `failures` counts what failed: who wrote to it looks what has arrived when it has moved. For two threads, of which
    one searches.
    """

    def __init__(
        self,
        connect: Callable[[], MilvusClient],
        name: str,
        *,
        timeout: float = 1.0,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.failures = 0
        self._connect = connect
        self._name = name
        self._timeout = timeout
        self._patience = patience
        self._clock = clock
        self._client: MilvusClient | None = None
        self._loaded = False
        self._failed_at: float | None = None

    def open(self, dimension: int) -> set[int]:
        """Makes it where there is none; the numbers that are in it."""
        with self._asking() as client:
            if not client.has_collection(self._name, timeout=self._patience):
                self._make(client, dimension)
            if not client.list_indexes(self._name, timeout=self._patience):  # whoever made it did not come so far
                self._index(client)
            self._load(client)
            return set(self._numbers(client, *EVERY))

    def ping(self) -> None:
        """Returns if Milvus answers."""
        with self._asking() as client:
            client.list_collections(timeout=self._timeout)

    def write(self, numbers: Sequence[int], matrix: NDArray[np.float32]) -> None:
        """`matrix` (n, dimension), with rows of length 1. What is there already is written over."""
        with self._asking() as client:
            for i in range(0, len(numbers), BATCH):
                batch = zip(numbers[i : i + BATCH], matrix[i : i + BATCH], strict=True)
                rows = [{"id": number, "vector": vector} for number, vector in batch]
                client.upsert(self._name, rows, timeout=self._patience)

    def delete(self, numbers: Sequence[int]) -> None:
        with self._asking() as client:
            for i in range(0, len(numbers), BATCH):
                client.delete(self._name, ids=list(numbers[i : i + BATCH]), timeout=self._patience)

    def closest(self, probe: Vector, limit: int) -> list[tuple[int, float]]:
        """(number, cosine) of those most alike, the most alike first. All that was written or deleted before counts."""
        with self._asking() as client:
            if not self._loaded:
                self._load(client)
            found = client.search(
                self._name,
                data=[probe],
                limit=limit,
                output_fields=["id"],  # or each vector would come with it
                timeout=self._timeout,
                consistency_level="Strong",
            )
            return [(hit["id"], float(hit["distance"])) for hit in found[0]]

    def drop(self) -> None:
        with self._asking() as client:
            client.drop_collection(self._name, timeout=self._patience)
            self._loaded = False

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _make(self, client: MilvusClient, dimension: int) -> None:
        schema = client.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        options: dict[str, Any] = {"consistency_level": "Strong", "timeout": self._patience}
        client.create_collection(self._name, schema=schema, **options)

    def _index(self, client: MilvusClient) -> None:
        index = client.prepare_index_params()
        index.add_index("vector", index_type="FLAT", metric_type="IP")  # looks at all: nobody in reach is passed over
        client.create_index(self._name, index, timeout=self._patience)

    def _load(self, client: MilvusClient) -> None:
        """Whoever opens a collection anew has to, or nothing is found in it."""
        client.load_collection(self._name, timeout=self._patience)
        self._loaded = True

    def _numbers(self, client: MilvusClient, least: int, largest: int) -> Iterator[int]:
        """Those in that range, which is halved until one answer holds them. pymilvus's iterator has no time-out."""
        rows = client.query(
            self._name,
            filter=f"id >= {least} and id <= {largest}",
            output_fields=["id"],
            limit=LISTED,
            consistency_level="Strong",
            timeout=self._patience,
        )
        if len(rows) < LISTED:
            yield from (row["id"] for row in rows)
        else:
            middle = (least + largest) // 2
            yield from self._numbers(client, least, middle)
            yield from self._numbers(client, middle + 1, largest)

    @contextmanager
    def _asking(self) -> Iterator[MilvusClient]:
        if self._failed_at is not None and self._clock() - self._failed_at < AGAIN:
            raise SearchUnavailable(AWAY)
        try:
            if self._client is None:
                self._client = self._connect()
            yield self._client
            self._failed_at = None
        except (MilvusException, RpcError, OSError, ValueError) as error:  # ValueError: grpc's, of a closed channel
            if self._failed_at is None:
                log.warning("Milvus does not answer, or not as it should (%s)", type(error).__name__)
            self.failures += 1
            self._loaded = False
            self._failed_at = self._clock()
            raise SearchUnavailable(AWAY) from error
