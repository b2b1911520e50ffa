"""A model in the forms that other programs load."""

from riffsmith.export.onnx import export_onnx
from riffsmith.export.torchscript import export_torchscript

__all__ = ["export_onnx", "export_torchscript"]
