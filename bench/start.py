"""How long `parvis up` takes until its pages answer, and to stop again: `python -m bench.start`.

The first start makes the database; the target is the second: under 3 seconds on two idle cores.
Prints one JSON object with seconds. Everything happens in a folder that is thrown away.
"""

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

TARGET_SECONDS = 3.0
REPEATED = 5


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="parvis-bench-"))
    folder.chmod(0o711)
    try:
        first, *others = [started_and_stopped(folder / "data") for _ in range(1 + REPEATED)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    again = [start for start, _ in others]
    result = {
        "first_start": first[0],
        "second_start": {
            "median": statistics.median(again),
            "worst": max(again),
            "target": TARGET_SECONDS,
            "met": max(again) < TARGET_SECONDS,
        },
        "stop": statistics.median(stop for _, stop in others),
        "load_average": os.getloadavg()[0],
    }
    print(json.dumps(result, indent=1))


def started_and_stopped(data: Path) -> tuple[float, float]:
    began = time.monotonic()
    up = subprocess.Popen(
        [sys.executable, "-m", "parvis", "up", "--json", "--port", "0", "--data", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert up.stdout is not None
    try:
        url = json.loads(up.stdout.readline())["url"]
        urllib.request.urlopen(url, timeout=30).close()
        started = time.monotonic()
    finally:
        up.send_signal(signal.SIGTERM)
        up.communicate(timeout=60)
    return round(started - began, 2), round(time.monotonic() - started, 2)


if __name__ == "__main__":
    main()
