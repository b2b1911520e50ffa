"""`riffsmith play`."""

from contextlib import suppress

from riffsmith.cli.flags import ControlFlags


def play(
    model: str = "metal",
    *,
    seed: int | None = None,
    minutes: float | None = None,
    snapshot: int | None = None,
    controls: ControlFlags = None,
) -> None:
    """Play new music on the sound card until Ctrl-C.

    Needs the extra riffsmith[play].

    Parameters
    ----------
    model
        Run folder, bundle folder, or name of a shipped model.
    seed
        The same seed gives the same piece; drawn and printed if left out.
    minutes
        Where to end; never if left out.
    snapshot
        Number of a run's snapshot: an epoch of a picture preset, a step of latent. The best if left
        out.
    """
    from riffsmith.audio import play_audio
    from riffsmith.cli.live import prefetch_piece

    with (
        suppress(KeyboardInterrupt),  # how an endless piece ends
        prefetch_piece(model, seed, minutes, snapshot, controls) as live,
    ):
        play_audio(live.chunks, live.sample_rate, channels=2)
