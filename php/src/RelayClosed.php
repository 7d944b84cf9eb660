<?php

declare(strict_types=1);

namespace RR;

/** rr has closed its end: nobody waits for an answer any more, so the worker ends quietly. */
final class RelayClosed extends RelayException
{
}
