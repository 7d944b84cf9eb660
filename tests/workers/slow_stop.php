<?php

// Answers with its process id; told to stop, it goes on for some seconds (first argument, default 30) before it ends.

require __DIR__ . '/../../php/autoload.php';

RR\Http\serve(static fn () => RR\Http\Response::text((string) getmypid()));
for ($end = microtime(true) + (float) ($argv[1] ?? 30); ($left = $end - microtime(true)) > 0;) {
    usleep((int) (1e6 * min($left, 1)));
}
