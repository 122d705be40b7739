"""How Doorward is: for who watches over it, and for what restarts it."""

import platform
from collections.abc import Callable
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.errors import ALWAYS, KEYED, documented
from api.metrics import Metrics
from api.schemas import Alive, Configured, DoorStanding, Health, System
from api.security import KeyedRoute, Security
from core.apikeys import Scope
from core.errors import DoorwardError
from core.gallery import Gallery
from core.recogniser import Recogniser
from core.store import Store

T = TypeVar("T")
ILL: dict[int | str, dict[str, Any]] = {
    **documented(*ALWAYS),
    503: {"model": Health, "description": "A part is missing; the door stays shut"},
}
PACKAGES = ("doorward", "insightface", "onnxruntime", "numpy", "sqlalchemy", "fastapi")


class OperationRoutes:
    def __init__(
        self, recogniser: Recogniser, store: Store, metrics: Metrics, security: Security, *, configured: Configured
    ) -> None:
        self._recogniser = recogniser
        self._store = store
        self._metrics = metrics
        self._security = security
        self._configured = configured

    def router(self) -> APIRouter:
        router = APIRouter(route_class=KeyedRoute, tags=["operation"])
        read, answers = Depends(self._security.needs(Scope.SYSTEM_READ)), documented(*KEYED, "database_unavailable")
        router.add_api_route("/health", self.health, summary="Is all well?", responses=ILL)
        router.add_api_route("/health/ready", self.health_ready, summary="Can it be used?", responses=ILL)
        router.add_api_route("/health/live", self.health_live, summary="Is it there?", responses=documented(*ALWAYS))
        router.add_api_route("/system", self.system, summary="What is this?", dependencies=[read], responses=answers)
        router.add_api_route(
            "/metrics",
            self.metrics,
            summary="Figures for Prometheus",
            dependencies=[read],
            response_class=Response,
            responses={200: {"content": {"text/plain": {}}}, **answers},
        )
        return router

    def health(self, response: Response) -> Health:
        """200 when all is well, 503 when not, in one shape."""
        health = Health(
            database=self._state(self._store.ping),
            model=self._state(lambda: self._recogniser.model),
            gallery=self._state(lambda: self._recogniser.gallery),
            gallery_size=self._known(len),
        )
        if not health.well:
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return health

    def health_ready(self, response: Response) -> Health:
        """As /health: whether faces can be enrolled and matched now. For who sends traffic here, or does not."""
        return self.health(response)

    async def health_live(self) -> Alive:
        """Always 200, and asks nobody: where this does not answer, start it again."""
        return Alive()

    def system(self) -> System:
        """Versions, the model, the gallery, how the doors stand, and what of the configuration is no secret."""
        doors = self._store.doors.all()
        return System(
            versions={"python": platform.python_version(), **{package: version(package) for package in PACKAGES}},
            model_id=self._model_id(),
            threshold=self._threshold(),
            search=self._known(lambda gallery: gallery.engine),
            gallery_size=self._known(len),
            gallery_version=self._known(lambda gallery: gallery.version),
            doors=[DoorStanding(name=n, locked=d.locked, fault=d.fault, told_at=d.at) for n, d in doors.items()],
            configuration=self._configured,
        )

    def metrics(self) -> Response:
        """Also while the database is away, as far as that goes."""
        return Response(self._metrics.text(), media_type=CONTENT_TYPE_LATEST)

    def _state(self, probe: Callable[[], object]) -> str:
        try:
            probe()
        except DoorwardError as error:
            return "loading" if self._recogniser.loading else error.code
        return "ok"

    def _known(self, ask: Callable[[Gallery], T]) -> T | None:
        try:
            return ask(self._recogniser.gallery)
        except DoorwardError:
            return None

    def _model_id(self) -> str | None:
        try:
            return self._recogniser.model.id
        except DoorwardError:
            return None

    def _threshold(self) -> float | None:
        try:
            return self._recogniser.rules.threshold
        except DoorwardError:
            return None
