"""`riffsmith studio`."""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from riffsmith.cli.remote import NO_REMOTE, RemoteFlags, open_remotes

_NEEDED = ("fastapi", "uvicorn", "multipart", "python_multipart", "psutil")


def studio(
    *,
    model: Annotated[list[Path] | None, Parameter(negative="")] = None,
    music: Annotated[list[Path] | None, Parameter(negative="")] = None,
    home: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 8765,
    token: str | None = None,
    remote: Annotated[RemoteFlags, Parameter(name="*")] = NO_REMOTE,
) -> None:
    """Open the studio: a page to play models, keep clips and train, served to a browser.

    With --osc or --midi, other programs and controllers move the knobs of the pages that are open;
    docs/guide.md has their messages.

    Parameters
    ----------
    model
        Run folder or bundle folder to offer beside the shipped models; may be repeated.
    music
        Folder below which folders of recordings may be named on the page; may be repeated; your
        home folder if left out.
    home
        Folder for uploads, runs and clips; the user's data folder if left out.
    host
        Address to listen at; another one than this computer's own needs a token.
    port
        Where to listen.
    token
        What clients must show; drawn and printed if left out and needed.
    """
    import logging
    import secrets

    from riffsmith.cli.console import note, stdout
    from riffsmith.errors import SettingsError
    from riffsmith.remote import ControlChanges

    try:
        import uvicorn

        from riffsmith.studio import (
            Access,
            Sparse,
            build_app,
            build_server_config,
            default_home,
            is_loopback,
            open_studio,
        )
    except ModuleNotFoundError as cause:
        if cause.name not in _NEEDED:
            raise
        raise SettingsError(
            f"the studio needs the extra with its server ({cause.name} is missing): install "
            "riffsmith[studio]"
        ) from cause
    remote.check()
    if not 0 < port < 65_536:
        raise SettingsError(f"--port must be from 1 to 65535, found {port}")
    if token is not None and len(token) < 8:
        raise SettingsError("--token must have 8 characters or more: leave it out to get one")
    if token is None and not is_loopback(host):
        token = secrets.token_urlsafe(18)
    access = Access(host, token)
    if music and not access.folders:
        raise SettingsError(
            "--music has no effect here, because folders may be named only where the studio "
            "listens to this computer alone and has no token: leave it out"
        )
    for folder in music or ():
        if not folder.is_dir():
            raise SettingsError(f"--music must name a folder, found {str(folder)!r}")
    log = logging.StreamHandler()
    log.addFilter(Sparse())
    logging.basicConfig(format="%(message)s", level=logging.WARNING, handlers=[log])
    place = home or default_home()
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{port}/" + (f"?token={token}" if token else "")
    changes = ControlChanges() if remote.is_asked else None
    with (
        _listen(host, port) as sockets,
        open_studio(
            place, access=access, models=model or (), music=music or None, remote=changes
        ) as opened,
        nullcontext() if changes is None else open_remotes(remote, changes),
    ):
        note(f"everything is kept in {place}; Ctrl-C ends the studio, trainings go on")
        stdout.print(address, soft_wrap=True)
        config = build_server_config(build_app(opened), host, port, log_level="warning")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=sockets)


@contextmanager
def _listen(host: str, port: int) -> Iterator[list[socket.socket]]:
    """Opens the port at the addresses of a host; on leaving, it is closed.

    Raises:
        SettingsError: The host or the port cannot be used.
    """
    from riffsmith.cli.listening import explain_listening
    from riffsmith.errors import SettingsError

    sockets: list[socket.socket] = []
    with ExitStack() as opened:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            for family, address in dict.fromkeys((family, there) for family, *_, there in found):
                try:
                    server = socket.create_server(address, family=family)
                except OSError as cause:  # `localhost` has an IPv6 address even without IPv6
                    if cause.errno != errno.EADDRNOTAVAIL or len(found) == 1:
                        raise
                    continue
                sockets.append(opened.enter_context(server))
        except OSError as cause:
            raise SettingsError(explain_listening(cause, host, port)) from cause
        yield sockets
