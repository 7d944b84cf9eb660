<?php

declare(strict_types=1);

/*
 * A worker that shows what rr does. Start it with `rr serve` in this folder and open http://127.0.0.1:8080.
 */

require __DIR__ . '/../../php/autoload.php';

use RR\Http\Request;
use RR\Http\Response;

use function RR\Http\serve;

// Prepared once, not per request: the process stays alive.
$page = file_get_contents(__DIR__ . '/page.html');

/** Chunks that reach the client as they are made. */
function chunks(int $n, int $ms): Generator
{
    for ($i = 1; $i <= $n; ++$i) {
        yield "chunk $i of $n\n";
        usleep(1000 * $ms);
    }
}

/** Streams ?n= chunks, one every ?ms= milliseconds. */
function stream(Request $request): Response
{
    $query = $request->query();
    $n = min(1000, max(1, (int) ($query['n'] ?? 10)));
    $ms = min(5000, max(0, (int) ($query['ms'] ?? 100)));

    return new Response(chunks($n, $ms), 200, ['Content-Type' => 'text/plain; charset=utf-8']);
}

/** Answers after ?ms= milliseconds; meanwhile the other workers serve. */
function slow(Request $request): Response
{
    $ms = min(60000, max(0, (int) ($request->query()['ms'] ?? 500)));
    usleep(1000 * $ms);

    return Response::text("slept for $ms ms\n");
}

/** Ends this process in the middle of a request: the client gets a 500, and rr starts another worker. */
function crash(): never
{
    fwrite(STDERR, 'worker ' . getmypid() . ": asked to crash, so it does\n");
    exit(1);
}

serve(static fn (Request $request): Response => match ($request->path()) {
    '/' => Response::html($page),
    '/json' => Response::json(['message' => 'Hello world', 'pid' => getmypid(), 'time' => date(DATE_ATOM)]),
    '/slow' => slow($request),
    '/stream' => stream($request),
    '/echo' => new Response($request->body, 200, ['Content-Type' => $request->header('Content-Type') ?: 'text/plain']),
    '/headers' => Response::json((object) $request->headers()),
    '/crash' => crash(),
    default => Response::text("There is no {$request->path()} here.\n", 404),
});
