import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """`n`: operations measured. `ratio`: ours over theirs for rates, theirs over ours for times; above 1 is better."""

    bench: str
    value: float
    unit: str
    size: str
    n: int
    compared_with: str
    ratio: float

    def line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


Benchmark = Callable[[bool], Iterator[Figure]]
BENCHMARKS: dict[str, Benchmark] = {}


def benchmark(prefix: str) -> Callable[[Benchmark], Benchmark]:
    """Register a benchmark that prints the figures beginning with the prefix. It is told whether `--full` was asked."""

    def register(run: Benchmark) -> Benchmark:
        BENCHMARKS[prefix] = run
        return run

    return register


# What `--sizes` asked for, instead of the sizes that a benchmark runs at by itself.
ASKED: list[int] = []


def sizes(own: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(ASKED) or own
