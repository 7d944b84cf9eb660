<?php

declare(strict_types=1);

namespace RR;

/** Thrown into the generator of a streamed response when its client has gone away. */
final class StreamStopped extends \RuntimeException
{
}
