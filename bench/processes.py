"""Processes of a benchmark: started so that they end with it, and what they cost."""
import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
HERE = ROOT / "bench"

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

_running = []
_folders = []


class Unmeasurable(Exception):
    """A figure that cannot be measured here, and why."""


def adopt_orphans():
    """What our children leave behind becomes our child, so that `end_all` finds it."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _tie_to_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def new_folder():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rr-bench-"))
    _folders.append(folder)
    return folder


def start(command, folder, env=None, name=None, **pipes):
    """Starts a program in a session of its own; what it says goes to files in `folder`."""
    name = name or pathlib.Path(command[0]).name
    out = (folder / f"{name}.out").open("wb")
    pipes.setdefault("stdin", subprocess.DEVNULL)
    pipes.setdefault("stdout", out)
    pipes.setdefault("stderr", out)
    with out:
        process = subprocess.Popen([str(word) for word in command], cwd=folder, start_new_session=True,
                                   env={**os.environ, **(env or {})}, preexec_fn=_tie_to_parent, **pipes)
    process.said = folder / f"{name}.out"
    _running.append(process)
    return process


def said_by(process):
    """The last lines a process has said, for a message."""
    return "\n".join(process.said.read_text(errors="replace").splitlines()[-8:])


def stop(process, limit=10.0):
    """SIGTERM, and SIGKILL to its whole group after `limit` seconds."""
    if process in _running:
        _running.remove(process)
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()


def _children():
    found = []
    for task in pathlib.Path("/proc/self/task").iterdir():
        try:
            found += [int(pid) for pid in (task / "children").read_text().split()]
        except OSError:
            pass
    return found


def end_all():
    """Ends whatever is still there, and removes the folders."""
    for process in reversed(list(_running)):
        stop(process, 3.0)
    deadline = time.monotonic() + 5
    while (orphans := _children()) and time.monotonic() < deadline:
        for pid in orphans:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except OSError:
                pass
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_seconds(pid):
    """CPU time of all threads of one process (not of its children), from the scheduler's own clock."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except OSError:
            pass
    return total / 1e9


def machine_ticks():
    """Ticks of all cores so far: stolen by the host, and all."""
    ticks = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return ticks[7], sum(ticks)


def memory(pid):
    """Resident memory in MiB: all of it, and what no file backs."""
    fields = {}
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        key, _, value = line.partition(":")
        if key in ("VmRSS", "RssAnon"):
            fields[key] = int(value.split()[0]) / 1024
    return fields["VmRSS"], fields["RssAnon"]


def wait_until(condition, limit, what, every=0.002):
    deadline = time.monotonic() + limit
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise Unmeasurable(f"{what} not within {limit:g} s")
        time.sleep(every)
    return result
