<?php

// Boots for some milliseconds (first argument, default 1500), then echoes the body.

require __DIR__ . '/../../php/autoload.php';

usleep(1000 * (int) ($argv[1] ?? 1500));
RR\Http\serve(static fn (RR\Http\Request $request) => RR\Http\Response::text($request->body));
