"""The servers that are measured. Each has `port` and `pid`, is ready when made, and ends with its `with` block."""
import getpass
import os
import pathlib
import shutil
import struct
import zlib

import load
import processes
from processes import HERE, ROOT, Unmeasurable

PHP = ["php", "-d", "opcache.enable_cli=1"]
RAW_LOOP = [*PHP, str(ROOT / "tests/workers/raw_loop.php")]
LIBRARY_HELLO = [*PHP, str(HERE / "library_hello.php")]


def fill(template, target, **values):
    text = (HERE / "templates" / template).read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    target.write_text(text)
    return target


def find_tool(*names):
    for name in names:
        found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        if found:
            return found
    raise Unmeasurable(f"{names[0]} is not installed; see packaging/debian-packages-bench.txt")


class Server:
    """A process that answers HTTP on a port of its own."""

    def __init__(self):
        self.folder = processes.new_folder()
        self.port = processes.free_port()
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        if self.process is not None:
            processes.stop(self.process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Rr(Server):
    """rr with a pool of workers. With `wait` false it returns right after the start."""

    def __init__(self, programs, worker, workers, codec="auto", env=None, wait=True):
        super().__init__()
        config = fill("rr.yaml", self.folder / ".rr.yaml", command=" ".join(map(str, worker)), port=self.port,
                      codec=codec, workers=workers)
        self.process = processes.start([programs.rr, "serve", "-c", config], self.folder, env, name="rr")
        if wait:
            load.await_answer(self.port, self.process)


class NoActors(Server):
    """The same work without actors."""

    def __init__(self, programs, worker, workers, codec="proto", env=None):
        super().__init__()
        self.process = processes.start([programs / "no_actors", self.port, workers, codec, *worker], self.folder, env)
        load.await_answer(self.port, self.process)


class Nginx(Server):
    """nginx: `port` is `return 200`, `port_fpm` php-fpm, with so many kept connections to it per nginx process."""

    def __init__(self, children, nginx_processes, kept):
        super().__init__()
        self.port_fpm = processes.free_port()
        self.fpm = None
        root = os.geteuid() == 0
        me = getpass.getuser()
        group = pathlib.Path(self.folder).group()
        nginx = find_tool("nginx")
        fpm = find_tool("php-fpm", "php-fpm8.2", "php-fpm8.3", "php-fpm8.4")
        pool = fill("fpm.conf", self.folder / "fpm.conf", folder=self.folder, workers=children,
                    user=f"user = {me}\ngroup = {group}" if root else "")
        config = fill("nginx.conf", self.folder / "nginx.conf", folder=self.folder, php=HERE,
                      processes=nginx_processes, keepalive=f"keepalive {kept};" if kept else "",
                      keep_conn="on" if kept else "off", port_static=self.port, port_fpm=self.port_fpm,
                      user=f"user {me} {group};" if root else "")
        self.fpm = processes.start([fpm, "-F", *(["-R"] if root else []), "-y", pool], self.folder, name="fpm")
        self.process = processes.start([nginx, "-c", config, "-e", self.folder / "nginx-start.log"], self.folder)
        load.await_answer(self.port, self.process)
        load.await_answer(self.port_fpm, self.fpm)
        self._check_opcache()

    def _check_opcache(self):
        answer = load.ask(self.port_fpm, "/?opcache")
        if answer is None or "true" not in answer[1]:
            raise Unmeasurable(f"php-fpm runs without opcache: {answer}")

    def stop(self):
        super().stop()
        if self.fpm is not None:
            processes.stop(self.fpm)


def control_frame(payload):
    """A goridge control frame without options, as rr sends it at boot."""
    start = bytes([0x13, 0x01 | 0x08]) + struct.pack("<I", len(payload))
    return start + struct.pack("<IH", zlib.crc32(start), 0) + payload
