<?php

declare(strict_types=1);

/*
 * HTTP worker for end-to-end tests: one route per thing that a worker can do, right or wrong.
 *
 * Whole and well-formed answers
 *   /echo            the body, as it came                       /digest          bytes and SHA-1 of the body
 *   /upper           201, query `hello` in upper case           /header          header `input` in upper case; Header: query `hello`
 *   /cookie          cookie `input` in upper case; Set-Cookie   /agent           the User-Agent
 *   /flip            JSON body with keys and values flipped     /form            the parsed form as JSON
 *   /uploads         the uploads as JSON                        /uploaded        contents of the uploaded file `f`
 *   /request         everything about the request as JSON       /ip              the remote address
 *   /pid             the process id                             /count           requests that this process has served
 *   /env?name=       an environment variable                    /large?bytes=    so many bytes
 *   /status?n=       that status, body `status N`               /reply?status=&body=&h[Name][]=   any head
 *   /sleep?ms=       answers `slept` after a while              /sleep-error?ms= an error answer after a while
 *   /grow?mb=        keeps so many MiB more for ever            /stderr?bytes=   writes that much (or a line) to stderr, answers
 *   /hints           103 with a Link, then 404                  /hints-body      103 with a body, then 200
 *   /switch          a 101 frame, then 200                      /hint-late       200 in a stream, then a 103, then the end
 *   /trailers        body `checksummed`, trailer X-Checksum     /trailers-list   trailers A and B among odd spaces, C is missing
 *   /trailers-stream chunks, then a trailer                     /no-type         body without a Content-Type
 *   /empty           no body                                    /no-head         a body with an empty context
 *   /echo-output     prints a line with echo, then answers
 * Streams
 *   /stream?n=&ms=&bytes=  chunks `chunk N\n`, or of so many bytes   /stream-empty    first frame has no body
 *   /stream-repeat?n=      status and headers in every frame         /stream-exit     dies after two chunks
 *   /stream-error          error answer after two chunks             /stream-forever?file=&ms=  until rr sends STOP: then
 *                                                                                     `stopped` is written into the file
 *   /stream-deaf?file=     never looks for a STOP                    /stream-hang     one chunk, then nothing
 * Answers that break HTTP
 *   /length?n=&body= Content-Length n whatever the body             /crlf            CR and LF in a header value and name
 *   /body-for?status= a body with a status that forbids one          /bad-name        header names that are no tokens
 * Broken workers
 *   /error?text=     an error answer                            /throw           throws an exception
 *   /exit?code=      exits                                      /die             die() with a text
 *   /fatal           runs out of memory                         /kill            SIGKILLs itself
 *   /hang?file=      never answers; creates the file first       /garbage         text on the real stdout, then the answer
 *   /garbage-only    text on the real stdout, no answer         /bad-crc         an answer with a wrong checksum
 *   /half            half a frame, then exit                    /codec?flags=    an answer with these frame flags (default 4)
 *   /json-flag       an answer in JSON, whatever was asked      /bad-proto       a context that is no protobuf
 *   /no-option       an answer without an option                /bad-split       a context longer than the payload
 *   /twice           two answers to one request                 /nothing         context and body empty
 *   /restart-once?file=  asks for its restart unless the file exists, and creates it
 *   /restart-after   answers, then asks for its restart
 * Anything else: 404.
 */

require __DIR__ . '/../../php/autoload.php';

use RR\Frame;
use RR\Http\Request;
use RR\Http\Responder;
use RR\Http\Response;
use RR\StreamStopped;

use function RR\Http\serve;

const PLAIN = ['Content-Type' => 'text/plain'];

/** Chunks with a pause between them. */
function chunks(int $n, int $ms, int $bytes): Generator
{
    for ($i = 1; $i <= $n; ++$i) {
        yield $bytes > 0 ? str_repeat(chr(96 + $i % 26), $bytes) : "chunk $i\n";
        usleep(1000 * $ms);
    }
}

/** Two chunks, then an end that is none. */
function broken_chunks(Closure $end): Generator
{
    yield "first\n";
    yield "second\n";
    $end();
}

/** Chunks until rr sends a STOP; what ended the stream is written into $file. */
function endless_chunks(string $file, int $ms): Generator
{
    try {
        for ($i = 1;; ++$i) {
            yield "chunk $i\n";
            usleep(1000 * $ms);
        }
    } catch (StreamStopped) {
        file_put_contents($file, 'stopped');
    }
}

/** Sends chunks by hand and never looks at what rr says. */
function send_deaf(Responder $out, string $file): void
{
    for ($i = 1; !is_file($file); ++$i) {
        $out->sendPart(200, PLAIN, "chunk $i\n", true);
        usleep(5000);
    }
    $out->sendPart(200, PLAIN, '', false);
}

