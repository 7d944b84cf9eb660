<?php

// The shortest possible PHP worker, for benchmarks: no library, JSON contexts, pipes, always `Hello world`.
// One read and one write per request; so requests must not be larger than 64 KiB.

function frame(int $flags, string $context, string $body, bool $option = true): string
{
    $start = pack('CCV', $option ? 0x14 : 0x13, $flags, strlen($context) + strlen($body));

    return $start . pack('Vv', crc32($start), 0) . ($option ? pack('V', strlen($context)) : '') . $context . $body;
}

$in = STDIN;
$out = STDOUT;
stream_set_chunk_size($in, 65536);
$hello = frame(0x01, '', json_encode(['pid' => getmypid(), 'codecs' => ['json']]), false);
$json = frame(0x08, '{"status":200,"headers":{"Content-Type":["text/plain"]}}', 'Hello world');
$proto = frame(0x80, "\x08\xc8\x01\x12\x1c\x0a\x0cContent-Type\x12\x0c\x0a\x0atext/plain", 'Hello world');

while (($request = fread($in, 65536)) !== '' && $request !== false) {
    $flags = ord($request[1]);
    if ($flags & 0x01) {
        if (str_contains($request, '"stop"')) {
            break;
        }
        fwrite($out, $hello);
    } else {
        fwrite($out, $flags & 0x80 ? $proto : $json);
    }
}
