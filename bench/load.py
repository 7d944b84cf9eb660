"""Clients: a single question, wrk, and the load generator with a known number of requests."""
import re
import socket
import subprocess

import processes
from processes import Unmeasurable


def ask(port, path="/", timeout=5.0):
    """One request on a connection of its own: (status, body), or None while nobody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout) as s:
            s.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: s.recv(65536), b""))
    except OSError:
        return None
    head, _, body = answer.partition(b"\r\n\r\n")
    found = re.match(rb"HTTP/1\.1 (\d+)", head)
    return (int(found[1]), body.decode(errors="replace")) if found else None


def await_answer(port, process, limit=30.0):
    """Until `process` answers with 200 on `port`."""
    def answered():
        if process.poll() is not None:
            raise Unmeasurable(f"{process.args[0]} has ended with {process.returncode}:\n{processes.said_by(process)}")
        return (answer := ask(port)) and answer[0] == 200
    processes.wait_until(answered, limit, f"an answer of {process.args[0]}")


def wrk(port, seconds, connections=32, path="/", timeouts_pass=False):
    """Requests per second of `wrk` with one thread; refuses a run with errors in it.

    With `timeouts_pass` answers that take over 2 s are only not counted: for a baseline that starves some clients.
    """
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", f"http://127.0.0.1:{port}{path}"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", ran.stdout)
    trouble = re.search(r"(Non-2xx.*|Socket errors.*)", ran.stdout)
    if trouble and timeouts_pass and re.search(r"connect 0, read 0, write 0, timeout", trouble[1]):
        trouble = None
    if ran.returncode != 0 or not rate or trouble:
        raise Unmeasurable(f"wrk: {trouble[1] if trouble else ran.stdout + ran.stderr}")
    return float(rate[1])


class FixedLoad:
    """Open connections over which `run(n)` sends exactly n requests."""

    def __init__(self, programs, folder, port, connections=32, headers=1):
        self._process = processes.start([programs / "fixed_load", port, connections, headers], folder,
                                        name=f"load-{port}", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self._read() != "ready":
            raise Unmeasurable(self._trouble())

    def run(self, requests):
        """Seconds for `requests` requests, and the median and the 99th percentile of their times in seconds."""
        self._process.stdin.write(f"{requests}\n".encode())
        self._process.stdin.flush()
        words = self._read().split()
        if len(words) != 8:
            raise Unmeasurable(self._trouble())
        return int(words[2]) / 1e9, int(words[5]) / 1e9, int(words[7]) / 1e9

    def close(self):
        processes.stop(self._process)
        self._process.stdin.close()
        self._process.stdout.close()

    def _read(self):
        return self._process.stdout.readline().decode().strip()

    def _trouble(self):
        self._process.wait(5)
        return processes.said_by(self._process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
