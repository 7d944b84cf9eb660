"""The figures. Each function measures one group and gives its rows; `GROUPS` names them."""
import os
import resource
import select
import signal
import socket
import subprocess
import time

import load
import processes
import servers
import tracing
from load import FixedLoad
from processes import Unmeasurable
from report import Conditions, Row, interval_text, median, median_interval
from servers import LIBRARY_HELLO, RAW_LOOP, NoActors, Nginx, Rr

MICRO = 1e6
PHP_WORKERS = 2
ECHO_WORKERS = 4


def echo_worker(bench):
    return [bench.programs / "echo_worker", "hello"]


def hello(bench):
    """PHP hello world: a raw loop and the php/ library against nginx with php-fpm."""
    rounds, seconds = (2, 1) if bench.quick else (7, 3)
    tried = try_nginx(bench)
    best = max(tried, key=tried.get)
    with Nginx(PHP_WORKERS, *best) as nginx, \
            Rr(bench.programs, RAW_LOOP, PHP_WORKERS) as raw, \
            Rr(bench.programs, LIBRARY_HELLO, PHP_WORKERS) as library:
        ports = {"raw": raw.port, "library": library.port, "fpm": nginx.port_fpm, "static": nginx.port}
        for name, port in ports.items():
            load.wrk(port, 1, timeouts_pass=name == "fpm")
        rates = {name: [] for name in ports}
        for i in range(rounds):
            bench.progress(f"hello, round {i + 1} of {rounds}")
            for name in rotated(list(ports), i):
                rates[name].append(load.wrk(ports[name], seconds, timeouts_pass=name == "fpm"))
    return hello_rows(rates, best, tried)


def hello_rows(rates, best, tried):
    conditions = Conditions(f"{PHP_WORKERS} PHP; php-fpm: {PHP_WORKERS} children, {nginx_text(*best)}", 32, "auto", 1,
                            "on, both sides")

    def row(title, ours, baseline, note=""):
        return Row(title, conditions, "req/s", median(rates[ours]), median(rates[baseline]),
                   median(rates[ours]) / max(median(rates[baseline]), 1), note=note,
                   rounds=[list(pair) for pair in zip(rates[ours], rates[baseline])])

    settings = "\n".join(["php-fpm behind nginx, tried before the rounds:",
                          *(f"{nginx_text(*s)}: {rate:.0f} req/s" for s, rate in tried.items())])
    return [row("hello, raw PHP loop, against nginx + php-fpm", "raw", "fpm").ratio_at_least(2.0),
            row("hello, php/ library, against nginx + php-fpm", "library", "fpm", settings).ratio_at_least(1.5),
            row("hello, raw PHP loop, against nginx `return 200`", "raw", "static"),
            row("hello, php/ library, against nginx `return 200`", "library", "static")]


def nginx_text(count, kept):
    kept_text = f"keep-alive {kept}" if kept else "no keep-alive"
    return f"{count} nginx process{'es' if count > 1 else ''}, {kept_text}"


def try_nginx(bench):
    """Requests per second of php-fpm by (nginx processes, kept connections).

    The baseline gets the setting that is fastest here. Two children that keep their connections leave those of other
    nginx connections waiting, so keep-alive is not always the fastest.
    """
    rates = {}
    for setting in ((1, 2), (1, 32), (2, 1), (1, 0), (2, 0)):
        bench.progress(f"trying {nginx_text(*setting)}")
        with Nginx(PHP_WORKERS, *setting) as nginx:
            load.wrk(nginx.port_fpm, 1, timeouts_pass=True)
            rates[setting] = median(load.wrk(nginx.port_fpm, 1 if bench.quick else 2, timeouts_pass=True)
                                    for _ in range(1 if bench.quick else 3))
    return rates


def rotated(items, by):
    by %= len(items)
    return items[by:] + items[:by]


