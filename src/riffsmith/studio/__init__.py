"""The studio: a server with a page to play, keep, survey and train (extra `riffsmith[studio]`)."""

from riffsmith.studio.access import TOKEN_PATTERN, Access, draw_token, is_loopback
from riffsmith.studio.app import build_app
from riffsmith.studio.connections import build_server_config
from riffsmith.studio.home import default_home
from riffsmith.studio.logs import Sparse
from riffsmith.studio.studio import Studio, open_studio

__all__ = [
    "TOKEN_PATTERN",
    "Access",
    "Sparse",
    "Studio",
    "build_app",
    "build_server_config",
    "default_home",
    "draw_token",
    "is_loopback",
    "open_studio",
]
