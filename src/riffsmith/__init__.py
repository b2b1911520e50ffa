"""Riffsmith: train a GAN on a folder of recordings and let it play new music of that kind."""

__version__ = "0.1.0"
