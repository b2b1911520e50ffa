"""The report: a run as one self-contained HTML page, and pictures of its previews."""

from riffsmith.report.measurements import Measurements, NotMeasured
from riffsmith.report.page import measure_run, write_report
from riffsmith.report.preview_pictures import PreviewPainter, write_evolution
from riffsmith.report.result_store import ALL_KINDS
from riffsmith.report.texts import LANGUAGES, Language

__all__ = [
    "ALL_KINDS",
    "LANGUAGES",
    "Language",
    "Measurements",
    "NotMeasured",
    "PreviewPainter",
    "measure_run",
    "write_evolution",
    "write_report",
]
