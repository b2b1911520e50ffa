"""Generator, discriminator and losses of the picture GANs."""
