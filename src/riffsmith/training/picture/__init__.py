"""Training of the picture GANs."""
