"""The studio: a server with a page to play, keep, survey and train (extra `riffsmith[studio]`)."""

from riffsmith.studio.access import Access, is_loopback
from riffsmith.studio.app import build_app
from riffsmith.studio.connections import build_server_config
from riffsmith.studio.home import default_home
from riffsmith.studio.logs import Sparse
from riffsmith.studio.studio import Studio, open_studio

__all__ = [
    "Access",
    "Sparse",
    "Studio",
    "build_app",
    "build_server_config",
    "default_home",
    "is_loopback",
    "open_studio",
]
