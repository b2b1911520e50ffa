"""`riffsmith export`."""

from pathlib import Path
from typing import Literal


def export(
    model: str,
    out: Path,
    *,
    format: Literal["onnx", "torchscript"],  # noqa: A002
    snapshot: int | None = None,
) -> None:
    """Write a model in a form that other programs load.

    Parameters
    ----------
    model
        Run folder, bundle folder, or name of a shipped model; of preset latent. ./NAME is
        always a folder.
    out
        onnx: a folder for the graphs and player.json; torchscript: a file, usually .ts.
    format
        onnx for its many runtimes, which needs the extra riffsmith[onnx]; torchscript for the
        object nn~ in Max and Pure Data.
    snapshot
        Number of a run's snapshot: an epoch of a picture preset, a step of latent. The best if left
        out.
    """
    from riffsmith.bundle import LatentBundle
    from riffsmith.cli.console import note, stdout
    from riffsmith.errors import ModelError
    from riffsmith.pipeline.models import open_model

    bundle = open_model(model, snapshot, note)
    if not isinstance(bundle, LatentBundle):
        raise ModelError(
            f"a model of preset {bundle.card.preset} plays clips alone: only models of preset "
            "latent can be exported"
        )
    if out.is_dir() and any(out.iterdir()) and not (out / "player.json").is_file():
        raise ModelError(f"{out} is a folder of something else: name another place")
    if format == "onnx":
        from riffsmith.export import export_onnx

        export_onnx(bundle, out)
    else:
        from riffsmith.export import export_torchscript

        export_torchscript(bundle, out)
    stdout.print(str(out), soft_wrap=True)
