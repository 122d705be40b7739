"""How long it will go on, from how it went so far. Pure."""


def seconds_left(seconds: float, done: int, total: int | None) -> float | None:
    """After `done` of `total` in so many seconds; None while nobody knows."""
    return None if not total or done <= 0 else seconds / done * max(0, total - done)


def time_left(seconds: float) -> str:
    """Roughly: nobody wants to see the seconds jump."""
    if seconds < 10:
        return "Some seconds left."
    if seconds < 60:
        return f"About {10 * round(seconds / 10)} s left."
    if seconds < 3600:
        return f"About {round(seconds / 60)} min left."
    return f"About {seconds / 3600:.1f} h left."
