"""The certificate by which the REST API is known, and its private key; whose word is taken for the database's."""

import ssl
from pathlib import Path

WRONG = {
    "KEY_VALUES_MISMATCH": "api.key is not the key of the certificate in api.certificate",
    "EE_KEY_TOO_SMALL": "the key in api.certificate is too short to be safe: make one of RSA 2048 bits or more",
}
OTHERWISE = "api.certificate and api.key: expected PEM files, the key without a password"
EXPOSED = (
    "API keys and pictures can be read on their way here. Set api.certificate and api.key; or let a proxy on this "
    "machine speak TLS, and set api.host to 127.0.0.1."
)
"""Said wherever `ApiSettings.exposed`."""


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What a server speaks TLS by, 1.2 or newer. Raises ValueError, which says what is wrong with which file."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(_readable(certificate), _readable(key), password=lambda: "")  # or it would ask here
    except ssl.SSLError as error:
        raise ValueError(WRONG.get(error.reason or "", OTHERWISE)) from None
    return context


def client_context(authority: Path) -> ssl.SSLContext:
    """What a client speaks TLS by with a server whose certificate `authority`, a PEM file, vouches for, by its name.

    Raises ValueError, which says what is wrong with the file.
    """
    try:
        context = ssl.create_default_context(cafile=_readable(authority))
    except ssl.SSLError:
        raise ValueError(f"{authority}: expected a PEM file with certificates") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _readable(path: Path) -> Path:
    path = path.expanduser()
    try:
        path.open("rb").close()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    return path
