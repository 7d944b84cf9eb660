<?php

declare(strict_types=1);

namespace RR\Http;

/**
 * What a handler answers.
 *
 * A body that is not a string is streamed: each value that the iterator or generator yields goes to the client at
 * once. rr keeps the responsibility for framing (Content-Length, chunks) and drops bodies that HTTP forbids.
 */
final class Response
{
    /**
     * @param string|iterable<string> $body
     * @param array<string, scalar|list<scalar>> $headers
     * @param array<string, string>|\Closure(): array<string, string> $trailers headers to send after the body; a
     *        closure is asked once the body is complete
     */
    public function __construct(
        public readonly string|iterable $body = '',
        public readonly int $status = 200,
        public readonly array $headers = [],
        public readonly array|\Closure $trailers = [],
    ) {
    }

    /** @param array<string, mixed> $headers */
    public static function text(string $text, int $status = 200, array $headers = []): self
    {
        return new self($text, $status, $headers + ['Content-Type' => 'text/plain; charset=utf-8']);
    }

    /** @param array<string, mixed> $headers */
    public static function html(string $html, int $status = 200, array $headers = []): self
    {
        return new self($html, $status, $headers + ['Content-Type' => 'text/html; charset=utf-8']);
    }

    /**
     * @param array<string, mixed> $headers
     *
     * @throws \JsonException
     */
    public static function json(mixed $value, int $status = 200, array $headers = []): self
    {
        $json = \json_encode($value, \JSON_THROW_ON_ERROR | \JSON_UNESCAPED_SLASHES | \JSON_UNESCAPED_UNICODE);

        return new self($json, $status, $headers + ['Content-Type' => 'application/json']);
    }
}
