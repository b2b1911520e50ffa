"""Denoiser, discriminator, beat clock and noise of the latent GAN."""
