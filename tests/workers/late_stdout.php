<?php

// Answers with its process id, and some milliseconds (first argument, default 100) later, idle, prints text on the
// real stdout.

require __DIR__ . '/../../php/autoload.php';

use RR\Http\Request;
use RR\Http\Responder;
use RR\Http\Response;

$pauseMs = (int) ($argv[1] ?? 100);
RR\Http\serve(static function (Request $request, Responder $out) use ($pauseMs): ?Response {
    $out->send(Response::text((string) getmypid()));
    usleep(1000 * $pauseMs);
    $out->worker->relay->write("a shutdown handler printed this while the worker was idle\n");

    return null;
});
