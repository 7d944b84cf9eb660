<?php

declare(strict_types=1);

namespace RR\Http;

use RR\Frame;
use RR\StreamStopped;
use RR\Worker;

/** Sends the answers to requests; handlers get it as their second argument. */
final class Responder
{
    private ContextCodec $codec;
    private int $flag = 0;

    // The context of the last response: most applications send the same head again and again.
    private int $lastStatus = -1;
    /** @var array<string, mixed> */
    private array $lastHeaders = [];
    private string $lastContext = '';
    private int $lastFlag = 0;

    public function __construct(public readonly Worker $worker)
    {
        $this->codec = new JsonContext();
    }

    /**
     * Reads the head of a request; answers will use its codec.
     *
     * @throws \UnexpectedValueException when it cannot be read
     */
    public function accept(Frame $frame): Request
    {
        $flag = $frame->flags & (Frame::JSON | Frame::PROTO);
        if ($flag === 0) {
            $flag = ($frame->context[0] ?? '') === '{' ? Frame::JSON : Frame::PROTO;
        }
        if ($flag !== $this->flag) {
            $this->codec = $flag & Frame::PROTO ? new ProtoContext() : new JsonContext();
            $this->flag = $flag;
            $this->lastStatus = -1;
        }

        return $this->codec->decode($frame->context, $frame->body);
    }

    /**
     * Sends an informational response, such as 103 with `Link` headers, before the final one.
     *
     * @param array<string, mixed> $headers
     */
    public function inform(int $status, array $headers): void
    {
        if ($status < 100 || $status > 199) {
            throw new \InvalidArgumentException("$status is no informational status");
        }
        $this->sendPart($status, $headers, '', true);
    }

    /**
     * Sends one frame of an answer that the handler puts together itself; the last one has $more false.
     *
     * @param array<string, mixed> $headers
     */
    public function sendPart(int $status, array $headers, string $body, bool $more): void
    {
        $context = $this->context($status, $headers);
        $this->worker->respond($context, $body, $this->lastFlag, $more);
    }

    /** Sends the answer to the request accepted last. */
    public function send(Response $response): void
    {
        if (!\is_string($response->body)) {
            $this->stream($response);

            return;
        }
        $headers = $response->headers;
        if ($response->trailers !== []) {
            $headers = self::withTrailers($headers, $response->trailers);
        }
        $this->sendPart($response->status, $headers, $response->body, false);
    }

    /** One frame per chunk; the first carries the head, the last one the trailers and what the generator returns. */
    private function stream(Response $response): void
    {
        $chunks = $response->body instanceof \Generator
            ? $response->body
            : (static fn (iterable $body) => yield from $body)($response->body);
        $context = $this->context($response->status, $response->headers);
        $flag = $this->lastFlag;
        for (; $chunks->valid(); $chunks->next()) {
            if ($this->worker->isStreamStopped()) {
                self::stop($chunks);
                $this->worker->respond('', '', $flag);

                return;
            }
            $chunk = (string) $chunks->current();
            if ($chunk !== '' || $context !== '') {
                $this->worker->respond($context, $chunk, $flag, true);
                $context = '';
            }
        }
        $last = $chunks->getReturn();
        if ($response->trailers !== []) {
            $headers = self::withTrailers($context === '' ? [] : $response->headers, $response->trailers);
            $context = $this->context($response->status, $headers);
            $flag = $this->lastFlag;
        }
        $this->worker->respond($context, \is_string($last) ? $last : '', $flag);
    }

    /** Lets a generator clean up; whatever it still does is of no interest to a client that is gone. */
    private static function stop(\Generator $chunks): void
    {
        try {
            $chunks->throw(new StreamStopped('the client has closed the connection'));
        } catch (\Throwable) {
            // Usually the same exception, which it has not caught.
        }
    }

    /** @param array<string, mixed> $headers */
    private function context(int $status, array $headers): string
    {
        if ($status !== $this->lastStatus || $headers !== $this->lastHeaders) {
            $this->lastFlag = $this->flag;
            $context = $this->codec->encode($status, $headers);
            if ($context === null) {
                $context = (string) (new ProtoContext())->encode($status, $headers);
                $this->lastFlag = Frame::PROTO;
            }
            $this->lastContext = $context;
            $this->lastStatus = $status;
            $this->lastHeaders = $headers;
        }

        return $this->lastContext;
    }

    /**
     * rr takes the headers that `Trailer` names out of the head and sends them after the body.
     *
     * @param array<string, mixed> $headers
     * @param array<string, string>|\Closure(): array<string, string> $trailers
     *
     * @return array<string, mixed>
     */
    private static function withTrailers(array $headers, array|\Closure $trailers): array
    {
        $trailers = $trailers instanceof \Closure ? $trailers() : $trailers;

        return $trailers === [] ? $headers : $trailers + ['Trailer' => \implode(', ', \array_keys($trailers))] + $headers;
    }
}
