<?php

declare(strict_types=1);

namespace RR\Http;

use RR\RelayClosed;
use RR\Worker;

/**
 * Answers requests with what $handler returns, until rr ends this worker.
 *
 * An exception becomes an error answer and the worker goes on. A handler that has answered through the worker of
 * its second argument returns null.
 *
 * @param callable(Request, Responder): ?Response $handler
 */
function serve(callable $handler, ?Worker $worker = null): void
{
    $worker ??= Worker::create();
    $responder = new Responder($worker);
    try {
        while (($frame = $worker->wait()) !== null) {
            if ($frame->context === '' && $frame->body === '') {
                return;
            }
            try {
                $response = $handler($responder->accept($frame), $responder);
                if ($response !== null) {
                    $responder->send($response);
                }
            } catch (RelayClosed $closed) {
                throw $closed;
            } catch (\Throwable $error) {
                $worker->error((string) $error);
            }
            // Frees the bodies before the wait for the next request.
            $frame = $response = $error = null;
        }
    } catch (RelayClosed) {
        // rr is gone: nobody is left to tell.
    }
}
