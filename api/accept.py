"""Which of several forms a caller would rather have: RFC 9110, 12.5.1."""


def preferred(accept: str, *media: str) -> str:
    """Of `media`, the first of those that the header `accept` puts first."""
    ranges = dict(_range(part) for part in accept.lower().split(","))
    return max(media, key=lambda one: _quality(one, ranges))


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return name, float(weight)
    except ValueError:
        return name, 0.0


def _quality(media: str, ranges: dict[str, float]) -> float:
    """That of the range that fits most closely; 0 where none does."""
    fitting = (media, f"{media.partition('/')[0]}/*", "*/*")
    return next((ranges[one] for one in fitting if one in ranges), 0.0)
