"""`riffsmith studio`."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from riffsmith.cli.remote import NO_REMOTE, RemoteFlags, open_remotes

_TOKEN_VARIABLE = "RIFFSMITH_STUDIO_TOKEN"
_LARGEST_TOKEN_FILE = 4096
_NEEDED = ("fastapi", "uvicorn", "multipart", "python_multipart", "psutil")


def studio(
    *,
    model: Annotated[list[Path] | None, Parameter(negative="")] = None,
    music: Annotated[list[Path] | None, Parameter(negative="")] = None,
    home: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 8765,
    token_file: Path | None = None,
    no_token: Annotated[bool, Parameter(negative="")] = False,
    remote: Annotated[RemoteFlags, Parameter(name="*")] = NO_REMOTE,
) -> None:
    """Open the studio: a page to play models, keep clips and train, served to a browser.

    It prints its address, which holds a token that is drawn anew each time: whoever has not got it
    cannot use the studio. The variable RIFFSMITH_STUDIO_TOKEN of the environment gives another one.

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
        Address to listen at.
    port
        Where to listen.
    token_file
        File that holds the token, if it is to stay the same: 22 letters and digits or more.
    no_token
        Ask for no token; then every user and program of this computer can use the studio.
    """
    import logging

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
            draw_token,
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
    token = None if no_token else _read_token(token_file) or draw_token()
    if token is None:
        _check_no_token(host, token_file)
        note("there is no token: every user and program of this computer can use the studio")
    access = Access(host, token)
    if music and not access.folders:
        raise SettingsError(
            "--music has no effect here, because folders may be named only where the studio "
            "listens to this computer alone: leave it out"
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


def _read_token(file: Path | None) -> str | None:
    """The token of a file, or else of the environment. `None`: neither gives one.

    Raises:
        SettingsError: The file cannot be read, or the token is too short or not of the right form.
    """
    import re

    from riffsmith.cli.console import note
    from riffsmith.errors import SettingsError
    from riffsmith.files import explain, read_regular
    from riffsmith.studio import TOKEN_PATTERN

    if file is None:
        place, token = _TOKEN_VARIABLE, os.environ.pop(_TOKEN_VARIABLE, "")  # no child inherits it
        if not token:
            return None
    else:
        place = str(file)
        try:
            token = read_regular(file, _LARGEST_TOKEN_FILE).decode("ascii", "replace").strip()
        except OSError as cause:
            raise SettingsError(explain(cause, f"reading the token of {file}")) from cause
        except ValueError as cause:
            raise SettingsError(f"{file} holds no token ({cause}): name another file") from cause
        if os.name != "nt" and file.stat().st_mode & 0o077:
            note(f"other users of this computer may be able to read {file}: chmod 600 closes it")
    if not re.fullmatch(TOKEN_PATTERN, token):
        raise SettingsError(
            f"the token of {place} must be 22 to 200 letters, digits and the signs - _ . ~, found "
            f"{len(token)} characters: `python -c 'import secrets; print(secrets.token_urlsafe())'`"
            " makes one"
        )
    return token


def _check_no_token(host: str, file: Path | None) -> None:
    """Refuses --no-token where it does not fit the other options.

    Raises:
        SettingsError: Others could use the studio, or a token is given as well.
    """
    from riffsmith.errors import SettingsError
    from riffsmith.studio import is_loopback

    if file is not None:
        raise SettingsError("--no-token and --token-file exclude each other: leave one out")
    if not is_loopback(host):
        raise SettingsError(
            f"--no-token is for this computer alone, and --host {host} lets others in: leave one "
            "of them out"
        )


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
