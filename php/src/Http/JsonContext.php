<?php

declare(strict_types=1);

namespace RR\Http;

/** The context as JSON text. */
final class JsonContext implements ContextCodec
{
    private const FLAGS = \JSON_UNESCAPED_SLASHES | \JSON_UNESCAPED_UNICODE;

    public function decode(string $context, string $body): Request
    {
        $head = \json_decode($context, true, 512, \JSON_INVALID_UTF8_SUBSTITUTE);
        if (!\is_array($head)) {
            throw new \UnexpectedValueException('the context of the request is no JSON object');
        }

        return new Request(
            (string) ($head['method'] ?? ''),
            (string) ($head['uri'] ?? ''),
            (string) ($head['protocol'] ?? ''),
            (string) ($head['remoteAddr'] ?? ''),
            (string) ($head['rawQuery'] ?? ''),
            (bool) ($head['parsed'] ?? false),
            $body,
            $this,
            $head,
        );
    }

    public function encode(int $status, array $headers): ?string
    {
        if ($headers === []) {
            return '{"status":' . $status . ',"headers":{}}';
        }
        $lists = [];
        foreach ($headers as $name => $values) {
            if ($name !== '' && $values !== [] && $values !== null) {
                $lists[$name] = \is_array($values) ? \array_map('strval', \array_values($values)) : [(string) $values];
            }
        }
        // JSON has no bytes: headers in another encoding than UTF-8 cannot be expressed.
        $json = \json_encode((object) $lists, self::FLAGS);

        return $json === false ? null : '{"status":' . $status . ',"headers":' . $json . '}';
    }

    public function headers(mixed $source): array
    {
        return \array_map(static fn ($values): array => (array) $values, $source['headers'] ?? []);
    }

    public function cookies(mixed $source): array
    {
        return $source['cookies'] ?? [];
    }

    public function attributes(mixed $source): array
    {
        return $source['attributes'] ?? [];
    }

    public function uploads(mixed $source): array
    {
        return $source['uploads'] ?? [];
    }
}
