"""What to say where a port of the network cannot be listened at."""

import errno
import socket

from riffsmith.files import error_reason


def explain_listening(
    error: OSError, host: str, port: int, *, host_flag: str = "--host", port_flag: str = "--port"
) -> str:
    """A sentence that says why a port cannot be listened at and which option to change."""
    if isinstance(error, socket.gaierror):
        return (
            f"{host_flag} must be an address of this computer, found {host!r}, which is unknown "
            f"({error_reason(error)}): leave it out to serve this computer alone"
        )
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is in use by another program: end that program, or choose "
            f"another port with {port_flag}"
        )
    if error.errno == errno.EACCES:
        return f"you may not listen at port {port}: choose one from 1024 to 65535 with {port_flag}"
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"{host_flag} must be an address of this computer, found {host}: leave it out to serve "
            "this computer alone"
        )
    return f"listening at {host}, port {port}, failed ({error_reason(error)}): choose another port"
