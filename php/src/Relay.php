<?php

declare(strict_types=1);

namespace RR;

/**
 * The byte stream between this worker and rr: its own stdin and stdout, or a socket. Reads and writes whole frames.
 */
final class Relay
{
    /** Larger bodies are read and written on their own, so that they are never held twice in memory. */
    private const SMALL_BYTES = 65536;
    private const SLICE_BYTES = 1 << 20;
    private const OPTIONS_MAX = 10;

    /**
     * @param resource $in
     * @param resource $out
     * @param bool     $acknowledged whether long streams ask rr for a PONG now and then: expected on pipes
     */
    public function __construct(private $in, private $out, public readonly bool $acknowledged = true)
    {
        \stream_set_blocking($in, true);
        \stream_set_blocking($out, true);
        \stream_set_chunk_size($in, self::SMALL_BYTES);
    }

    /**
     * @param string $address `pipes`, `tcp://host:port` or `unix://path`, as rr says it in RR_RELAY
     *
     * @throws RelayException when nobody listens there
     */
    public static function open(string $address): self
    {
        if (\strtolower($address) === 'pipes') {
            return new self(\STDIN, Output::capture());
        }
        // A server that binds to every address is reached on the loopback one.
        $target = \preg_replace('~^tcp://:~i', 'tcp://127.0.0.1:', $address);
        $options = \stream_context_create(['socket' => ['tcp_nodelay' => true]]);
        $socket = @\stream_socket_client($target, $code, $text, 10.0, \STREAM_CLIENT_CONNECT, $options);
        if ($socket === false) {
            throw new RelayException("unable to connect to rr at $address: $text");
        }
        Output::capture();

        return new self($socket, $socket, false);
    }

    /**
     * Waits for the next frame; null when rr has closed its end.
     *
     * @throws RelayException when what arrives is no frame
     */
    public function receive(): ?Frame
    {
        $head = \fread($this->in, Frame::HEADER_BYTES);
        if ($head === false || !isset($head[Frame::HEADER_BYTES - 1])) {
            $head = $this->complete((string) $head, Frame::HEADER_BYTES);
            if ($head === null) {
                return null;
            }
        }
        ['words' => $words, 'flags' => $flags, 'length' => $length, 'crc' => $crc, 'bits' => $bits]
            = \unpack('Cwords/Cflags/Vlength/Vcrc/Cbits', $head);
        $options = ($words & 0x0f) - 3;
        if (\crc32(\substr($head, 0, 6)) !== $crc || $options > self::OPTIONS_MAX) {
            throw new RelayException('broken frame header from rr: ' . \bin2hex($head));
        }
        if ($options <= 0) {
            $payload = $length === 0 ? '' : $this->read($length);

            return $payload === null ? null : new Frame($flags, $bits, '', $payload);
        }

        return $this->receivePayload($flags, $bits, 4 * $options, $length);
    }

    /** Reads options, context and body; of several options the first is the length of the context. */
    private function receivePayload(int $flags, int $bits, int $optionBytes, int $length): ?Frame
    {
        if ($length <= self::SMALL_BYTES) {
            $rest = $this->read($optionBytes + $length);
            if ($rest === null) {
                return null;
            }
            $split = $this->split($rest, $length);

            return new Frame(
                $flags,
                $bits,
                \substr($rest, $optionBytes, $split),
                \substr($rest, $optionBytes + $split),
            );
        }
        $rest = $this->read($optionBytes);
        if ($rest === null) {
            return null;
        }
        $split = $this->split($rest, $length);
        $context = $split === 0 ? '' : $this->read($split);
        $body = $split === $length ? '' : $this->read($length - $split);

        return $context === null || $body === null ? null : new Frame($flags, $bits, $context, $body);
    }

    private function split(string $options, int $length): int
    {
        $split = \unpack('V', $options)[1];
        if ($split > $length) {
            throw new RelayException("frame from rr has a context of $split bytes in a payload of $length");
        }

        return $split;
    }

    /** Writes one frame with a context, in one write unless the body is large. */
    public function send(int $flags, int $bits, string $context, string $body): void
    {
        $split = \strlen($context);
        $bytes = \strlen($body);
        $head = Frame::header($flags, $bits, $split + $bytes, $split);
        if ($bytes <= self::SMALL_BYTES) {
            $this->write("$head$context$body");
        } else {
            $this->write($head . $context);
            $this->write($body);
        }
    }

    /** Writes one frame without options. */
    public function sendPlain(int $flags, int $bits, string $payload): void
    {
        $this->write(Frame::plainHeader($flags, $bits, \strlen($payload)) . $payload);
    }

    /**
     * Writes all of $bytes.
     *
     * @throws RelayClosed when rr has closed its end
     */
    public function write(string $bytes): void
    {
        $written = @\fwrite($this->out, $bytes);
        if ($written !== \strlen($bytes)) {
            $this->writeFrom($bytes, (int) $written, $written === false);
        }
    }

    /** Whether reading would not have to wait: bytes have arrived, or rr has closed its end. */
    public function isReadable(): bool
    {
        $read = [$this->in];
        $none = null;

        return @\stream_select($read, $none, $none, 0) === 1;
    }

    /** Goes on after a write that was cut short by a signal or by a full, non-blocking descriptor. */
    private function writeFrom(string $bytes, int $from, bool $failed): void
    {
        $end = \strlen($bytes);
        for ($interrupted = 0; $from < $end; $from += (int) $written) {
            if ($failed && (!\is_resource($this->out) || ++$interrupted > 3)) {
                throw new RelayClosed('rr has closed the relay');
            }
            $this->await(null, [$this->out]);
            $written = @\fwrite($this->out, \substr($bytes, $from, self::SLICE_BYTES));
            $failed = $written === false;
            $interrupted = $failed ? $interrupted : 0;
        }
    }

    /** Exactly $bytes bytes; null when the stream ends before. */
    private function read(int $bytes): ?string
    {
        if ($bytes <= self::SMALL_BYTES) {
            $data = (string) \fread($this->in, $bytes);
        } else {
            // One allocation of the right size, filled in place.
            $data = (string) \stream_get_contents($this->in, $bytes);
        }

        return \strlen($data) === $bytes ? $data : $this->complete($data, $bytes);
    }

    /** Reads on until $data has $bytes bytes; null when the stream ends before. */
    private function complete(string $data, int $bytes): ?string
    {
        while (($missing = $bytes - \strlen($data)) > 0) {
            $more = (string) \fread($this->in, \min($missing, self::SLICE_BYTES));
            if ($more === '') {
                if (\feof($this->in)) {
                    return null;
                }
                $this->await([$this->in], null);
            }
            $data .= $more;
        }

        return $data;
    }

    /**
     * Waits until one of the streams is ready, or for a second: an interrupted wait is no error.
     *
     * @param list<resource>|null $read
     * @param list<resource>|null $write
     */
    private function await(?array $read, ?array $write): void
    {
        $none = null;
        @\stream_select($read, $write, $none, 1);
    }
}
