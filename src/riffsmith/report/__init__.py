"""Runs → figures and one self-contained HTML page."""

from riffsmith.plotting import draw_spectrogram
from riffsmith.report.measurements import Gap, Measurements
from riffsmith.report.page import measure_run, write_report
from riffsmith.report.previews import PreviewPainter, write_evolution
from riffsmith.report.texts import LANGUAGES, Language

__all__ = [
    "LANGUAGES",
    "Gap",
    "Language",
    "Measurements",
    "PreviewPainter",
    "draw_spectrogram",
    "measure_run",
    "write_evolution",
    "write_report",
]
