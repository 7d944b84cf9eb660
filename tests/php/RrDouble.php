<?php

declare(strict_types=1);

namespace RR\Tests;

/**
 * Plays rr towards one worker process: starts it, writes frames to it, reads its frames with a deadline.
 *
 * Shares no code with the library under test: its frames are written and read here once more.
 */
final class RrDouble
{
    private const DEADLINE_SECONDS = 20.0;

    /** @var resource */
    private $process;
    /** @var resource */
    private $toWorker;
    /** @var resource */
    private $fromWorker;
    private string $stderrFile;
    private ?int $exitCode = null;

    /**
     * @param list<string> $command
     * @param string       $relay `pipes`, `tcp` or `unix`
     */
    public function __construct(array $command, string $relay = 'pipes')
    {
        $this->stderrFile = (string) \tempnam(\sys_get_temp_dir(), 'rr-test-stderr');
        $stderr = ['file', $this->stderrFile, 'a'];
        if ($relay === 'pipes') {
            $this->start($command, [['pipe', 'r'], ['pipe', 'w'], $stderr], 'pipes', $pipes);
            [$this->toWorker, $this->fromWorker] = $pipes;
        } else {
            $path = \sys_get_temp_dir() . '/rr-test-' . \getmypid() . '.sock';
            $server = \stream_socket_server($relay === 'tcp' ? 'tcp://127.0.0.1:0' : "unix://$path");
            $address = $relay === 'tcp' ? 'tcp://' . \stream_socket_get_name($server, false) : "unix://$path";
            $null = ['file', '/dev/null', 'r+'];
            $this->start($command, [$null, $null, $stderr], $address, $pipes);
            $socket = \stream_socket_accept($server, self::DEADLINE_SECONDS) ?: self::fail('no worker has connected');
            $this->toWorker = $this->fromWorker = $socket;
            @\unlink($path);
        }
        \stream_set_blocking($this->toWorker, false);
        \stream_set_blocking($this->fromWorker, false);
    }

    public function __destruct()
    {
        if (\is_resource($this->process)) {
            \proc_terminate($this->process, 9);
            \proc_close($this->process);
        }
        @\unlink($this->stderrFile);
    }

    /** Bytes of a frame; $split is the length of the context, null for a frame without options. */
    public static function frame(int $flags, int $bits, string $payload, ?int $split): string
    {
        $start = \chr($split === null ? 0x13 : 0x14) . \chr($flags) . \pack('V', \strlen($payload));

        return $start . \pack('V', \crc32($start)) . \chr($bits) . "\0" . ($split === null ? '' : \pack('V', $split)) . $payload;
    }

    /** Does the handshake and returns what the worker has said. @return array<string, mixed> */
    public function shakeHands(): array
    {
        $this->send(self::frame(0x09, 0, '{"pid":100}', null));
        $reply = $this->receive();
        $reply->flags & 1 || self::fail('the handshake reply is no control frame');

        return \json_decode($reply->payload, true);
    }

    /** @param array<string, mixed> $head keys of the JSON context that differ from the defaults */
    public function request(array $head = [], string $body = ''): void
    {
        $context = \json_encode($head + [
            'remoteAddr' => '127.0.0.1', 'protocol' => 'HTTP/1.1', 'method' => 'GET', 'uri' => 'http://localhost:8080/',
            'headers' => new \stdClass(), 'cookies' => new \stdClass(), 'rawQuery' => '', 'parsed' => false,
            'uploads' => null, 'attributes' => null,
        ], \JSON_UNESCAPED_SLASHES);
        $this->send(self::frame(0x08, 0, $context . $body, \strlen($context)));
    }

    /** A GET of a path with a query, as JSON context. */
    public function get(string $target): void
    {
        $this->request([
            'uri' => "http://localhost:8080$target",
            'rawQuery' => (string) \substr((string) \strstr($target, '?'), 1),
        ]);
    }

    public function stop(): void
    {
        $this->send(self::frame(0x09, 0, '{"stop":true}', null));
    }

    /** Writes all bytes while the worker may be writing too. */
    public function send(string $bytes): void
    {
        for ($from = 0, $end = \strlen($bytes); $from < $end;) {
            $this->wait(null, [$this->toWorker]);
            $written = @\fwrite($this->toWorker, \substr($bytes, $from, 1 << 20));
            $written !== false || self::fail('the worker does not read: ' . $this->stderr());
            $from += $written;
        }
    }

