"""Training of the latent GAN."""
