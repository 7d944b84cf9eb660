<?php

declare(strict_types=1);

use RR\Tests\RrDouble;

/** An HTTP worker with many routes, its handshake done. */
function http_app(string $relay = 'pipes', string ...$options): RrDouble
{
    $worker = new RrDouble([PHP_BINARY, ...$options, __DIR__ . '/../workers/http_app.php'], $relay);
    $worker->shakeHands();

    return $worker;
}

/** Stops a worker that must end by itself, with nothing more to say. */
function ends_well(RrDouble $worker): void
{
    $worker->stop();
    same('', $worker->readAll());
    same(0, $worker->exitCode());
}

/** The answer to a GET. */
function answer(RrDouble $worker, string $target): object
{
    $worker->get($target);

    return $worker->receive();
}

const PONG_FRAME = "\x13\x00\x00\x00\x00\x00\x96\xd1\x80\x34\x08\x00";
const STOP_FRAME = "\x13\x00\x00\x00\x00\x00\x96\xd1\x80\x34\x02\x00";

test('the handshake names the process and its codecs', function (): void {
    $worker = new RrDouble([PHP_BINARY, __DIR__ . '/../workers/http_app.php']);
    $worker->send(hex2bin('13090b000000e63491ee0000') . '{"pid":100}');

    $reply = $worker->receive();

    same(1, $reply->flags);
    same([], $reply->options);
    same('{"pid":' . $worker->pid() . ',"codecs":["json","proto"]}', $reply->payload);
    ends_well($worker);
    same('', $worker->stderr());
});

test('a handshake between and behind requests is answered in order', function (): void {
    $worker = http_app();
    $hello = RrDouble::frame(0x09, 0, '{"pid":100}', null);
    $worker->send($hello . $hello);
    same(1, $worker->receive()->flags);
    same(1, $worker->receive()->flags);
    $worker->get('/sleep?ms=20');
    $worker->send($hello);
    same('slept', $worker->receive()->body);
    same(['pid' => $worker->pid(), 'codecs' => ['json', 'proto']], json_decode($worker->receive()->payload, true));
    ends_well($worker);
});

test('a request with a JSON context is answered in JSON', function (): void {
    $worker = http_app();
    $answer = answer($worker, '/upper?hello=world');
    same([0x08, 0], [$answer->flags, $answer->bits]);
    same([strlen($answer->context)], $answer->options);
    same('{"status":201,"headers":{"Content-Type":["text/plain"]}}', $answer->context);
    same('WORLD', $answer->body);
    ends_well($worker);
});

test('a request with a protobuf context is answered in protobuf', function (): void {
    $worker = http_app();
    $context = pb(1, '127.0.0.1') . pb(2, 'HTTP/1.1') . pb(3, 'GET') . pb(4, 'http://localhost/header?hello=world')
        . pb_entry(5, 'Input', 'sample') . pb(7, 'hello=world');
    $worker->send(RrDouble::frame(0x80, 0, $context, strlen($context)));

    $answer = $worker->receive();

    same([0x80, 0], [$answer->flags, $answer->bits]);
    same("\x08\xc8\x01" . pb_entry(2, 'Content-Type', 'text/plain') . pb_entry(2, 'Header', 'world'), $answer->context);
    same('SAMPLE', $answer->body);
    same(0x08, answer($worker, '/pid')->flags);
    ends_well($worker);
});

test('a context that cannot be read is an error answer', function (): void {
    $worker = http_app();
    $worker->send(RrDouble::frame(0x80, 0, "\x0a\x7fcut", 5));
    $error = $worker->receive();
    same([0x40, []], [$error->flags, $error->options]);
    contains('UnexpectedValueException', $error->payload);
    $worker->send(RrDouble::frame(0x08, 0, '{"method":', 10));
    same(0x40, $worker->receive()->flags);
    same('status 204', answer($worker, '/status?n=204')->body);
    ends_well($worker);
});

test('headers that JSON cannot express are sent as protobuf', function (): void {
    $worker = http_app();
    $answer = answer($worker, '/reply?h[X]=caf%E9');
    same(0x80, $answer->flags);
    same("\x08\xc8\x01" . pb_entry(2, 'X', "caf\xe9"), $answer->context);
    $answer = answer($worker, '/reply?status=201&h[X-A][]=1&h[X-A][]=2&body=b');
    same([0x08, ['status' => 201, 'headers' => ['X-A' => ['1', '2']]], 'b'], [$answer->flags, $answer->head, $answer->body]);
    ends_well($worker);
});

test('requests that arrive byte by byte or all at once are answered one by one', function (): void {
    $worker = http_app();
    $context = '{"uri":"http://a/upper?hello=x","rawQuery":"hello=x"}';
    $request = RrDouble::frame(0x08, 0, $context, strlen($context));
    foreach (str_split($request) as $byte) {
        $worker->send($byte);
        usleep(200);
    }
    same('X', $worker->receive()->body);
    $worker->send(str_repeat($request, 50));
    for ($i = 0; $i < 50; ++$i) {
        same('X', $worker->receive()->body);
    }
    ends_well($worker);
});

