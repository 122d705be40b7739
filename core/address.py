"""What an address says: this machine alone, or nobody's to point elsewhere, or the same household. Pure."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, can only mean this machine."""
    ip = _parsed(host)
    return host == "localhost" or (ip is not None and ip.is_loopback)


def is_address(host: str) -> bool:
    """Whether `host` is an IP address, and so no name that somebody could point elsewhere."""
    return _parsed(host) is not None


def caller_at(address: str) -> str:
    """What counts as one caller: an IPv4 address, or the 64 bits of an IPv6 one that a household has."""
    ip = _parsed(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or ip_network((ip, 64), strict=False))
    return address if ip is None else str(ip)


def _parsed(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
