"""Runs → figures and one self-contained HTML page."""

from riffsmith.report.figures import draw_spectrogram
from riffsmith.report.findings import Findings, Gap
from riffsmith.report.page import measure_run, write_report
from riffsmith.report.previews import PreviewPainter, write_evolution
from riffsmith.report.texts import LANGUAGES, Language

__all__ = [
    "LANGUAGES",
    "Findings",
    "Gap",
    "Language",
    "PreviewPainter",
    "draw_spectrogram",
    "measure_run",
    "write_evolution",
    "write_report",
]
