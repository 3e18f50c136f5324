"""The report as a page."""

import base64
import html
import io

from ranvier.core import _errors
from ranvier.diagnostics._report import _COLUMNS

_STYLE = """
.rv-report { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 60rem; }
.rv-report h1 { font-size: 1.4rem; }
.rv-report h2 { font-size: 1.1rem; margin-bottom: 0.2rem; }
.rv-report dl { display: grid; grid-template-columns: 4rem 1fr; margin: 0 0 1rem; }
.rv-report dt { color: #777; }
.rv-report dd { margin: 0; }
.rv-report table { border-collapse: collapse; margin: 1rem 0; }
.rv-report th, .rv-report td { padding: 0.2rem 0.7rem; text-align: right; }
.rv-report th:first-child, .rv-report td:first-child { text-align: left; }
.rv-report tr:nth-child(even) { background: #f4f4f4; }
.rv-error { border-left: 5px solid #c0392b; padding-left: 0.8rem; }
.rv-warning { border-left: 5px solid #e0a800; padding-left: 0.8rem; }
.rv-hint { border-left: 5px solid #2980b9; padding-left: 0.8rem; }
.rv-report img { max-width: 100%; }
"""


def page_of(report) -> str:
    """Returns a whole page, with plots where matplotlib is installed."""
    title = html.escape(f"Diagnosis of {report.model}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{title}</title></head><body>{fragment_of(report, plots=True)}"
        "</body></html>\n"
    )


def fragment_of(report, plots=False) -> str:
    """Returns the report as a part of a page."""
    parts = [f'<style>{_STYLE}</style><div class="rv-report">']
    count = len(report.findings)
    verdict = "no illness found" if report.ok else f"{count} finding{'s' * (count > 1)}"
    parts.append(f"<h1>Diagnosis of {html.escape(report.model)}: {verdict}</h1>")
    for finding in report.findings:
        parts.append(
            f'<div class="rv-{finding.severity}"><h2>{html.escape(finding.title)} '
            f"<small>({finding.severity}, {html.escape(finding.where)})</small></h2>"
            "<dl>"
        )
        for label, words in (
            ("Seen", finding.seen),
            ("Why", finding.why),
            ("Do", finding.remedy),
        ):
            parts.append(f"<dt>{label}</dt><dd>{html.escape(words)}</dd>")
        parts.append("</dl></div>")
    if plots:
        parts.append(_picture(report))
    parts.append(_table(report))
    parts.append("</div>")
    return "".join(parts)


def _table(report):
    head = "".join(f"<th>{name}</th>" for name in ("layer", *_COLUMNS))
    rows = [
        "<tr>"
        + "".join(
            f"<td>{html.escape(cell)}</td>"
            for cell in (layer.name, *(_COLUMNS[name](layer) for name in _COLUMNS))
        )
        + "</tr>"
        for layer in report.layers
        if layer.is_step or layer.gradient is not None
    ]
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>" if rows else ""


def _picture(report):
    try:
        _errors.require("matplotlib", "plot")
    except ImportError:
        return ""
    # A figure of its own, which pyplot never hears of: nothing is left open.
    from matplotlib.figure import Figure

    class _Pyplot:
        @staticmethod
        def subplots(rows, columns, **options):
            figure = Figure(figsize=options["figsize"], layout=options.get("layout"))
            return figure, figure.subplots(rows, columns)

    from ranvier.diagnostics._drawing import draw

    buffer = io.BytesIO()
    draw(report, _Pyplot).savefig(buffer, format="png", dpi=90)
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        '<img alt="Signal, gradients, units and losses" '
        f'src="data:image/png;base64,{data}">'
    )
