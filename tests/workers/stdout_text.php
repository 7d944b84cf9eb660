<?php

// Prints a text on stdout before the handshake, then behaves.

require __DIR__ . '/../../php/autoload.php';

fwrite(STDOUT, "Deprecated: something is printed before the handshake\n");
RR\Http\serve(static fn () => RR\Http\Response::text('never seen'));