    /** The next frame: flags, bits, options, context, body, payload and, for JSON contexts, the decoded head. */
    public function receive(): object
    {
        $head = $this->read(12);
        $words = \ord($head[0]) & 0x0f;
        \crc32(\substr($head, 0, 6)) === \unpack('V', $head, 6)[1] || self::fail('bad checksum: ' . \bin2hex($head));
        $options = $words > 3 ? \array_values(\unpack('V*', $this->read(4 * ($words - 3)))) : [];
        $payload = $this->read(\unpack('V', $head, 2)[1]);
        $context = \substr($payload, 0, $options[0] ?? 0);

        return (object) [
            'flags' => \ord($head[1]), 'bits' => \ord($head[10]), 'options' => $options, 'payload' => $payload,
            'context' => $context, 'body' => \substr($payload, $options[0] ?? 0),
            'head' => \json_decode($context, true),
        ];
    }

    /** Exactly so many bytes. */
    public function read(int $bytes): string
    {
        $data = '';
        while (\strlen($data) < $bytes) {
            $this->wait([$this->fromWorker], null);
            $more = \fread($this->fromWorker, \min(1 << 20, $bytes - \strlen($data)));
            if ($more === '' && \feof($this->fromWorker)) {
                self::fail("the worker has closed the relay after '$data': " . $this->stderr());
            }
            $data .= $more;
        }

        return $data;
    }

    /** Everything until the worker closes the relay. */
    public function readAll(): string
    {
        for ($data = ''; !\feof($this->fromWorker); $data .= \fread($this->fromWorker, 65536)) {
            $this->wait([$this->fromWorker], null);
        }

        return $data;
    }

    /** Whether a byte arrives within $seconds. */
    public function hasOutput(float $seconds): bool
    {
        $read = [$this->fromWorker];
        $none = null;

        return \stream_select($read, $none, $none, (int) $seconds, (int) (\fmod($seconds, 1) * 1e6)) > 0;
    }

    public function closeInput(): void
    {
        \fclose($this->toWorker);
    }

    public function closeOutput(): void
    {
        \fclose($this->fromWorker);
    }

    /** Waits until the process has ended; minus the number of the signal that ended it. */
    public function exitCode(): int
    {
        $end = \microtime(true) + self::DEADLINE_SECONDS;
        while ($this->exitCode === null && ($status = \proc_get_status($this->process))['running']) {
            \microtime(true) < $end || self::fail('the worker does not end');
            \usleep(2000);
        }

        return $this->exitCode ??= $status['signaled'] ? -$status['termsig'] : $status['exitcode'];
    }

    public function pid(): int
    {
        return \proc_get_status($this->process)['pid'];
    }

    public function stderr(): string
    {
        return (string) \file_get_contents($this->stderrFile);
    }

    /** Waits until stderr has the text. */
    public function awaitStderr(string $text): void
    {
        $end = \microtime(true) + self::DEADLINE_SECONDS;
        while (!\str_contains($this->stderr(), $text)) {
            \microtime(true) < $end || self::fail("stderr never has '$text' but: " . $this->stderr());
            \usleep(2000);
        }
    }

    /**
     * @param list<string>     $command
     * @param array<int, mixed> $descriptors
     * @param array<int, resource>|null $pipes
     */
    private function start(array $command, array $descriptors, string $relay, ?array &$pipes): void
    {
        $environment = ['RR_RELAY' => $relay, 'RR_MODE' => 'http'] + \getenv();
        $this->process = \proc_open($command, $descriptors, $pipes, null, $environment) ?: self::fail('proc_open');
    }

    /**
     * @param list<resource>|null $read
     * @param list<resource>|null $write
     */
    private function wait(?array $read, ?array $write): void
    {
        $none = null;
        if (\stream_select($read, $write, $none, (int) self::DEADLINE_SECONDS) === 0) {
            self::fail('the worker does not answer in time: ' . $this->stderr());
        }
    }

    private static function fail(string $text): never
    {
        throw new \RuntimeException($text);
    }
}