test('a body of any size comes back whole', function (): void {
    $worker = http_app();
    foreach ([0, 1, 8191, 8192, 65535, 65536, 65537, 200000, (1 << 20) + 1] as $bytes) {
        $body = $bytes > 0 ? random_bytes($bytes) : '';
        $worker->request(['uri' => 'http://localhost/echo'], $body);
        $answer = $worker->receive();
        same(true, $answer->body === $body);
    }
    ends_well($worker);
});

test('a body of 96 MiB is read and answered without a second copy', function (): void {
    foreach (['pipes', 'unix'] as $relay) {
        $worker = http_app($relay, '-d', 'memory_limit=128M');
        $body = str_repeat(random_bytes(1 << 20), 96);
        $worker->request(['uri' => 'http://localhost/echo'], $body);
        $answer = $worker->receive();
        same(200, $answer->head['status'] ?? $answer->payload);
        same(true, $answer->body === $body);
        ends_well($worker);
    }
});

test('an exception is an error answer and the worker goes on', function (): void {
    $worker = http_app();
    $error = answer($worker, '/throw');
    same([0x40, 0, []], [$error->flags, $error->bits, $error->options]);
    contains('RuntimeException: thrown by request', $error->payload);
    same('boom', answer($worker, '/error?text=boom')->payload);
    same((string) $worker->pid(), answer($worker, '/pid')->body);
    ends_well($worker);
});

test('what the application prints goes to stderr', function (): void {
    $worker = http_app();
    same('printed', answer($worker, '/echo-output')->body);
    contains("printed by the application\n", $worker->stderr());
    same('written', answer($worker, '/stderr?bytes=70000')->body);
    $worker->awaitStderr(str_repeat('e', 70000));
    $worker->get('/die');
    same('', $worker->readAll());
    same(0, $worker->exitCode());
    contains("died by request\n", $worker->stderr());
});

test('a fatal error ends the process with its message on stderr', function (): void {
    $worker = http_app('pipes', '-d', 'display_errors=1');
    $worker->get('/fatal');
    same('', $worker->readAll());
    same(255, $worker->exitCode());
    contains('Allowed memory size', $worker->stderr());
});

test('the end of the input ends the worker quietly', function (): void {
    foreach (['', "\x14", RrDouble::frame(0x08, 0, str_repeat('x', 100000), 100000)] as $part) {
        $worker = http_app();
        $worker->send(substr($part, 0, 70000));
        $worker->closeInput();
        same('', $worker->readAll());
        same(0, $worker->exitCode());
        same('', $worker->stderr());
    }
});

test('garbage instead of a frame ends the worker with an error', function (): void {
    $worker = http_app();
    $worker->send("GET / HTTP/1.1\r\n\r\n");
    same('', $worker->readAll());
    same(255, $worker->exitCode());
    contains('broken frame header from rr', $worker->stderr());
});

test('an empty request ends the worker', function (): void {
    $worker = http_app();
    $worker->send(RrDouble::frame(0x80, 0, '', 0));
    same('', $worker->readAll());
    same(0, $worker->exitCode());
});

test('a stream is one frame per chunk, with a PING on the sixth', function (): void {
    $worker = http_app();
    $worker->get('/stream?n=12');
    $bits = [];
    for ($i = 1; $i <= 12; ++$i) {
        $frame = $worker->receive();
        same("chunk $i\n", $frame->body);
        same($i === 1 ? ['status' => 200, 'headers' => ['Content-Type' => ['text/plain']]] : null, $frame->head);
        same(0x08, $frame->flags);
        $bits[] = $frame->bits;
        if ($frame->bits & 4) {
            same(false, $worker->hasOutput(0.05));
            $worker->send(PONG_FRAME);
        }
    }
    same([1, 1, 1, 1, 1, 5, 1, 1, 1, 1, 5, 1], $bits);
    $last = $worker->receive();
    same([0, ''], [$last->bits, $last->payload]);
    same('chunk', substr(answer($worker, '/stream?n=1')->body, 0, 5));
    same(0, $worker->receive()->bits);
    ends_well($worker);
});

test('a STOP ends a stream with one empty frame and the worker goes on', function (): void {
    foreach (['pipes', 'tcp', 'unix'] as $relay) {
        $worker = http_app($relay);
        $file = (string) tempnam(sys_get_temp_dir(), 'rr-test');
        $worker->get("/stream-forever?ms=1&file=$file");
        for ($i = 0; $i < 3; ++$i) {
            $worker->receive();
        }
        $worker->send(STOP_FRAME);
        do {
            $frame = $worker->receive();
        } while ($frame->bits & 1);
        same('', $frame->payload);
        same('stopped', file_get_contents($file));
        unlink($file);
        same((string) $worker->pid(), answer($worker, '/pid')->body);
        ends_well($worker);
    }
});

test('a STOP or PONG after the end of a stream is no request', function (): void {
    $worker = http_app();
    $worker->send(STOP_FRAME . PONG_FRAME . STOP_FRAME);
    same('slept', answer($worker, '/sleep?ms=1')->body);
    ends_well($worker);
});

