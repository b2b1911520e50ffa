"""Bundles to and from the model hub, and the page that tells people about one."""

from riffsmith.hub.page import describe_model
from riffsmith.hub.transfer import pull_bundle, push_bundle

__all__ = ["describe_model", "pull_bundle", "push_bundle"]
