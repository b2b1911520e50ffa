"""Writes aisfx_reference.safetensors with the original network; the tests run without it.

`python tests/golden/make_aisfx_reference.py aisfx-0.1.2-py2.py3-none-any.whl` runs the code of the
network in the wheel, in single precision.
"""

import importlib
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tools"))
convert = importlib.import_module("convert_weights")

# The package's own __init__ imports dependencies that the network does not need.
with convert.open_wheel(Path(sys.argv[1]), convert.SHA256["aisfx"]) as wheel:
    state = convert.read_torch_checkpoint(wheel.read("aisfx/models/checkpoint.pth"))
sys.path.insert(0, f"{sys.argv[1]}/aisfx/models")
original = importlib.import_module("cnn2d")

network = original.EmbeddingNet("max", 3, 1, 64)
prefix = "embedding_net."
network.load_state_dict(
    {name.removeprefix(prefix): state[name] for name in state if name.startswith(prefix)}
)
network.eval()

frame = torch.arange(100.0)[:, None]
band = torch.arange(96.0)
glide = 0.8 * torch.exp(-((band - 20 - 8 * torch.sin(frame / 9)) ** 2) / 18)
beats = 0.3 * torch.exp(-((band - 60) ** 2) / 50) * (frame % 12 < 4)
slope = 0.7 - band / 160 + 0.08 * torch.sin(frame * band / 7)
decay = 0.1 * torch.exp(-(frame % 25) / 5)
log_mel = torch.stack([glide + beats, slope + decay]).clamp(0, 1)
with torch.inference_mode():
    embedding = network(log_mel)
save_file({"log_mel": log_mel, "embedding": embedding}, HERE / "aisfx_reference.safetensors")
