"""From the engine's threads into the GUI's."""

from PySide6.QtCore import QObject, Signal

from core.scene import Scene


class Bridge(QObject):
    """`publish` may be called from any thread; `scene_changed` arrives in the thread of whoever listens."""

    scene_changed = Signal(object)

    def publish(self, scene: Scene) -> None:
        self.scene_changed.emit(scene)
