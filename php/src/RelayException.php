<?php

declare(strict_types=1);

namespace RR;

/** What came from rr is no frame, or rr cannot be reached. The worker cannot go on. */
class RelayException extends \RuntimeException
{
}
