<?php

declare(strict_types=1);

namespace RR;

/**
 * One worker process in conversation with rr: answers the handshake, hands out requests and sends answers.
 *
 * After construction nothing that the process prints reaches rr's pipe; it goes to stderr, hence to rr's log.
 */
final class Worker
{
    /** A chunk after so many unacknowledged ones asks rr for a PONG. */
    private const CHUNKS_PER_PING = 5;

    /** @var list<Frame> requests that arrived while a stream was looking for its STOP */
    private array $pending = [];
    private bool $stopping = false;

    /** Chunks sent of the running stream; 0 when there is none. */
    private int $chunks = 0;
    private bool $awaitsPong = false;
    private bool $streamStopped = false;

    /**
     * @param list<string> $codecs what this worker can read as a request's context: told to rr in the handshake
     */
    public function __construct(public readonly Relay $relay, private readonly array $codecs = ['json', 'proto'])
    {
    }

    /**
     * The worker of this process, on the relay that RR_RELAY names.
     *
     * @param list<string> $codecs
     */
    public static function create(array $codecs = ['json', 'proto']): self
    {
        return new self(Relay::open(\getenv('RR_RELAY') ?: 'pipes'), $codecs);
    }

    /**
     * Waits for the next request; null when the worker has to end: rr said so, or rr is gone.
     *
     * @throws RelayException when what arrives is no frame
     */
    public function wait(): ?Frame
    {
        $this->chunks = 0;
        while (!$this->stopping) {
            $frame = \array_shift($this->pending) ?? $this->relay->receive();
            if ($frame === null) {
                $this->stopping = true;
            } elseif ($frame->flags & Frame::CONTROL) {
                $this->control($frame);
            } elseif (($frame->bits & (Frame::STOP | Frame::PONG)) === 0) {
                return $frame;
            }
            // A STOP or PONG here belongs to a stream that has already ended.
        }

        return null;
    }

    /**
     * Sends an answer, or one chunk of it.
     *
     * @param int  $codec one of Frame::JSON, Frame::PROTO, Frame::RAW or 0: how $context is written
     * @param bool $more  whether further chunks follow
     */
    public function respond(string $context, string $body, int $codec = 0, bool $more = false): void
    {
        if (!$more) {
            $this->chunks = 0;
            $this->relay->send($codec, 0, $context, $body);

            return;
        }
        $bits = Frame::STREAM;
        if ($this->chunks === 0) {
            $this->awaitsPong = $this->streamStopped = false;
        } elseif ($this->relay->acknowledged && !$this->awaitsPong && $this->chunks % self::CHUNKS_PER_PING === 0) {
            $bits |= Frame::PING;
            $this->awaitsPong = true;
        }
        ++$this->chunks;
        $this->relay->send($codec, $bits, $context, $body);
    }

    /**
     * Whether rr has asked to end the running stream. To be asked before each further chunk.
     *
     * Waits only for the answer to a PING: so never more than a few chunks are under way.
     */
    public function isStreamStopped(): bool
    {
        while (!$this->streamStopped && $this->chunks > 0 && ($this->awaitsPong || $this->relay->isReadable())) {
            $frame = $this->relay->receive() ?? throw new RelayClosed('rr has closed the relay');
            if ($frame->flags & Frame::CONTROL) {
                $this->control($frame);
            } elseif ($frame->bits & Frame::STOP) {
                $this->streamStopped = true;
            } elseif ($frame->bits & Frame::PONG) {
                $this->awaitsPong = false;
            } else {
                $this->pending[] = $frame;
            }
        }

        return $this->streamStopped;
    }

    /** Answers the request with an error. Outside of a stream this worker goes on. */
    public function error(string $message): void
    {
        $this->chunks = 0;
        $this->relay->sendPlain(Frame::ERROR, 0, $message);
    }

    /** Asks rr to end this worker and to start another one; instead of an answer: rr repeats the request elsewhere. */
    public function restart(): void
    {
        $this->relay->send(0, 0, '{"stop":true}', '');
    }

    private function control(Frame $frame): void
    {
        $message = \json_decode($frame->body, true);
        if (!empty($message['stop'])) {
            $this->stopping = true;
        } elseif (!empty($message['pid'])) {
            $hello = ['pid' => \getmypid(), 'codecs' => $this->codecs];
            $this->relay->sendPlain(Frame::CONTROL, 0, \json_encode($hello, \JSON_THROW_ON_ERROR));
        } else {
            throw new RelayException('unknown control message from rr: ' . \substr($frame->body, 0, 200));
        }
    }
}
