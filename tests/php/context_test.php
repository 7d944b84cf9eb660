<?php

declare(strict_types=1);

use RR\Http\JsonContext;
use RR\Http\ProtoContext;
use RR\Http\Request;

/** A protobuf field of wire type 2, for values below 128 bytes. */
function pb(int $field, string $value): string
{
    return chr($field << 3 | 2) . chr(strlen($value)) . $value;
}

/** A map entry with a list of values. */
function pb_entry(int $field, string $name, string ...$values): string
{
    return pb($field, pb(1, $name) . pb(2, implode('', array_map(fn ($v) => pb(1, $v), $values))));
}

test('the example context of the wire format is decoded', function (): void {
    $context = "\x0a\x09127.0.0.1\x12\x08HTTP/1.1\x1a\x03GET\x22\x22http://127.0.0.1:8080/?hello=world"
        . "\x2a\x16\x0a\x0aUser-Agent\x12\x08\x0a\x06curl/8" . "\x3a\x0bhello=world";
    same(99, strlen($context));

    $request = (new ProtoContext())->decode($context, 'body');

    same('127.0.0.1', $request->remoteAddr);
    same('HTTP/1.1', $request->protocol);
    same('GET', $request->method);
    same('http://127.0.0.1:8080/?hello=world', $request->uri);
    same('/', $request->path());
    same('hello=world', $request->rawQuery);
    same(['hello' => 'world'], $request->query());
    same(['User-Agent' => ['curl/8']], $request->headers());
    same('curl/8', $request->header('user-agent'));
    same('', $request->header('Accept'));
    same(false, $request->parsed);
    same('body', $request->body);
    same([], $request->cookies());
    same([], $request->uploads());
    same([], $request->attributes());
});

test('protobuf maps, repeated values, flags and unknown fields are decoded', function (): void {
    $long = str_repeat('x', 300);
    $context = pb_entry(5, 'X-A', '1', '2') . pb_entry(6, 'c', 'v') . "\x40\x01" . pb(9, '{"f":{"name":"a"}}')
        . pb_entry(10, 'ip', '10.0.0.1') . pb_entry(5, 'X-None')
        . "\x7a\x02??" . "\x78\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" . "\x7912345678" . "\x7d1234" . "\x82\x01\x01?"
        . "\x3a\xac\x02" . $long;

    $request = (new ProtoContext())->decode($context, '{"a":[1]}');

    same(['X-A' => ['1', '2'], 'X-None' => []], $request->headers());
    same('1, 2', $request->header('x-a'));
    same(['c' => 'v'], $request->cookies());
    same(['f' => ['name' => 'a']], $request->uploads());
    same(['ip' => '10.0.0.1'], $request->attributes());
    same($long, $request->rawQuery);
    same(['a' => [1]], $request->form());
    same('', $request->method);
});

test('a protobuf context that is cut anywhere is refused or decoded, without a warning', function (): void {
    $context = pb(1, '127.0.0.1') . pb_entry(5, 'X-A', '1', '2') . "\x40\x01" . "\x7912345678" . "\x3a\x81\x01" . str_repeat('q', 129);
    for ($cut = 0; $cut < strlen($context); ++$cut) {
        try {
            (new ProtoContext())->decode(substr($context, 0, $cut), '')->headers();
        } catch (UnexpectedValueException) {
        }
    }
    foreach (["\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x0b", "\x0f", "\x0a\xff\xff\xff\xff\x0fabc", "\x40" . str_repeat("\x80", 11)] as $bad) {
        throws(UnexpectedValueException::class, fn () => (new ProtoContext())->decode($bad, ''));
    }
    mt_srand(7);
    for ($round = 0; $round < 2000; ++$round) {
        $noise = $context;
        $noise[mt_rand(0, strlen($noise) - 1)] = chr(mt_rand(0, 255));
        try {
            $request = (new ProtoContext())->decode($noise, '');
            $request->headers();
            $request->cookies();
            $request->uploads();
        } catch (UnexpectedValueException) {
        }
    }
});

test('a response head has the published protobuf bytes', function (): void {
    $codec = new ProtoContext();
    same('08c90112080a015812030a0131', bin2hex($codec->encode(201, ['X' => '1'])));
    same('08c90112080a015812030a0131', bin2hex($codec->encode(201, ['X' => 1])));
    same('08c801', bin2hex($codec->encode(200, [])));
    same('', $codec->encode(0, []));
    same('08ffffffffffffffffff01', bin2hex($codec->encode(-1, [])));
    same(
        "\x08\xc8\x01" . pb_entry(2, 'X-A', '1', '') . pb_entry(2, '12', 'n'),
        $codec->encode(200, ['X-A' => ['1', ''], '12' => 'n', '' => 'dropped', 'None' => []]),
    );
});

test('long header values are encoded with long lengths', function (): void {
    $value = str_repeat('v', 20000);
    $list = "\x0a\xa0\x9c\x01" . $value;
    $entry = "\x0a\x01X\x12\xa4\x9c\x01" . $list;
    same("\x08\xc8\x01\x12\xab\x9c\x01" . $entry, (new ProtoContext())->encode(200, ['X' => $value]));
});

test('a JSON context is decoded', function (): void {
    $request = (new JsonContext())->decode(json_encode([
        'remoteAddr' => '::1', 'protocol' => 'HTTP/2.0', 'method' => 'POST', 'uri' => 'https://a.test/x/y?z',
        'headers' => ['X-A' => ['1', '2'], 'X-B' => 'single'], 'cookies' => ['c' => 'v'], 'rawQuery' => 'z',
        'parsed' => true, 'uploads' => ['f' => ['name' => 'a']], 'attributes' => null,
    ]), '');

    same(['::1', 'HTTP/2.0', 'POST', '/x/y', 'z', true], [
        $request->remoteAddr, $request->protocol, $request->method, $request->path(), $request->rawQuery, $request->parsed,
    ]);
    same(['X-A' => ['1', '2'], 'X-B' => ['single']], $request->headers());
    same(['c' => 'v'], $request->cookies());
    same(['f' => ['name' => 'a']], $request->uploads());
    same([], $request->attributes());
    same([], $request->form());
    foreach (['', '{', '1', 'null', '"x"', '{"method":'] as $bad) {
        throws(UnexpectedValueException::class, fn () => (new JsonContext())->decode($bad, ''));
    }
});

test('a response head is written as JSON unless its bytes cannot be', function (): void {
    $codec = new JsonContext();
    same('{"status":204,"headers":{}}', $codec->encode(204, []));
    same('{"status":200,"headers":{"X-A":["1","2"],"X-B":["3"],"12":["n"]}}', $codec->encode(200, [
        'X-A' => ['1', '2'], 'X-B' => 3, '12' => 'n', '' => 'dropped', 'None' => [],
    ]));
    same('{"status":200,"headers":{"0":["a"]}}', $codec->encode(200, ['a']));
    same(null, $codec->encode(200, ['X' => "caf\xe9"]));
});

test('the path is what the client has sent', function (): void {
    $path = fn (string $uri) => (new Request('GET', $uri, '', '', '', false, '', new JsonContext(), []))->path();
    same('/a%20b/c', $path('http://localhost:8080/a%20b/c?d=/e'));
    same('/', $path('http://localhost'));
    same('/', $path('http:///'));
    same('/', $path('http://localhost?next=/x'));
    same('/x', $path('/x?y'));
    same('//x', $path('http://h//x#f'));
});
