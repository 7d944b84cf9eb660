<?php

declare(strict_types=1);

namespace RR\Http;

/** How the head of a request and of a response is written in the context of a frame. */
interface ContextCodec
{
    /**
     * @throws \UnexpectedValueException when $context cannot be read
     */
    public function decode(string $context, string $body): Request;

    /**
     * @param array<string, scalar|list<scalar>> $headers
     *
     * @return string|null null when this codec cannot express the headers
     */
    public function encode(int $status, array $headers): ?string;

    /**
     * @param mixed $source what decode() has put into the request
     *
     * @return array<string, list<string>>
     */
    public function headers(mixed $source): array;

    /** @return array<string, string> */
    public function cookies(mixed $source): array;

    /** @return array<string, mixed> */
    public function attributes(mixed $source): array;

    /** @return array<mixed> files by field name: {name, mime, size, error, tmpName} each */
    public function uploads(mixed $source): array;
}
