<?php

declare(strict_types=1);

use RR\Tests\RrDouble;

/** A script of tests/workers under PHP, without a handshake. */
function script(string $name, string ...$arguments): RrDouble
{
    return new RrDouble([PHP_BINARY, __DIR__ . "/../workers/$name", ...$arguments]);
}

/** A pool worker in some mode, its handshake done. */
function payload_app(string ...$arguments): RrDouble
{
    $worker = script('payload_app.php', ...$arguments);
    $worker->shakeHands();

    return $worker;
}

/** Sends a request without a meaning to it. */
function ask(RrDouble $worker, string $context, string $body, int $flags = 0): void
{
    $worker->send(RrDouble::frame($flags, 0, $context . $body, strlen($context)));
}

/** The program that a C++ file builds to, built once per run. */
function built(string $source): string
{
    static $programs = [];
    if (!isset($programs[$source])) {
        $program = (string) tempnam(sys_get_temp_dir(), 'rr-test-worker');
        exec('c++ -std=c++17 -O2 -Wall -Wextra -Werror ' . escapeshellarg($source) . ' -o ' . escapeshellarg($program), $out, $code);
        same(0, $code);
        register_shutdown_function(static fn () => unlink($program));
        $programs[$source] = $program;
    }

    return $programs[$source];
}

/** What an example worker has to do: hello, echo of large bodies, 404, stop. */
function proves_example(RrDouble $worker, string $hello, int $flags, Closure $context): void
{
    same($worker->pid(), $worker->shakeHands()['pid']);
    $send = fn (string $path, string $body) => ask($worker, $context($path), $body, $flags);
    $send('/', '');
    $answer = $worker->receive();
    same([$flags, 0], [$answer->flags, $answer->bits]);
    contains($hello, $answer->body);
    foreach ([0, 1, 70000, 5 << 20] as $bytes) {
        $body = str_repeat('b', $bytes);
        $send('/echo', $body);
        same(true, $worker->receive()->body === $body);
    }
    $send('/missing?/echo', '');
    contains('404', str_replace("\x08\x94\x03", '404', $worker->receive()->context));
    $worker->send(STOP_FRAME);
    ask($worker, '?', '', $flags);
    same(0x40, $worker->receive()->flags);
    ends_well($worker);
}

$json = fn (string $path) => json_encode(['method' => 'GET', 'uri' => "http://localhost$path", 'headers' => (object) []]);
$proto = fn (string $path) => pb(3, 'GET') . pb(4, "http://localhost$path");

test('scripts that fail before the handshake end as they say', function (): void {
    same(255, script('parse_error.php')->exitCode());
    $worker = script('exit3.php');
    same(['', 3], [$worker->readAll(), $worker->exitCode()]);
    contains('exit3: giving up', $worker->stderr());
    same(-11, script('segfault.php')->exitCode());
    $worker = script('stdout_exit.php');
    same(["some text that is no frame\n", 0], [$worker->readAll(), $worker->exitCode()]);
    $worker = script('missing.php');
    same("Could not open input file", substr($worker->readAll(), 0, 25));
});

test('text before the handshake comes first on stdout', function (): void {
    $worker = script('stdout_text.php');
    $text = "Deprecated: something is printed before the handshake\n";
    same($text, $worker->read(strlen($text)));
    same(['pid' => $worker->pid(), 'codecs' => ['json', 'proto']], $worker->shakeHands());
});

test('a script without a handshake stays silent', function (): void {
    $worker = script('no_handshake.php');
    $worker->send(RrDouble::frame(0x09, 0, '{"pid":1}', null));
    same(false, $worker->hasOutput(0.3));
});

test('a slow boot is a late handshake', function (): void {
    $worker = script('slow_boot.php', '300');
    $start = microtime(true);
    same($worker->pid(), $worker->shakeHands()['pid']);
    same(true, microtime(true) - $start > 0.25);
    $worker->request([], 'body');
    same('body', $worker->receive()->body);
    ends_well($worker);
});

test('a slow stop outlives the stop message', function (): void {
    $worker = script('slow_stop.php', '0.4');
    $worker->shakeHands();
    same((string) $worker->pid(), answer($worker, '/')->body);
    $start = microtime(true);
    ends_well($worker);
    same(true, microtime(true) - $start > 0.35);
});

