<?php

declare(strict_types=1);

// The smallest application on the library in php/: its request, its response.

require __DIR__ . '/../php/autoload.php';

use RR\Http\Request;
use RR\Http\Response;

RR\Http\serve(static fn (Request $request): Response => Response::text('Hello world'));
