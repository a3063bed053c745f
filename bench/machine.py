"""What the figures were taken on, without which none of them says anything."""

import os
import platform
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench.figures import Figure, rounded, show
from parvis import __version__

FLUSHES = 50


def show_machine() -> None:
    show(
        Figure(
            name="machine",
            value=float(psutil.cpu_count() or 1),
            unit="cores",
            details={
                "processor": _processor(),
                "memory_gb": rounded(psutil.virtual_memory().total / 1e9),
                "load": rounded(os.getloadavg()[0]),
                "flush_ms": rounded(_flush_milliseconds()),
                "system": platform.platform(),
                "python": platform.python_version(),
                "parvis": __version__,
                "on": datetime.now(UTC).date().isoformat(),
            },
        )
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.processor()


def _flush_milliseconds() -> float:
    """How long the disk below the temporary folder takes to have 8 kB for good: each commit waits
    for as much."""
    with tempfile.TemporaryFile() as file:
        taken = [_flushed(file.fileno()) for _ in range(FLUSHES)]
    return 1000 * statistics.median(taken)


def _flushed(descriptor: int) -> float:
    started = time.perf_counter()
    os.pwrite(descriptor, bytes(8192), 0)
    os.fdatasync(descriptor)
    return time.perf_counter() - started
