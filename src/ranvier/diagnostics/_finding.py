"""Finding: one thing that is wrong with a network, its data or its training."""

import dataclasses

SEVERITIES = ("error", "warning", "hint")


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        code: short name of the illness, such as `"dead-units"`.
        severity: `"error"` (training cannot work like this), `"warning"` (it works
            badly), or `"hint"`.
        where: the layer, output or data it is about.
        seen: what was measured.
        why: why that matters, with a reference.
        remedy: what to change.
        values: the numbers behind `seen`, by name.

    Example:
        >>> finding = Finding("dead-units", "hint", "dense", "9% dead", "...", "...")
        >>> finding.title
        'Dead units'
    """

    code: str
    severity: str
    where: str
    seen: str
    why: str
    remedy: str
    values: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        if self.severity not in SEVERITIES:
            raise ValueError(
                f"`severity` must be one of {SEVERITIES}. Received: {self.severity!r}"
            )

    @property
    def title(self) -> str:
        """The code in words."""
        return self.code.replace("-", " ").capitalize()

    def to_dict(self) -> dict:
        """Returns all of it as plain, JSON-ready values."""
        return {**dataclasses.asdict(self), "title": self.title}