function everything(Request $r): array
{
    return [
        'method' => $r->method, 'uri' => $r->uri, 'path' => $r->path(), 'protocol' => $r->protocol, 'remoteAddr' => $r->remoteAddr,
        'rawQuery' => $r->rawQuery, 'parsed' => $r->parsed, 'headers' => (object) $r->headers(),
        'cookies' => (object) $r->cookies(), 'attributes' => (object) $r->attributes(), 'uploads' => (object) $r->uploads(),
        'body' => as_utf8($r->body),
    ];
}

/** The text with invalid UTF-8 replaced, without the mbstring extension. */
function as_utf8(string $text): string
{
    return json_decode((string) json_encode($text, JSON_INVALID_UTF8_SUBSTITUTE));
}

function reply(Request $r): Response
{
    $q = $r->query();

    return new Response($q['body'] ?? '', (int) ($q['status'] ?? 200), $q['h'] ?? []);
}

/** Routes whose answer is whole and well-formed; null when the path is none of them. */
function plain_route(Request $r, Responder $out): ?Response
{
    static $count = 0, $kept = '';
    ++$count;
    $q = $r->query();

    return match ($r->path()) {
        '/echo' => new Response($r->body, 200, PLAIN),
        '/digest' => Response::json(['bytes' => strlen($r->body), 'sha1' => sha1($r->body)]),
        '/upper' => new Response(strtoupper($q['hello'] ?? ''), 201, PLAIN),
        '/header' => new Response(strtoupper($r->header('input')), 200, PLAIN + ['Header' => $q['hello'] ?? '']),
        '/cookie' => new Response(strtoupper($r->cookies()['input'] ?? ''), 200, PLAIN + ['Set-Cookie' => 'output=cookie-output']),
        '/agent' => new Response($r->header('User-Agent'), 200, PLAIN),
        '/flip' => Response::json(array_flip($r->json())),
        '/form' => Response::json($r->form()),
        '/uploads' => Response::json((object) $r->uploads()),
        '/uploaded' => new Response((string) file_get_contents($r->uploads()['f']['tmpName']), 200, PLAIN),
        '/request' => Response::json(everything($r)),
        '/ip' => new Response($r->remoteAddr, 200, PLAIN),
        '/pid' => new Response((string) getmypid(), 200, PLAIN),
        '/count' => new Response((string) $count, 200, PLAIN),
        '/env' => new Response((string) getenv($q['name']), 200, PLAIN),
        '/large' => new Response(str_repeat('x', (int) $q['bytes']), 200, PLAIN),
        '/status' => new Response("status {$q['n']}", (int) $q['n'], PLAIN),
        '/reply' => reply($r),
        '/sleep' => usleep(1000 * (int) $q['ms']) ?? new Response('slept', 200, PLAIN),
        '/sleep-error' => usleep(1000 * (int) $q['ms']) ?? throw new RuntimeException('slept'),
        '/grow' => new Response((string) strlen($kept .= str_repeat('m', (int) $q['mb'] << 20)), 200, PLAIN),
        '/stderr' => fwrite(STDERR, str_repeat('e', (int) ($q['bytes'] ?? 16)) . "\n") ? new Response('written', 200, PLAIN) : null,
        '/echo-output' => (print "printed by the application\n") ? new Response('printed', 200, PLAIN) : null,
        '/trailers' => new Response('checksummed', 200, PLAIN, ['X-Checksum' => 'abc']),
        '/trailers-list' => new Response('body', 200, PLAIN + ['Trailer' => ["A,\t B", ' C '], 'A' => '1', 'B' => ['2', '3']]),
        '/trailers-stream' => new Response(chunks(3, 0, 0), 200, PLAIN, fn () => ['X-Checksum' => 'abc']),
        '/no-type' => new Response('<html><body>no type</body></html>'),
        '/empty' => new Response('', 200, PLAIN),
        '/stream' => new Response(chunks((int) ($q['n'] ?? 10), (int) ($q['ms'] ?? 0), (int) ($q['bytes'] ?? 0)), 200, PLAIN),
        '/stream-empty' => new Response((function () {
            yield '';
            yield 'late';
        })(), 200, PLAIN),
        '/stream-exit' => new Response(broken_chunks(fn () => exit(7)), 200, PLAIN),
        '/stream-error' => new Response(broken_chunks(fn () => throw new RuntimeException('half way')), 200, PLAIN),
        '/stream-hang' => new Response(broken_chunks(fn () => sleep(1000)), 200, PLAIN),
        '/stream-forever' => new Response(endless_chunks($q['file'], (int) ($q['ms'] ?? 1)), 200, PLAIN),
        '/length' => new Response($q['body'] ?? '', 200, PLAIN + ['Content-Length' => $q['n']]),
        '/crlf' => new Response('safe', 200, PLAIN + ['X-A' => "1\r\nX-Evil: 1\r\n\r\n<p>", "X-B\r\nX-Evil" => '2']),
        '/bad-name' => new Response('names', 200, PLAIN + ['has space' => '1', 'has:colon' => '2', "n\u{e9}" => '3', 'X-Good' => '4']),
        '/body-for' => new Response('forbidden', (int) $q['status'], PLAIN),
        default => null,
    };
}

