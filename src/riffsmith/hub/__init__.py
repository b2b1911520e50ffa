"""Exchange of bundles with the model hub, and the page that describes a published model."""

from riffsmith.hub.page import describe_model
from riffsmith.hub.transfer import pull_bundle, push_bundle

__all__ = ["describe_model", "pull_bundle", "push_bundle"]
