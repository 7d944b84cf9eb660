<?php

declare(strict_types=1);

namespace RR;

/**
 * Keeps everything that is not a frame away from the pipe to rr.
 *
 * File descriptor 1 becomes a copy of stderr: echo, print, messages of fatal errors and the output of child
 * processes go to rr's log. The constant STDOUT is a closed stream afterwards: writing to it throws a TypeError
 * instead of destroying the conversation with rr.
 */
final class Output
{
    /** @var resource|null holds descriptor 1 open */
    private static $stderr = null;

    /**
     * Redirects stdout to stderr. To be called once.
     *
     * @return resource the stream that leads to the old stdout
     */
    public static function capture()
    {
        $stdout = \fopen('php://fd/1', 'wb');
        if ($stdout === false) {
            throw new RelayException('stdout is not open');
        }
        if (\defined('STDOUT') && \is_resource(\STDOUT)) {
            // The lowest free descriptor is now 1, and the next open takes it.
            \fclose(\STDOUT);
            self::$stderr = \fopen('php://fd/2', 'ab') ?: null;
        }
        if (self::$stderr === null || @\readlink('/proc/self/fd/1') !== @\readlink('/proc/self/fd/2')) {
            \ob_start(self::toStderr(...), 1);
        }

        return $stdout;
    }

    /** For systems where descriptor 1 could not be replaced: catches at least what PHP itself prints. */
    private static function toStderr(string $text): string
    {
        \fwrite(\STDERR, $text);

        return '';
    }
}