/** Routes that send their frames by hand, or that break; true when the path is one of them. */
function rough_route(Request $r, Responder $out): bool
{
    $q = $r->query();
    $relay = $out->worker->relay;
    switch ($r->path()) {
        case '/hints':
            $out->inform(103, ['Link' => '</style.css>; rel=preload']);
            $out->send(new Response('not here', 404, PLAIN + ['X-Final' => 'yes']));
            break;
        case '/hints-body':
            $out->sendPart(103, ['Link' => '</a.css>'], 'a body that is not allowed', true);
            $out->send(new Response('final', 200, PLAIN));
            break;
        case '/switch':
            $out->sendPart(101, ['Upgrade' => 'x'], '', true);
            $out->send(new Response('final', 200, PLAIN));
            break;
        case '/hint-late':
            $out->sendPart(200, PLAIN, 'one ', true);
            $out->sendPart(103, ['Link' => '</late.css>'], '', true);
            $out->sendPart(200, PLAIN, 'two', false);
            break;
        case '/no-head':
            $relay->send(Frame::PROTO, 0, '', 'only a body');
            break;
        case '/stream-repeat':
            for ($i = 1, $n = (int) ($q['n'] ?? 3); $i <= $n; ++$i) {
                $out->sendPart(201, PLAIN + ['X-A' => '1', 'Trailer' => 'X-T', 'X-T' => 'end'], "chunk $i\n", $i < $n);
            }
            break;
        case '/stream-deaf':
            send_deaf($out, $q['file']);
            break;
        case '/error':
            $out->worker->error($q['text'] ?? 'error by request');
            break;
        case '/restart-after':
            $out->send(new Response((string) getmypid(), 200, PLAIN));
            $out->worker->restart();
            break;
        case '/twice':
            $out->send(new Response('first answer', 200, PLAIN));
            $out->send(new Response('second answer', 200, PLAIN));
            break;
        case '/restart-once':
            $first = @fopen($q['file'], 'x');
            $first ? $out->worker->restart() : $out->send(new Response((string) getmypid(), 200, PLAIN));
            break;
        default:
            return end_route($r->path(), $q) || broken_frame($r, $out);
    }

    return true;
}

/** Routes after which there is no process, or none that answers. */
function end_route(string $path, array $q): bool
{
    switch ($path) {
        case '/throw':
            throw new RuntimeException('thrown by request');
        case '/exit':
            exit((int) ($q['code'] ?? 1));
        case '/die':
            exit("died by request\n");
        case '/fatal':
            ini_set('memory_limit', '32M');
            str_repeat('x', 1 << 30);
            break;
        case '/kill':
            posix_kill(getmypid(), 9);
            break;
        case '/hang':
            isset($q['file']) && touch($q['file']);
            while (true) {
                sleep(1000);
            }
    }

    return false;
}

/** Routes that put something on the pipe that is no answer. */
function broken_frame(Request $r, Responder $out): bool
{
    $relay = $out->worker->relay;
    $head = "\x08\xc8\x01";
    switch ($r->path()) {
        case '/garbage':
            $relay->write("PHP Warning:  something that was printed\n");
            $out->send(new Response('answer', 200, PLAIN));
            break;
        case '/garbage-only':
            $relay->write("PHP Warning:  something that was printed\n");
            break;
        case '/bad-crc':
            $frame = Frame::header(Frame::PROTO, 0, 7, 3) . $head . 'body';
            $relay->write(substr_replace($frame, "\0\0\0\0", 6, 4));
            break;
        case '/half':
            $relay->write(Frame::header(Frame::PROTO, 0, 1000, 3) . $head . 'body');
            exit(0);
        case '/codec':
            $relay->send((int) ($r->query()['flags'] ?? Frame::RAW), 0, $head, 'body');
            break;
        case '/json-flag':
            $relay->send(Frame::JSON, 0, '{"status":200,"headers":{}}', 'body');
            break;
        case '/bad-proto':
            $relay->send(Frame::PROTO, 0, "\x12\x7f\x01", 'body');
            break;
        case '/no-option':
            $relay->sendPlain(Frame::PROTO, 0, 'body');
            break;
        case '/bad-split':
            $relay->write(Frame::header(Frame::PROTO, 0, 4, 99) . 'body');
            break;
        case '/nothing':
            $relay->send(Frame::PROTO, 0, '', '');
            break;
        default:
            return false;
    }

    return true;
}

serve(static function (Request $request, Responder $out): ?Response {
    $response = plain_route($request, $out);
    if ($response === null && !rough_route($request, $out)) {
        return new Response('no such route', 404, PLAIN);
    }

    return $response;
});