test('a stop message during a stream ends the worker after the stream', function (): void {
    $worker = http_app();
    $worker->get('/stream?n=4&ms=20');
    $worker->receive();
    $worker->stop();
    for ($i = 2; $i <= 4; ++$i) {
        same("chunk $i\n", $worker->receive()->body);
    }
    same(0, $worker->receive()->bits);
    same('', $worker->readAll());
    same(0, $worker->exitCode());
});

test('a stream that breaks ends with an error answer or with the process', function (): void {
    $worker = http_app();
    $worker->get('/stream-error');
    same("first\n", $worker->receive()->body);
    same("second\n", $worker->receive()->body);
    $error = $worker->receive();
    same(0x40, $error->flags);
    contains('half way', $error->payload);
    $worker->get('/stream-exit');
    same("first\n", $worker->receive()->body);
    same("second\n", $worker->receive()->body);
    same('', $worker->readAll());
    same(7, $worker->exitCode());
});

test('a stream whose reader is gone ends the worker quietly', function (): void {
    foreach (['input', 'output'] as $end) {
        $worker = http_app();
        $worker->get('/stream-forever?ms=0&file=/dev/null');
        $worker->receive();
        $end === 'input' ? $worker->closeInput() : $worker->closeOutput();
        $end === 'input' && $worker->readAll();
        same(0, $worker->exitCode());
        same('', $worker->stderr());
    }
});

test('sockets carry the same conversation without PINGs', function (): void {
    foreach (['tcp', 'unix'] as $relay) {
        $worker = new RrDouble([PHP_BINARY, __DIR__ . '/../workers/http_app.php'], $relay);
        same(['pid' => $worker->pid(), 'codecs' => ['json', 'proto']], $worker->shakeHands());
        $worker->get('/stream?n=20');
        for ($i = 1; $i <= 20; ++$i) {
            same(1, $worker->receive()->bits);
        }
        same(0, $worker->receive()->bits);
        same('printed', answer($worker, '/echo-output')->body);
        contains('printed by the application', $worker->stderr());
        ends_well($worker);
    }
});

test('a socket that nobody listens on ends the worker with an error', function (): void {
    $environment = ['RR_RELAY' => 'unix:///nonexistent/rr.sock'] + getenv();
    $process = proc_open([PHP_BINARY, __DIR__ . '/../workers/http_app.php'], [2 => ['pipe', 'w']], $pipes, null, $environment);
    contains('unable to connect to rr at unix:///nonexistent/rr.sock', stream_get_contents($pipes[2]));
    same(255, proc_close($process));
});

test('informational responses come before the final one', function (): void {
    $worker = http_app();
    $worker->get('/hints');
    $hint = $worker->receive();
    same([1, ''], [$hint->bits, $hint->body]);
    same(['status' => 103, 'headers' => ['Link' => ['</style.css>; rel=preload']]], $hint->head);
    $final = $worker->receive();
    same([0, 'not here', 404], [$final->bits, $final->body, $final->head['status']]);
    same(['Content-Type' => ['text/plain'], 'X-Final' => ['yes']], $final->head['headers']);
    ends_well($worker);
});

test('trailers are named in the head of the last frame', function (): void {
    $worker = http_app();
    $answer = answer($worker, '/trailers');
    same(['X-Checksum' => ['abc'], 'Trailer' => ['X-Checksum'], 'Content-Type' => ['text/plain']], $answer->head['headers']);
    $worker->get('/trailers-stream');
    for ($i = 1; $i <= 3; ++$i) {
        same(1, $worker->receive()->bits);
    }
    $last = $worker->receive();
    same([0, ['X-Checksum' => ['abc'], 'Trailer' => ['X-Checksum']]], [$last->bits, $last->head['headers']]);
    ends_well($worker);
});

test('request parts reach the handler', function (): void {
    $worker = http_app();
    $head = [
        'method' => 'POST', 'uri' => 'http://localhost/request?a=1', 'rawQuery' => 'a=1', 'parsed' => true,
        'headers' => ['Input' => ['sample'], 'User-Agent' => ['go-agent']], 'cookies' => ['input' => 'input-value'],
        'uploads' => ['f' => ['name' => 'n.txt', 'mime' => 'text/plain', 'size' => 1, 'error' => 0, 'tmpName' => '/tmp/u']],
    ];
    $worker->request($head, '{"key":"value"}');
    $seen = json_decode($worker->receive()->body, true);
    same(['POST', true, $head['headers'], $head['cookies'], $head['uploads'], '{"key":"value"}'], [
        $seen['method'], $seen['parsed'], $seen['headers'], $seen['cookies'], $seen['uploads'], $seen['body'],
    ]);
    foreach (['/agent' => 'go-agent', '/cookie' => 'INPUT-VALUE', '/form' => '{"key":"value"}', '/flip' => '{"value":"key"}'] as $path => $body) {
        $worker->request(['uri' => "http://localhost$path"] + $head, '{"key":"value"}');
        same($body, $worker->receive()->body);
    }
    ends_well($worker);
});