test('late output arrives while the worker is idle', function (): void {
    $worker = script('late_stdout.php', '50');
    $worker->shakeHands();
    same((string) $worker->pid(), answer($worker, '/')->body);
    contains('printed this while the worker was idle', $worker->read(58));
    $worker->stop();
    same(0, $worker->exitCode());
});

test('a grandchild has the process id that is answered', function (): void {
    $worker = script('grandchild.php');
    $worker->shakeHands();
    $child = (int) answer($worker, '/')->body;
    $end = microtime(true) + 10;
    while (file_get_contents("/proc/$child/cmdline") !== "sleep\0" . "1000\0") {
        // Between fork and exec it still looks like its parent.
        microtime(true) < $end || throw new RuntimeException('the grandchild does not start');
        usleep(1000);
    }
    $worker->stop();
    same(0, $worker->exitCode());
});

test('shell scripts carry frames', function (): void {
    $worker = new RrDouble([__DIR__ . '/../workers/cat.sh']);
    same(['pid' => 100], $worker->shakeHands());
    ask($worker, 'ctx', 'body', 0x80);
    same(['ctx', 'body'], [($answer = $worker->receive())->context, $answer->body]);
    $worker->closeInput();
    same(0, $worker->exitCode());
    $worker = new RrDouble([__DIR__ . '/../workers/wrapper.sh', PHP_BINARY, __DIR__ . '/../workers/payload_app.php']);
    same(true, $worker->shakeHands()['pid'] !== $worker->pid());
    ends_well($worker);
});

test('pool workers answer in every mode', function (): void {
    $modes = [
        'echo' => ['ctx', 'body'], 'head' => ['world', ''], 'count' => ['', '1'], 'stderr' => ['', 'written'],
    ];
    foreach ($modes as $mode => $expected) {
        $worker = payload_app($mode);
        ask($worker, 'ctx', 'body', 0x04);
        $answer = $worker->receive();
        same($expected, [$answer->context, $answer->body]);
        same($mode === 'echo' ? 4 : 0, $answer->flags);
        ends_well($worker);
    }
    foreach (['pid', 'grow'] as $mode) {
        $worker = payload_app($mode);
        ask($worker, '', 'x');
        same((string) $worker->pid(), $worker->receive()->body);
        ends_well($worker);
    }
    $worker = payload_app();
    foreach ([['', 'body only'], ['context only', ''], ['', '']] as [$context, $body]) {
        ask($worker, $context, $body);
        same([$context, $body], [($answer = $worker->receive())->context, $answer->body]);
    }
    $worker = payload_app('sleep', '10');
    ask($worker, '', 'x');
    same('slept', $worker->receive()->body);
    $worker = payload_app('env');
    ask($worker, '', 'RR_MODE');
    same('=http', $worker->receive()->body);
});

test('pool workers fail in every mode', function (): void {
    $worker = payload_app('error');
    foreach (['boom', 'again'] as $text) {
        ask($worker, '', $text);
        same([0x40, $text], [($error = $worker->receive())->flags, $error->payload]);
    }
    foreach ([['exit', 1], ['fatal', 255], ['kill', -9]] as [$mode, $code]) {
        $worker = payload_app($mode);
        ask($worker, '', 'x');
        same(['', $code], [$worker->readAll(), $worker->exitCode()]);
    }
    foreach (['hang', 'sleep'] as $mode) {
        $worker = payload_app($mode);
        ask($worker, '', '100000');
        same(false, $worker->hasOutput(0.1));
    }
    $worker = payload_app('garbage');
    ask($worker, '', 'x');
    same('this is no frame at all', $worker->read(23));
    $worker = payload_app('plain');
    ask($worker, '', 'x');
    same([[], 'body'], [($answer = $worker->receive())->options, $answer->payload]);
    $worker = payload_app('split');
    ask($worker, '', 'x');
    same([99], $worker->receive()->options);
});

test('pool workers ask for their restart', function (): void {
    $worker = payload_app('restart');
    foreach (['body', '', 'body', ''] as $body) {
        ask($worker, '', 'body');
        $answer = $worker->receive();
        same([$body, $body === '' ? '{"stop":true}' : ''], [$answer->body, $answer->context]);
    }
    $file = sys_get_temp_dir() . '/rr-test-' . getmypid() . '.reboot';
    foreach ([['{"stop":true}', ''], ['', 'x']] as $expected) {
        $worker = payload_app('reboot', $file);
        ask($worker, '', 'x');
        same($expected, [($answer = $worker->receive())->context, $answer->body]);
    }
    unlink($file);
});

