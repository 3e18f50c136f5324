"""Report: the findings and the measurements behind them, to read, keep and draw."""

import dataclasses
import io

import numpy as np

from ranvier.core import _errors

_COLOURS = {"error": "red", "warning": "yellow", "hint": "cyan"}


@dataclasses.dataclass(frozen=True)
class Report:
    """What `diagnose` found.

    Attributes:
        model: name of the model.
        findings: list of `Finding`s, gravest first, causes before their symptoms.
        layers: list of `LayerStatistics` in the order of the calls.
        loss: the loss on the sample, in training mode.
        losses: the loss of each step on the copy, or None.
        history: the logs of the training so far.
    """

    model: str
    findings: list
    layers: list
    loss: float
    losses: np.ndarray | None
    history: dict

    @property
    def ok(self) -> bool:
        """Whether nothing worse than a hint was found."""
        return all(finding.severity == "hint" for finding in self.findings)

    @property
    def codes(self) -> list:
        """The findings' codes, gravest first."""
        return [finding.code for finding in self.findings]

    def to_dict(self) -> dict:
        """Returns all of it as plain, JSON-ready values."""
        return {
            "model": self.model,
            "ok": self.ok,
            "loss": self.loss,
            "findings": [finding.to_dict() for finding in self.findings],
            "layers": [layer.to_dict() for layer in self.layers],
            "losses": None if self.losses is None else self.losses.tolist(),
            "history": {
                name: [float(v) for v in values]
                for name, values in self.history.items()
            },
        }

    def print(self, console=None) -> None:
        """Prints the report with rich.

        Args:
            console: the `rich.console.Console` to print on; default: a new one.
        """
        from rich.console import Console

        (console or Console()).print(*self._renderables(), sep="\n")

    def __str__(self):
        from rich.console import Console

        buffer = io.StringIO()
        self.print(Console(file=buffer, width=100, color_system=None))
        return buffer.getvalue().rstrip()

    def __rich_console__(self, console, options):
        yield from self._renderables()

    def _renderables(self):
        from rich.table import Table
        from rich.text import Text

        count = sum(finding.severity != "hint" for finding in self.findings)
        verdict = (
            "no illness found"
            if self.ok
            else f"{count} finding{'s' * (count > 1)}, gravest first"
        )
        yield Text(f"Diagnosis of '{self.model}': {verdict}.", style="bold")
        for number, finding in enumerate(self.findings, 1):
            heading = Text(f"\n{number}. {finding.title} ", style="bold")
            heading.append(
                f"({finding.severity}, {finding.where})",
                style=_COLOURS[finding.severity],
            )
            yield heading
            lines = Table.grid(padding=(0, 1))
            lines.add_row("  Seen:", finding.seen)
            lines.add_row("  Why:", finding.why)
            lines.add_row("  Do:", finding.remedy)
            yield lines
        table = Table(title="\nLayers", title_justify="left", padding=(0, 0))
        table.add_column("layer")
        for name in _COLUMNS:
            table.add_column(name, justify="right")
        for layer in self.layers:
            if layer.is_step or layer.gradient is not None:
                table.add_row(layer.name, *(_COLUMNS[name](layer) for name in _COLUMNS))
        if table.rows:
            yield table

    def to_html(self, path=None) -> str:
        """Returns the report as an HTML page with plots.

        Args:
            path: where to write it as well; None for nowhere.
        """
        from ranvier.diagnostics._html import page_of

        page = page_of(self)
        if path is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(page)
        return page

    def _repr_html_(self):
        from ranvier.diagnostics._html import fragment_of

        return fragment_of(self)

    def plot(self):
        """Draws signal, gradients, units and losses with matplotlib.

        Returns:
            The figure.
        """
        plt = _errors.require("matplotlib.pyplot", "plot")
        from ranvier.diagnostics._drawing import draw

        return draw(self, plt)


def _number(name):
    def cell(layer):
        value = getattr(layer, name)
        return "–" if value is None else f"{value:.2g}"

    return cell


def _share(name):
    def cell(layer):
        value = getattr(layer, name)
        return "–" if value is None else f"{value:.0%}"

    return cell


# What a table shows of a layer: a title short enough for 80 columns, and the cell.
_COLUMNS = {
    "activation": lambda layer: layer.activation or "–",
    "mean": _number("mean"),
    "std": _number("deviation"),
    "varies": _number("varying"),
    "flat": _share("saturated"),
    "dead": _share("dead"),
    "rank": lambda layer: f"{layer.rank:.1f}/{layer.units}",
    "gradient": _number("gradient"),
    "step": _number("update"),
}
