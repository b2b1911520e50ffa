"""Fits the modulation filter of a model again, for one whose training did not end with that.

    python tools/fit_modulation_filter.py MODEL CORPUS FOLDER

`riffsmith train` fits a filter for each snapshot. This is for generators that were trained in
another way, as `tools/train_on_gpu.py` does. CORPUS is the prepared corpus that MODEL learned from;
FOLDER gets the model with its filter.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from riffsmith.bundle import LatentBundle, write_bundle
from riffsmith.corpus import Corpus
from riffsmith.errors import SettingsError
from riffsmith.pipeline.models import open_model
from riffsmith.training.latent.modulation import fit_modulation_filter
from riffsmith.training.latent.windows import LatentWindows, measure_recordings


def main() -> None:
    """Reads the command line and writes the model."""
    parser = argparse.ArgumentParser(description="Fits the modulation filter of a model again.")
    parser.add_argument("model", help="name or folder of a model of preset latent")
    parser.add_argument("corpus", type=Path, help="prepared corpus that it learned from")
    parser.add_argument("folder", type=Path, help="folder of the model with its filter")
    given = parser.parse_args()
    bundle = open_model(given.model)
    if not isinstance(bundle, LatentBundle):
        raise SettingsError(f"{given.model} generates pictures: choose a model of preset latent")
    settings, corpus = bundle.settings, Corpus(given.corpus)
    recordings = measure_recordings(corpus, corpus.manifest.of_split("train"), settings)
    windows = LatentWindows(recordings, bundle.codec, settings.training)
    found = fit_modulation_filter(bundle.generator, windows, settings, bundle.card.seed)
    if found is None:
        raise SettingsError(
            f"{given.model} was trained with windows of {settings.training.window_frames} latent "
            "frames, which are too short for a filter"
        )
    write_bundle(given.folder, replace(bundle, modulation_filter=found))
    print(f"the model with its filter → {given.folder}")


if __name__ == "__main__":
    main()
