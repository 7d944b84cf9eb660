"""Counters of what a server does: system calls (strace) and heap allocations (a preloaded library)."""
import pathlib
import signal
import struct
import subprocess

import processes
from processes import Unmeasurable
from servers import find_tool


def count_syscalls(server, act):
    """The system calls that all threads of `server` make while `act` runs, by name. Its workers are not counted."""
    result = server.folder / "syscalls"
    tracer = processes.start([find_tool("strace"), "-f", "-c", "-o", result, "-p", str(server.pid)], server.folder)
    processes.wait_until(lambda: is_traced(server.pid, tracer), 10, "strace on the server")
    act()
    tracer.send_signal(signal.SIGINT)
    try:
        tracer.wait(10)
    except subprocess.TimeoutExpired as why:
        raise Unmeasurable("strace does not end") from why
    finally:
        processes.stop(tracer)
    return parse_summary(result.read_text())


def is_traced(pid, tracer):
    if tracer.poll() is not None:
        raise Unmeasurable(f"strace: {processes.said_by(tracer)}")
    tasks = list(pathlib.Path(f"/proc/{pid}/task").iterdir())
    return all(f"TracerPid:\t{tracer.pid}\n" in (task / "status").read_text() for task in tasks)


def parse_summary(text):
    """The calls column of `strace -c`: `% time, seconds, usecs/call, calls, [errors,] name`."""
    counts = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) in (5, 6) and words[0][0].isdigit() and words[-1] != "total":
            counts[words[-1]] = int(words[3])
    if not counts:
        raise Unmeasurable(f"strace gave no summary: {text[:200]}")
    return counts


class AllocationCounter:
    """Counts in the one process that is started with `env`."""

    def __init__(self, programs):
        self._file = processes.new_folder() / "allocations"
        self.env = {"LD_PRELOAD": str(programs / "count_allocations.so"), "RR_ALLOCATIONS": str(self._file)}

    @staticmethod
    def check(pid):
        """The library is in the process, so that an honest nothing can be told from no counting."""
        if "count_allocations.so" not in pathlib.Path(f"/proc/{pid}/maps").read_text():
            raise Unmeasurable(f"process {pid} runs without the allocation counter")

    def read(self):
        """Calls and bytes so far."""
        try:
            return struct.unpack("=QQ", self._file.read_bytes())
        except (OSError, struct.error) as why:
            raise Unmeasurable("the allocation counter did not start") from why
