"""Denoiser, discriminator, inputs and losses of the latent GAN."""