test('pool workers stream', function (): void {
    $worker = payload_app('stream', '3');
    ask($worker, '', 'x');
    foreach ([1, 1, 0] as $i => $bits) {
        same(['chunk ' . ($i + 1), $bits], [($frame = $worker->receive())->body, $frame->bits]);
    }
    ends_well($worker);
    $worker = payload_app('forever');
    ask($worker, '', 'x');
    $worker->receive();
    $worker->send(STOP_FRAME);
    do {
        $frame = $worker->receive();
    } while ($frame->bits & 1);
    same('', $frame->payload);
    ends_well($worker);
    $worker = payload_app('broken');
    ask($worker, '', 'x');
    same(['one', 'two'], [$worker->receive()->body, $worker->receive()->body]);
    same(['', 7], [$worker->readAll(), $worker->exitCode()]);
});

test('every documented route of the HTTP worker answers, or breaks as documented', function (): void {
    $file = sys_get_temp_dir() . '/rr-test-' . getmypid() . '.once';
    $ends = ['/hang?file=' => true, '/kill' => true, '/exit?code=' => true, '/fatal' => true, '/die' => true, '/half' => true,
        '/stream-hang' => true, '/stream-exit' => true, '/garbage' => true, '/garbage-only' => true, '/bad-crc' => true,
        '/stream-forever?file=&ms=' => true, '/stream-deaf?file=' => true];
    preg_match_all('~(?<= )/[a-z][a-z-]*(\?\S*)?~', (string) explode('*/', file_get_contents(__DIR__ . '/../workers/http_app.php'))[0], $found);
    $values = ['?name=' => '?name=RR_MODE', '?bytes=' => '?bytes=10', '?n=&ms=&bytes=' => '?n=3', '?n=&body=' => '?n=3&body=abcdef',
        '?status=&body=&h[Name][]=' => '?status=201&h[X]=1', '?status=' => '?status=204', '?mb=' => '?mb=1', '?ms=' => '?ms=1',
        '?n=' => '?n=201', '?file=' => "?file=$file", '?flags=' => '?flags=16', '?text=' => '?text=t'];
    same(true, count($found[0]) > 60);
    $worker = http_app();
    foreach (array_diff($found[0], array_keys($ends)) as $route) {
        $target = strtok($route, '?') . strtr((string) strstr($route, '?'), $values);
        $worker->request([
            'uri' => "http://localhost$target", 'rawQuery' => substr((string) strstr($target, '?'), 1), 'headers' => ['Input' => ['a']],
            'uploads' => ['f' => ['name' => 'n', 'mime' => '', 'size' => 1, 'error' => 0, 'tmpName' => __FILE__]],
        ], '{"a":"b"}');
        do {
            $frame = $worker->receive();
        } while ($frame->bits & 1);
        same($route . ($frame->flags & 0x40 ? ' error' : ''), $route . (preg_match('~^/(error|throw|sleep-error|stream-error)~', $route) ? ' error' : ''));
        same(false, ($frame->head['status'] ?? 0) === 404 && $route !== '/hints');
        in_array($route, ['/twice', '/restart-after'], true) && $worker->receive();
    }
    unlink($file);
    same(404, answer($worker, '/no-such-route')->head['status']);
    ends_well($worker);
    foreach (['/exit?code=5' => 5, '/half' => 0, '/kill' => -9] as $route => $code) {
        $worker = http_app();
        $worker->get($route);
        $worker->readAll();
        same($code, $worker->exitCode());
    }
    $worker = http_app();
    $worker->get('/garbage');
    same("PHP Warning:  something that was printed\n", $worker->read(41));
    same('answer', $worker->receive()->body);
    $worker->get('/bad-crc');
    same('14800700000000000000' . '0000' . '03000000', bin2hex($worker->read(16)));
    $worker->read(7);
    $worker->get("/stream-deaf?file=$file");
    $worker->receive();
    $worker->send(STOP_FRAME);
    same(1, $worker->receive()->bits);
    touch($file);
    while ($worker->receive()->bits & 1) {
    }
    unlink($file);
    ends_well($worker);
});

