"""Figures as rows of a table and as JSON, and the little statistics that they need."""
import dataclasses
import json
import math
import statistics


@dataclasses.dataclass
class Conditions:
    """What has to be known to measure a figure again."""
    workers: str
    connections: int
    codec: str
    headers: int
    opcache: str
    log_level: str = "error"

    def text(self):
        return (f"workers: {self.workers}; connections: {self.connections}; codec: {self.codec}; "
                f"request headers: {self.headers}; log level: {self.log_level}; opcache: {self.opcache}")


@dataclasses.dataclass
class Row:
    """One figure. `required` is a text such as `<= 12`; `ok` is None where nothing is required."""
    figure: str
    conditions: Conditions | None
    unit: str = ""
    ours: float | None = None
    baseline: float | None = None
    ratio: float | None = None
    required: str = ""
    ok: bool | None = None
    interval: tuple | None = None
    note: str = ""
    rounds: list = dataclasses.field(default_factory=list)
    is_missing: bool = False

    def at_most(self, limit, value=None):
        return self._require(f"<= {limit:g}{' ' + self.unit if self.unit else ''}",
                             (self.ours if value is None else value) <= limit)

    def ratio_at_least(self, limit):
        return self._require(f">= {limit:g} x", self.ratio >= limit)

    def _require(self, text, ok):
        self.required = text
        self.ok = ok
        return self

    def warn_unless_certain(self, limit):
        """Says so when the limit lies inside the interval: the verdict is then a guess."""
        if self.interval[0] <= limit < self.interval[1]:
            self.note += "\nthe limit lies inside the interval: measure again on a quieter machine"
        return self


def missing(figure, why):
    """What is shown for a figure that could not be measured."""
    return Row(figure, None, note=f"not measured: {why}", ok=False, is_missing=True)


def median(values):
    return statistics.median(values)


def median_interval(values, confidence=0.95):
    """The narrowest interval of order statistics that holds the median with this confidence; all there is for a few."""
    ordered = sorted(values)
    skipped = _skipped(len(ordered), confidence)
    return ordered[skipped], ordered[-1 - skipped]


def interval_text(rounds, confidence=0.95):
    """What the brackets mean: with few rounds they hold less than was wanted."""
    return f"[{100 - 100 * _outside(rounds, _skipped(rounds, confidence)):.0f} % interval of {rounds} rounds]"


def _outside(n, skipped):
    return 2 * sum(math.comb(n, i) for i in range(skipped + 1)) / 2 ** n


def _skipped(n, confidence):
    fitting = [k for k in range(n // 2) if _outside(n, k) <= 1 - confidence]
    return max(fitting, default=0)


def _number(value, unit):
    if value is None:
        return "-"
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2
    text = f"{value:,.{digits}f}".replace(",", " ")
    return f"{text} {unit}" if unit else text


def _cells(row):
    ours = _number(row.ours, row.unit)
    if row.interval:
        ours += f" [{row.interval[0]:.2f}, {row.interval[1]:.2f}]"
    verdict = {None: "", True: "yes", False: "NO"}[row.ok]
    ratio = "-" if row.ratio is None else f"{row.ratio:.2f} x"
    return [row.figure, ours, _number(row.baseline, row.unit), ratio, row.required or "-", verdict]


HEADINGS = ["figure", "ours", "baseline", "ratio", "required", "ok?"]


def table(rows):
    """The rows as text, each group of equal conditions under a line that names them."""
    lines = [_cells(row) for row in rows]
    widths = [max(len(line[i]) for line in [HEADINGS, *lines]) for i in range(len(HEADINGS))]

    def show(cells):
        return " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip()

    text = [show(HEADINGS), "-+-".join("-" * width for width in widths)]
    before = None
    for row, line in zip(rows, lines):
        if row.conditions and row.conditions != before:
            text.append(f"# {row.conditions.text()}")
            before = row.conditions
        text.append(show(line))
        text += [f"    {part}" for part in row.note.splitlines()]
    return "\n".join(text)


def write_json(path, about, rows):
    with open(path, "w", encoding="utf-8") as out:
        json.dump({**about, "figures": [dataclasses.asdict(row) for row in rows]}, out, indent=2)
        out.write("\n")