def actors(bench):
    """What actors cost: rr against the same work without them, in alternating rounds."""
    rounds, requests = (4, 10_000) if bench.quick else (14, 40_000)
    worker = echo_worker(bench)
    with Rr(bench.programs, worker, ECHO_WORKERS, "proto") as ours, \
            NoActors(bench.programs, worker, ECHO_WORKERS, "proto") as plain, \
            FixedLoad(bench.programs, ours.folder, ours.port) as our_load, \
            FixedLoad(bench.programs, plain.folder, plain.port) as plain_load:
        pairs = [(ours, our_load), (plain, plain_load)]
        for _, client in pairs:
            client.run(requests // 4)
        measured = {ours: [], plain: []}
        for i in range(rounds):
            bench.progress(f"actors, round {i + 1} of {rounds}")
            for server, client in rotated(pairs, i):
                measured[server].append(cost(server, client, requests))
    return actor_rows(measured[ours], measured[plain])


def cost(server, client, requests):
    """Requests per second, and CPU time of the server per request in microseconds."""
    before = processes.cpu_seconds(server.pid)
    elapsed, _, _ = client.run(requests)
    return requests / elapsed, (processes.cpu_seconds(server.pid) - before) / requests * MICRO


def actor_rows(ours, plain):
    conditions = Conditions(f"{ECHO_WORKERS} C++ echo_worker", 32, "proto", 1, "no PHP")
    our_rates, our_cpu = zip(*ours)
    plain_rates, plain_cpu = zip(*plain)
    more = [a - b for a, b in zip(our_cpu, plain_cpu)]
    baseline = "baseline: bench/no_actors.cpp, the same system calls on one Asio thread"
    return [
        Row("C++ worker, requests/s", conditions, "req/s", median(our_rates), median(plain_rates),
            median(our_rates) / median(plain_rates), note=baseline,
            rounds=[list(pair) for pair in zip(our_rates, plain_rates)]),
        Row("C++ worker, server CPU per request", conditions, "us", median(our_cpu), median(plain_cpu),
            median(our_cpu) / median(plain_cpu), interval=median_interval(our_cpu),
            rounds=[list(pair) for pair in zip(our_cpu, plain_cpu)]).at_most(16),
        Row("actors, more server CPU per request", conditions, "us", median(more), interval=median_interval(more),
            note=f"median of the differences of alternating rounds, {interval_text(len(more))}",
            rounds=more).at_most(2.5).warn_unless_certain(2.5)]


def both(bench, measure, codec):
    """`measure` of rr and of the baseline without actors."""
    worker = echo_worker(bench)
    with Rr(bench.programs, worker, ECHO_WORKERS, codec) as ours:
        first = measure(ours)
    with NoActors(bench.programs, worker, ECHO_WORKERS, codec) as plain:
        return first, measure(plain)


def syscalls(bench):
    """System calls per request, counted by strace over a known number of requests."""
    requests = 5_000 if bench.quick else 20_000
    bench.progress("syscalls")

    def measure(server):
        with FixedLoad(bench.programs, server.folder, server.port) as client:
            client.run(requests // 5)
            return tracing.count_syscalls(server, lambda: client.run(requests))

    ours, plain = both(bench, measure, "proto")
    conditions = Conditions(f"{ECHO_WORKERS} C++ echo_worker", 32, "proto", 1, "no PHP")
    first, second = (sum(counts.values()) / requests for counts in (ours, plain))
    often = [f"{name} {count / requests:.2f}" for name, count in sorted(ours.items(), key=lambda x: -x[1])
             if count >= requests / 100]
    return [Row("system calls per request", conditions, "", first, second, first / second,
                note="ours: " + ", ".join(often)).at_most(7)]


def allocations(bench):
    """Heap allocations per request in the server."""
    requests = 5_000 if bench.quick else 20_000
    bench.progress("allocations")
    worker = echo_worker(bench)
    found = []
    for kind in (Rr, NoActors):
        counter = tracing.AllocationCounter(bench.programs)
        with kind(bench.programs, worker, ECHO_WORKERS, "json", env=counter.env) as server, \
                FixedLoad(bench.programs, server.folder, server.port, headers=8) as client:
            counter.check(server.pid)
            client.run(requests // 2)
            before = counter.read()
            client.run(requests)
            found.append([(b - a) / requests for a, b in zip(before, counter.read())])
    conditions = Conditions(f"{ECHO_WORKERS} C++ echo_worker", 32, "json", 8, "no PHP")
    (ours, our_bytes), (plain, _) = found
    return [Row("heap allocations per request in the server", conditions, "", ours, plain,
                ours / plain if plain else None, note=f"goal: 5; {our_bytes:.0f} bytes per request").at_most(12)]


def memory(bench):
    """Memory of the server after its start."""
    bench.progress("memory")
    with Rr(bench.programs, RAW_LOOP, PHP_WORKERS) as server:
        rss, anonymous = processes.memory(server.pid)
    conditions = Conditions(f"{PHP_WORKERS} PHP raw loop", 0, "auto", 1, "on")
    return [Row("RSS of the server after start", conditions, "MiB", rss).at_most(15),
            Row("RssAnon of the server after start", conditions, "MiB", anonymous).at_most(15)]


def connections(bench):
    """Memory of the server with idle keep-alive connections, each of which has made a request."""
    count = 10_000
    raise_descriptor_limit(count + 200)
    bench.progress(f"{count} connections")
    request = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    opened = []
    try:
        with Rr(bench.programs, RAW_LOOP, PHP_WORKERS) as server:
            for _ in range(count):
                opened.append(socket.create_connection(("127.0.0.1", server.port), 10))
                opened[-1].sendall(request)
                if not opened[-1].recv(4096).startswith(b"HTTP/1.1 200"):
                    raise Unmeasurable(f"no answer on connection {len(opened)}")
            rss, anonymous = processes.memory(server.pid)
    finally:
        for connection in opened:
            connection.close()
    conditions = Conditions(f"{PHP_WORKERS} PHP raw loop", count, "auto", 1, "on")
    return [Row("RSS with 10 000 idle connections", conditions, "MiB", rss).at_most(60),
            Row("RssAnon with 10 000 idle connections", conditions, "MiB", anonymous).at_most(60)]


def raise_descriptor_limit(wanted):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        if hard != resource.RLIM_INFINITY and hard < wanted:
            raise Unmeasurable(f"the limit of open files is {hard}, {wanted} are needed")
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def start(bench):
    """From exec to the first answer with one worker, beyond what PHP itself needs to answer the handshake."""
    rounds = 5 if bench.quick else 15
    ours, php = [], []
    for i in range(rounds):
        bench.progress(f"start, round {i + 1} of {rounds}")
        for measure in rotated([lambda: ours.append(rr_start(bench)), lambda: php.append(php_start())], i):
            measure()
    more = [(a - b) * 1000 for a, b in zip(ours, php)]
    conditions = Conditions("1 PHP raw loop", 1, "auto", 1, "on")
    return [Row("start to first answer, beyond PHP's own start", conditions, "ms", median(more),
                interval=median_interval(more), rounds=more,
                note=f"rr to its first answer {median(ours) * 1000:.1f} ms, PHP alone to its handshake "
                     f"{median(php) * 1000:.1f} ms").at_most(30)]


def rr_start(bench):
    begin = time.perf_counter()
    with Rr(bench.programs, RAW_LOOP, 1, wait=False) as server:
        processes.wait_until(lambda: (a := load.ask(server.port)) and a[0] == 200, 30, "an answer of rr", 0.0003)
        return time.perf_counter() - begin


def php_start():
    hello_frame = servers.control_frame(b'{"pid":%d}' % os.getpid())
    folder = processes.new_folder()
    begin = time.perf_counter()
    worker = processes.start(RAW_LOOP, folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    worker.stdin.write(hello_frame)
    worker.stdin.flush()
    said = worker.stdout.read(12)
    elapsed = time.perf_counter() - begin
    processes.stop(worker)
    if len(said) != 12:
        raise Unmeasurable("the PHP worker did not answer the handshake")
    return elapsed


def stop(bench):
    """From SIGTERM to the exit of the server, its workers idle."""
    rounds = 5 if bench.quick else 15
    times = []
    for i in range(rounds):
        bench.progress(f"stop, round {i + 1} of {rounds}")
        with Rr(bench.programs, RAW_LOOP, PHP_WORKERS) as server:
            times.append(time_to_exit(server) * 1000)
    conditions = Conditions(f"{PHP_WORKERS} PHP raw loop, idle", 0, "auto", 1, "on")
    return [Row("SIGTERM to exit, idle workers", conditions, "ms", median(times), interval=median_interval(times),
                rounds=times).at_most(100)]


def time_to_exit(server):
    # A wait with a time-out polls in steps of up to 50 ms; a pidfd tells at once.
    handle = os.pidfd_open(server.pid)
    try:
        begin = time.perf_counter()
        os.kill(server.pid, signal.SIGTERM)
        if not select.select([handle], [], [], 30)[0]:
            raise Unmeasurable("rr did not end within 30 s of SIGTERM")
        return time.perf_counter() - begin
    finally:
        os.close(handle)


GROUPS = {f.__name__: f for f in (hello, actors, syscalls, allocations, memory, connections, start, stop)}
