"""Runs → figures and one self-contained HTML page."""

from riffsmith.report.page import write_report
from riffsmith.report.previews import PreviewPainter, write_evolution

__all__ = ["PreviewPainter", "write_evolution", "write_report"]
