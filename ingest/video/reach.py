"""The way to a camera's address: resolved once, checked, and knocked at where FFmpeg does not say what is wrong.

Only the number that was checked is connected to. A name that is asked for twice can stand for two numbers (DNS
rebinding), so FFmpeg is never given one.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from hub.config.address import AddressNotAllowed, as_number
from hub.errors import SourceError
from hub.model.allowlist import AllowList
from hub.model.source import GapCause, SourceState

_KNOCK_TIMEOUT_S = 2.5
_DEFAULT_PORTS: Mapping[str, int] = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}


def parts_of(url: str) -> SplitResult:
    """The parts of an RTSP URL. Raises SourceError for anything else."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in {"rtsp", "rtsps"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, brackets that hold no address
        is_good = False
    if not is_good:
        words = "the address is not an rtsp:// or rtsps:// URL"
        raise SourceError(SourceState.UNREACHABLE, words, GapCause.CAMERA)
    return parts


def port_of(parts: SplitResult) -> int:
    return parts.port or _DEFAULT_PORTS[parts.scheme]


def resolve(host: str, port: int, allowed: AllowList) -> str:
    """The number to connect to for ``host``, the first that is allowed. Raises SourceError; AddressNotAllowed."""
    number = as_number(host)
    if number is not None:
        found = [number]
    else:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise SourceError(SourceState.UNREACHABLE, "the name of the camera cannot be resolved") from error
        found = [str(answer[4][0]) for answer in answers]
    for address in found:
        if allowed.permits(address, host):
            return address
    name = host if number is None else ""
    raise AddressNotAllowed(found[0] if found[0] == host else f"{host} ({found[0]})", allowed.line_for(found[0], name))


def at_address(parts: SplitResult, address: str) -> str:
    """The URL of ``parts`` without credentials, with a number in the place of its host."""
    host = f"[{address}]" if ":" in address else address
    port = "" if parts.port is None else f":{parts.port}"
    return parts._replace(netloc=f"{host}{port}").geturl()


def trusted(ca_file: Path | None) -> str | None:
    """The file of the authorities that certificates are checked against: the one configured, or the system's."""
    return str(ca_file) if ca_file is not None else ssl.get_default_verify_paths().cafile


def knock(
    parts: SplitResult,
    address: str,
    *,
    verified: bool = True,
    ca_file: Path | None = None,
    timeout_s: float = _KNOCK_TIMEOUT_S,
) -> SourceError | None:
    """Whether something that speaks RTSP is at ``address`` and the port of ``parts``, and if not, what there is.

    Only asked after a failure: FFmpeg says no more than "timed out" or "I/O error" for a port that is closed, a server
    that is dumb and a certificate that is not trusted.
    """
    port = port_of(parts)
    connected = False
    try:
        with socket.create_connection((address, port), timeout=timeout_s) as connection:
            connected = True
            if parts.scheme == "rtsps":
                return _shake_hands(connection, parts.hostname or "", verified=verified, ca_file=ca_file)
            request = f"OPTIONS {at_address(parts, address)} RTSP/1.0\r\nCSeq: 1\r\n\r\n"
            connection.sendall(request.encode(errors="replace"))
            answer = connection.recv(5)
    except ConnectionRefusedError:
        reason = f"nothing listens at port {port}"
    except TimeoutError:
        reason = "the camera accepts the connection and says nothing" if connected else "no answer"
    except OSError as error:
        reason = f"no way to the camera ({error.strerror or 'network error'})"
    else:
        if answer == b"RTSP/":
            return None
        reason = "what answers there is no camera" if answer else "the camera closed the connection"
    return SourceError(SourceState.UNREACHABLE, reason, GapCause.CAMERA if connected else None)


def _shake_hands(connection: socket.socket, host: str, *, verified: bool, ca_file: Path | None) -> SourceError | None:
    context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        context.wrap_socket(connection, server_hostname=host).close()
    except ssl.SSLCertVerificationError as error:
        words = f"its certificate is not trusted ({error.verify_message}); see tls and network.ca_file"
        return SourceError(SourceState.UNREACHABLE, words, GapCause.CAMERA)
    except (ssl.SSLError, TimeoutError):
        words = "what answers there speaks no TLS: try rtsp:// instead of rtsps://"
        return SourceError(SourceState.UNREACHABLE, words, GapCause.CAMERA)
    return None
