<?php

declare(strict_types=1);

namespace RR;

/**
 * One goridge frame, and the bytes of its header.
 *
 * All numbers are little-endian. Header: version and header length (1 byte), flags (1), payload length (4),
 * CRC-32 of these six bytes (4), bits (1), 0 (1), then one 4-byte option when the payload has a context.
 */
final class Frame
{
    /** Bytes of a header without options. */
    public const HEADER_BYTES = 12;

    // Flags (byte 1). Codec flags say how the context is written.
    public const CONTROL = 0x01;
    public const RAW = 0x04;
    public const JSON = 0x08;
    public const ERROR = 0x40;
    public const PROTO = 0x80;

    // Bits (byte 10). The checksum does not cover them.
    public const STREAM = 0x01;
    public const STOP = 0x02;
    public const PING = 0x04;
    public const PONG = 0x08;

    /**
     * @param string $context empty for frames without an option
     * @param string $body    what follows the context; the whole payload of frames without an option
     */
    public function __construct(
        public readonly int $flags,
        public readonly int $bits,
        public readonly string $context,
        public readonly string $body,
    ) {
    }

    /** Header of a frame whose payload is a context of $split bytes and a body. */
    public static function header(int $flags, int $bits, int $payloadBytes, int $split): string
    {
        $start = \pack('CCV', 0x14, $flags, $payloadBytes);

        return $start . \pack('VvV', \crc32($start), $bits, $split);
    }

    /** Header of a frame without options: control messages and errors. */
    public static function plainHeader(int $flags, int $bits, int $payloadBytes): string
    {
        $start = \pack('CCV', 0x13, $flags, $payloadBytes);

        return $start . \pack('Vv', \crc32($start), $bits);
    }
}
