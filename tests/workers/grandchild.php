<?php

// Starts a `sleep 1000` that inherits its pipes, and answers every request with the process id of that child.

require __DIR__ . '/../../php/autoload.php';

use RR\Http\Response;

$worker = RR\Worker::create();
$child = proc_open(['sleep', '1000'], [], $pipes) ?: exit(1);
$pid = proc_get_status($child)['pid'];
RR\Http\serve(static fn () => Response::text((string) $pid), $worker);

// Without this the process would wait for the child; a killed worker leaves it behind.
proc_terminate($child, 9);
