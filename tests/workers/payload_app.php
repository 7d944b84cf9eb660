<?php

declare(strict_types=1);

/*
 * Worker without HTTP, for tests of pools: `php payload_app.php MODE [ARGUMENT]`. Context and body mean nothing to it.
 *
 *   echo      context and body come back with the flags of the request (the default)
 *   head      answers with the context `world` and no body
 *   pid       answers with its process id
 *   count     answers with the number of requests it has served
 *   env       answers with the environment variable that the body names
 *   error     an error answer with the text of the body; the worker goes on
 *   exit      exits with the code ARGUMENT (default 1) at the first request
 *   fatal     runs out of memory at the first request
 *   kill      kills itself with SIGKILL at the first request
 *   sleep     answers `slept` after ARGUMENT ms (default: the body says how many)
 *   hang      never answers
 *   stream    ARGUMENT chunks `chunk N` (default 10), looking for a STOP before each
 *   forever   chunks until STOP, then one empty last frame
 *   broken    two chunks, then exit with code 7
 *   restart   asks for its restart at every second request of this process, echoes the others
 *   reboot    asks for its restart unless the file ARGUMENT exists, and creates it
 *   grow      keeps ARGUMENT MiB (default 10) more with every request and answers with its process id
 *   stderr    writes ARGUMENT bytes (default 64000) to stderr in one write, then answers `written`
 *   garbage   text on stdout instead of an answer
 *   plain     an answer without an option
 *   split     an answer whose context is longer than its payload
 */

require __DIR__ . '/../../php/autoload.php';

use RR\Frame;
use RR\Worker;

/** Sends chunks until there are $n or rr says STOP. */
function stream(Worker $worker, int $n): void
{
    for ($i = 1; $i < $n && !$worker->isStreamStopped(); ++$i) {
        $worker->respond('', "chunk $i", 0, true);
    }
    $worker->respond('', $worker->isStreamStopped() ? '' : "chunk $n");
}

function answer(Worker $worker, Frame $frame, string $mode, ?string $argument, int $count): void
{
    static $kept = '';
    $relay = $worker->relay;
    $restart = $mode === 'restart' ? $count % 2 === 0 : $mode === 'reboot' && @fopen((string) $argument, 'x');
    match (true) {
        $restart => $worker->restart(),
        $mode === 'head' => $worker->respond('world', ''),
        $mode === 'pid' => $worker->respond('', (string) getmypid()),
        $mode === 'count' => $worker->respond('', (string) $count),
        $mode === 'env' => $worker->respond('', '=' . getenv($frame->body)),
        $mode === 'error' => $worker->error($frame->body),
        $mode === 'exit' => exit((int) ($argument ?? 1)),
        $mode === 'fatal' => ini_set('memory_limit', '32M') && str_repeat('x', 1 << 30),
        $mode === 'kill' => posix_kill(getmypid(), 9),
        $mode === 'sleep' => usleep(1000 * (int) ($argument ?? $frame->body)) ?? $worker->respond('', 'slept'),
        $mode === 'hang' => sleep(100000),
        $mode === 'stream' => stream($worker, (int) ($argument ?? 10)),
        $mode === 'forever' => stream($worker, PHP_INT_MAX),
        $mode === 'broken' => $worker->respond('', 'one', 0, true) ?? $worker->respond('', 'two', 0, true) ?? exit(7),
        $mode === 'grow' => $worker->respond('', strlen($kept .= str_repeat('m', (int) ($argument ?? 10) << 20)) ? (string) getmypid() : ''),
        $mode === 'stderr' => fwrite(STDERR, str_repeat('e', (int) ($argument ?? 64000))) && $worker->respond('', 'written'),
        $mode === 'garbage' => $relay->write('this is no frame at all'),
        $mode === 'plain' => $relay->sendPlain(0, 0, 'body'),
        $mode === 'split' => $relay->write(Frame::header(0, 0, 4, 99) . 'body'),
        default => $worker->respond($frame->context, $frame->body, $frame->flags),
    };
}

$worker = Worker::create();
for ($count = 1; ($frame = $worker->wait()) !== null; ++$count) {
    answer($worker, $frame, $argv[1] ?? 'echo', $argv[2] ?? null, $count);
}
