"""The embedded songs: who made them."""

DEMO_CREDIT = "Muldjord (El Senator), CC BY-SA 3.0"
"""Artist and licence, as `train --credit` takes them."""
