"""bin/test leaves nothing running, even what a worker that was killed had started."""

import os
import subprocess
import sys

from tests.support.portal import ROOT

LEAVES_AN_ORPHAN = """
import subprocess
from house.orphans import adopt_orphans, children, end_of, end_orphans
beside = subprocess.Popen(["sleep", "300"])
kept = children()
adopt_orphans()
worker = subprocess.Popen(["sh", "-c", "sleep 300 & echo $!; kill -9 $$"], stdout=subprocess.PIPE, text=True)
orphan = worker.stdout.readline().strip()
code = end_of(worker.pid)
end_orphans(kept=kept)
print(orphan, code, beside.poll(), sep=",")
beside.kill()
"""


def test_what_a_killed_worker_left_is_ended_and_what_ran_before_is_kept():
    done = subprocess.run(
        [sys.executable, "-c", LEAVES_AN_ORPHAN],
        cwd=ROOT / "bin", env={**os.environ, "PYTHONPATH": str(ROOT / "bin")},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    orphan, code, beside = done.stdout.strip().split(",")
    assert (code, beside) == ("-9", "None")
    assert not os.path.exists(f"/proc/{orphan}")
