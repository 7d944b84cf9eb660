<?php

declare(strict_types=1);

use RR\Frame;
use RR\Relay;
use RR\RelayClosed;
use RR\RelayException;

/** A relay that reads $bytes and then sees the end; what it writes goes to $written. */
function relay_of(string $bytes, mixed &$written = null): Relay
{
    [$ours, $its] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    fwrite($ours, $bytes);
    stream_socket_shutdown($ours, STREAM_SHUT_WR);
    $written = $ours;

    return new Relay($its, $its);
}

test('headers have the published bytes', function (): void {
    $pid = '{"pid":4242}';
    same('13010c0000009e4736430000', bin2hex(Frame::plainHeader(Frame::CONTROL, 0, strlen($pid))));
    same('13090b000000e63491ee0000', bin2hex(Frame::plainHeader(Frame::CONTROL | Frame::JSON, 0, 11)));
    same('13090d0000003a6bfacb0000', bin2hex(Frame::plainHeader(Frame::CONTROL | Frame::JSON, 0, 13)));
    same('1480070000000569b405000003000000', bin2hex(Frame::header(Frame::PROTO, 0, 7, 3)));
    same('14000700000097d952b4010003000000', bin2hex(Frame::header(0, Frame::STREAM, 7, 3)));
    same('140002000000a5298c83050000000000', bin2hex(Frame::header(0, Frame::STREAM | Frame::PING, 2, 0)));
    same('1400000000002ee18529000000000000', bin2hex(Frame::header(0, 0, 0, 0)));
    same('134004000000881e11e30000', bin2hex(Frame::plainHeader(Frame::ERROR, 0, 4)));
    same('14000d000000f339efdb00000d000000', bin2hex(Frame::header(0, 0, 13, 13)));
    same('13000000000096d180340200', bin2hex(Frame::plainHeader(0, Frame::STOP, 0)));
    same('13000000000096d180340800', bin2hex(Frame::plainHeader(0, Frame::PONG, 0)));
});

test('the published frames are read back', function (): void {
    $relay = relay_of(
        hex2bin('13090b000000e63491ee0000') . '{"pid":100}'
        . hex2bin('1480070000000569b405000003000000') . 'CTXBODY'
        . hex2bin('13000000000096d180340200')
        . hex2bin('13000000000096d180340800')
        . hex2bin('151807000000') . pack('V', crc32(hex2bin('151807000000'))) . "\0\0" . pack('VV', 2, 3) . 'a.Bboom'
        . hex2bin('1400000000002ee18529000000000000')
    );

    same([9, 0, '', '{"pid":100}'], array_values((array) $relay->receive()));
    same([0x80, 0, 'CTX', 'BODY'], array_values((array) $relay->receive()));
    same([0, Frame::STOP, '', ''], array_values((array) $relay->receive()));
    same([0, Frame::PONG, '', ''], array_values((array) $relay->receive()));
    same([0x18, 0, 'a.', 'Bboom'], array_values((array) $relay->receive()));
    same([0, 0, '', ''], array_values((array) $relay->receive()));
    same(null, $relay->receive());
});

test('a frame that ends too early is the end of the relay', function (): void {
    $bytes = hex2bin('1480070000000569b405000003000000') . 'CTXBODY';
    foreach ([0, 1, 11, 12, 15, 16, 22] as $cut) {
        same(null, relay_of(substr($bytes, 0, $cut))->receive());
    }
});

test('a header with a wrong checksum, too many options or a context beyond the payload is refused', function (): void {
    $good = hex2bin('1480070000000569b405000003000000') . 'CTXBODY';
    for ($byte = 0; $byte < 10; ++$byte) {
        $bad = $good;
        $bad[$byte] = chr(ord($bad[$byte]) ^ 0x40);
        throws(RelayException::class, fn () => relay_of($bad)->receive());
    }
    $words = "\x1e\x00" . pack('V', 0);
    throws(RelayException::class, fn () => relay_of($words . pack('V', crc32($words)) . str_repeat("\0", 60))->receive());
    $good[12] = "\x08";
    throws(RelayException::class, fn () => relay_of($good)->receive());
    throws(RelayException::class, fn () => relay_of("Notice: something went wrong\n")->receive());
});

test('writing to a relay without a reader throws instead of waiting', function (): void {
    [$ours, $its] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    $relay = new Relay($its, $its);
    fclose($ours);
    throws(RelayClosed::class, fn () => $relay->send(0, 0, '', 'body'));
});
