<?php

declare(strict_types=1);

namespace RR\Http;

/**
 * The context as protobuf messages http.v1.Request and http.v1.Response, read and written by hand.
 *
 * Maps are decoded only when somebody asks for them: most handlers look at the method and the path.
 */
final class ProtoContext implements ContextCodec
{
    // Fields of http.v1.Request.
    private const REMOTE_ADDR = 1;
    private const PROTOCOL = 2;
    private const METHOD = 3;
    private const URI = 4;
    private const HEADER = 5;
    private const COOKIES = 6;
    private const RAW_QUERY = 7;
    private const PARSED = 8;
    private const UPLOADS = 9;
    private const ATTRIBUTES = 10;

    public function decode(string $context, string $body): Request
    {
        $text = ['', '', '', '', '', '', '', '', ''];
        $parsed = false;
        for ($at = 0, $end = \strlen($context); $at < $end;) {
            $tag = \ord($context[$at]);
            if ($tag === (self::PARSED << 3)) {
                ++$at;
                $parsed = self::varint($context, $at) !== 0;
                continue;
            }
            if (($tag & 0x87) !== 2) {
                self::skip($context, $at);
                continue;
            }
            ++$at;
            $bytes = self::length($context, $at, $end);
            $field = $tag >> 3;
            if ($field <= self::URI || $field === self::RAW_QUERY) {
                $text[$field] = \substr($context, $at, $bytes);
            }
            $at += $bytes;
        }

        return new Request(
            $text[self::METHOD],
            $text[self::URI],
            $text[self::PROTOCOL],
            $text[self::REMOTE_ADDR],
            $text[self::RAW_QUERY],
            $parsed,
            $body,
            $this,
            $context,
        );
    }

    public function encode(int $status, array $headers): ?string
    {
        $context = $status === 0 ? '' : "\x08" . self::toVarint($status);
        foreach ($headers as $name => $values) {
            $list = '';
            foreach (\is_array($values) ? $values : [$values] as $value) {
                $value = (string) $value;
                $list .= "\x0a" . self::toVarint(\strlen($value)) . $value;
            }
            if ($list === '' || $name === '') {
                continue;
            }
            $name = (string) $name;
            $entry = "\x0a" . self::toVarint(\strlen($name)) . $name . "\x12" . self::toVarint(\strlen($list)) . $list;
            $context .= "\x12" . self::toVarint(\strlen($entry)) . $entry;
        }

        return $context;
    }

    public function headers(mixed $source): array
    {
        return self::map($source, self::HEADER);
    }

    public function cookies(mixed $source): array
    {
        return \array_map(static fn (array $values): string => \implode(',', $values), self::map($source, self::COOKIES));
    }

    public function attributes(mixed $source): array
    {
        return \array_map(static fn (array $values) => $values[0] ?? '', self::map($source, self::ATTRIBUTES));
    }

    public function uploads(mixed $source): array
    {
        $json = self::fields($source, self::UPLOADS);

        return $json === [] ? [] : (\json_decode($json[\count($json) - 1], true) ?? []);
    }

    /**
     * A map of names to lists of values; of two entries with the same name the later one counts.
     *
     * @return array<string, list<string>>
     */
    private static function map(string $message, int $field): array
    {
        $map = [];
        foreach (self::fields($message, $field) as $entry) {
            $name = self::fields($entry, 1);
            $values = self::fields($entry, 2);
            $map[$name === [] ? '' : $name[\count($name) - 1]]
                = $values === [] ? [] : \array_merge(...\array_map(static fn ($v) => self::fields($v, 1), $values));
        }

        return $map;
    }

    /**
     * All values of a field of strings, bytes or messages.
     *
     * @return list<string>
     */
    private static function fields(string $message, int $field): array
    {
        $values = [];
        $wanted = $field << 3 | 2;
        for ($at = 0, $end = \strlen($message); $at < $end;) {
            if (\ord($message[$at]) !== $wanted) {
                self::skip($message, $at);
                continue;
            }
            ++$at;
            $bytes = self::length($message, $at, $end);
            $values[] = \substr($message, $at, $bytes);
            $at += $bytes;
        }

        return $values;
    }

    /** Reads the length of a value at $at and moves to its first byte; the value is known to be there. */
    private static function length(string $message, int &$at, int $end): int
    {
        $bytes = $at < $end ? \ord($message[$at]) : 0x80;
        if ($bytes < 0x80) {
            ++$at;
        } else {
            $bytes = self::varint($message, $at);
        }
        if ($bytes < 0 || $bytes > $end - $at) {
            throw new \UnexpectedValueException('the context of the request is cut short');
        }

        return $bytes;
    }

    /** Moves $at behind one field of any kind. */
    private static function skip(string $message, int &$at): void
    {
        $end = \strlen($message);
        $tag = self::varint($message, $at);
        $at += match ($tag & 7) {
            0 => self::varint($message, $at) & 0,
            1 => 8,
            2 => self::length($message, $at, $end),
            5 => 4,
            default => throw new \UnexpectedValueException('the context of the request is no protobuf message'),
        };
        if ($at > $end) {
            throw new \UnexpectedValueException('the context of the request is cut short');
        }
    }

    private static function varint(string $message, int &$at): int
    {
        for ($value = 0, $shift = 0; $shift < 64; $shift += 7) {
            if (!isset($message[$at])) {
                throw new \UnexpectedValueException('the context of the request is cut short');
            }
            $byte = \ord($message[$at++]);
            $value |= ($byte & 0x7f) << $shift;
            if ($byte < 0x80) {
                return $value;
            }
        }
        throw new \UnexpectedValueException('the context of the request has a number of more than 10 bytes');
    }

    private static function toVarint(int $value): string
    {
        if ($value >= 0 && $value < 0x80) {
            return \chr($value);
        }
        $bytes = '';
        // Negative numbers take ten bytes; the mask turns the arithmetic shift into a logical one.
        for (; $value < 0 || $value >= 0x80; $value = $value >> 7 & 0x01ffffffffffffff) {
            $bytes .= \chr($value & 0x7f | 0x80);
        }

        return $bytes . \chr($value);
    }
}