test('the shortest PHP worker answers in both codecs', function () use ($json): void {
    $worker = script('raw_loop.php');
    same(['pid' => $worker->pid(), 'codecs' => ['json']], $worker->shakeHands());
    ask($worker, $json('/'), '', 0x08);
    $answer = $worker->receive();
    same([0x08, 'Hello world'], [$answer->flags, $answer->body]);
    same(['status' => 200, 'headers' => ['Content-Type' => ['text/plain']]], $answer->head);
    ask($worker, 'x', '', 0x80);
    $answer = $worker->receive();
    same([0x80, "\x08\xc8\x01" . pb_entry(2, 'Content-Type', 'text/plain')], [$answer->flags, $answer->context]);
    ends_well($worker);
});

test('the C++ echo worker answers in both codecs and in raw mode', function () use ($json): void {
    $program = built(__DIR__ . '/../workers/echo_worker.cpp');
    $worker = new RrDouble([$program]);
    same(['pid' => $worker->pid(), 'codecs' => ['json', 'proto']], $worker->shakeHands());
    ask($worker, 'x', 'first', 0x80);
    $answer = $worker->receive();
    same([0x80, 'first'], [$answer->flags, $answer->body]);
    same("\x08\xc8\x01" . pb_entry(2, 'Content-Type', 'text/plain'), $answer->context);
    foreach ([0, 65500, 65536, 70000, 9 << 20, 3] as $bytes) {
        $body = str_repeat('b', $bytes);
        ask($worker, $json('/'), $body, 0x08);
        $answer = $worker->receive();
        same([0x08, 200, true], [$answer->flags, $answer->head['status'], $answer->body === $body]);
    }
    $request = RrDouble::frame(0x80, 0, str_repeat('z', 30000), 29000);
    $worker->send(STOP_FRAME . str_repeat($request, 40));
    for ($i = 0; $i < 40; ++$i) {
        same(1000, strlen($worker->receive()->body));
    }
    ends_well($worker);
    $worker = new RrDouble([$program, 'raw']);
    $worker->shakeHands();
    ask($worker, 'ctx', 'body', 0x14);
    same([0x14, 'ctx', 'body'], [($answer = $worker->receive())->flags, $answer->context, $answer->body]);
    $worker->closeInput();
    same(0, $worker->exitCode());
    $worker = new RrDouble([$program, 'hello']);
    $worker->shakeHands();
    ask($worker, 'ctx', 'body', 0x80);
    same('Hello world', $worker->receive()->body);
    $worker->send('this is no frame');
    same(1, $worker->exitCode());
});

test('the Python example works', function () use ($json): void {
    $worker = new RrDouble(['python3', __DIR__ . '/../../examples/python/worker.py']);
    proves_example($worker, 'Hello world from Python', 0x08, $json);
});

test('the C++ example works', function () use ($proto): void {
    $worker = new RrDouble([built(__DIR__ . '/../../examples/cpp/worker.cpp')]);
    proves_example($worker, 'Hello world from C++', 0x80, $proto);
});

test('the PHP example works', function () use ($json): void {
    foreach ([[0x08, $json], [0x80, fn (string $path) => pb(3, 'GET') . pb(4, "http://localhost$path")]] as [$flags, $context]) {
        $worker = new RrDouble([PHP_BINARY, __DIR__ . '/../../examples/hello/worker.php']);
        proves_example($worker, 'Hello from rr', $flags, $context);
    }
    $worker = new RrDouble([PHP_BINARY, __DIR__ . '/../../examples/hello/worker.php']);
    $worker->shakeHands();
    same('Hello world', json_decode(answer($worker, '/json')->body)->message);
    same("slept for 5 ms\n", answer($worker, '/slow?ms=5')->body);
    $worker->request(['uri' => 'http://localhost/headers', 'headers' => ['X-A' => ['1']]]);
    same('{"X-A":["1"]}', $worker->receive()->body);
    $worker->get('/stream?n=2&ms=1');
    same(["chunk 1 of 2\n", "chunk 2 of 2\n", ''], [$worker->receive()->body, $worker->receive()->body, $worker->receive()->body]);
    $worker->get('/crash');
    same(['', 1], [$worker->readAll(), $worker->exitCode()]);
    contains('asked to crash', $worker->stderr());
});
