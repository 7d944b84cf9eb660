<?php

declare(strict_types=1);

namespace RR\Http;

/** An HTTP request as rr hands it to a worker: complete, body included. */
final class Request
{
    /** @var array<string, list<string>>|null */
    private ?array $headers = null;

    /**
     * @param string $uri      absolute: scheme, authority, path and query
     * @param string $rawQuery text after the `?`, not decoded
     * @param bool   $parsed   whether rr has parsed a form: $body is JSON text then
     * @param string $body     the raw body unless $parsed
     * @param mixed  $source   what $codec needs to produce headers, cookies, attributes and uploads
     */
    public function __construct(
        public readonly string $method,
        public readonly string $uri,
        public readonly string $protocol,
        public readonly string $remoteAddr,
        public readonly string $rawQuery,
        public readonly bool $parsed,
        public readonly string $body,
        private readonly ContextCodec $codec,
        private readonly mixed $source,
    ) {
    }

    /** Path of the URI, as sent by the client: not decoded, without the query. */
    public function path(): string
    {
        $scheme = \strpos($this->uri, '://');
        $start = $scheme === false ? 0 : $scheme + 3 + \strcspn($this->uri, '/?#', $scheme + 3);
        $path = \substr($this->uri, $start, \strcspn($this->uri, '?#', $start));

        return $path === '' ? '/' : $path;
    }

    /** @return array<mixed> the query, decoded as PHP decodes $_GET */
    public function query(): array
    {
        \parse_str($this->rawQuery, $query);

        return $query;
    }

    /** @return array<string, list<string>> values by name as in `Content-Type` */
    public function headers(): array
    {
        return $this->headers ??= $this->codec->headers($this->source);
    }

    /** The values of one header joined with `, `; empty when the client has not sent it. */
    public function header(string $name): string
    {
        $headers = $this->headers();
        $values = $headers[$name] ?? $headers[\ucwords(\strtolower($name), '-')] ?? [];

        return \implode(', ', $values);
    }

    /** @return array<string, string> */
    public function cookies(): array
    {
        return $this->codec->cookies($this->source);
    }

    /** @return array<string, mixed> what rr's middlewares have attached */
    public function attributes(): array
    {
        return $this->codec->attributes($this->source);
    }

    /** @return array<mixed> uploaded files by field name: {name, mime, size, error, tmpName} each */
    public function uploads(): array
    {
        return $this->codec->uploads($this->source);
    }

    /**
     * The fields of a form that rr has parsed; empty for any other request.
     *
     * @return array<mixed>
     */
    public function form(): array
    {
        return $this->parsed && $this->body !== '' ? (array) \json_decode($this->body, true) : [];
    }

    /**
     * The body decoded as JSON.
     *
     * @throws \JsonException when it is not JSON
     */
    public function json(): mixed
    {
        return \json_decode($this->body, true, 512, \JSON_THROW_ON_ERROR);
    }
}
