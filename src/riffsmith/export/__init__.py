"""Export of a model to forms that other programs load: ONNX graphs, and TorchScript for nn~."""

from riffsmith.export.onnx import export_onnx
from riffsmith.export.torchscript import export_torchscript

__all__ = ["export_onnx", "export_torchscript"]
