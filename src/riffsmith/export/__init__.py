"""A model in the forms that other programs load."""

from riffsmith.export.onnx import export_onnx

__all__ = ["export_onnx"]
