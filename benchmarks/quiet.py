"""Notices other processes that compete for the cores while a peer is timed."""

import os
import time
from pathlib import Path

STAT = Path("/proc/stat")
DISTURBED = 0.15  # cores in use by others, above which a timing is not trusted


class Watch:
    """Measures, since its creation, how many cores processes other than ours used."""

    def __init__(self, pids):
        self._pids = list(pids)
        self._start = self._now()

    def others(self):
        """Cores used by others on average; 0.0 where the system does not tell."""
        seconds, busy = (b - a for a, b in zip(self._start, self._now(), strict=True))
        return max(0.0, busy / seconds)

    def _now(self):
        if not STAT.exists():
            return time.perf_counter(), 0.0
        own = sum(os.times()[:4])  # this process and its children that have ended
        own += sum(map(_cpu_seconds, self._pids))
        return time.perf_counter(), _busy_seconds() - own


def _busy_seconds():
    user, nice, system, _idle, _iowait, *rest = map(
        int, STAT.read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def _cpu_seconds(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
