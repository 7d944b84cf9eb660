"""An rr worker in Python, standard library only.

rr starts this program and talks to it in frames on its stdin and stdout:

    1 byte   version 1 (high half), header length in 4-byte words (low half)
    1 byte   flags: 0x01 control message, 0x08 context is JSON, 0x40 error, 0x80 context is protobuf
    4 bytes  payload length
    4 bytes  CRC-32 of the six bytes before
    1 byte   bits: 0x01 more frames follow, 0x02 end the stream, 0x04 ping, 0x08 pong
    1 byte   0
    4 bytes  length of the context; requests and answers have it, control messages do not
    payload  context (the head of the request or response), then the body

All numbers are little-endian. GET / says hello, POST /echo sends the body back.
"""

import json
import os
import struct
import sys
import traceback
import zlib
from urllib.parse import urlsplit

CONTROL, JSON, ERROR = 0x01, 0x08, 0x40
STOP, PONG = 0x02, 0x08

frames_in = sys.stdin.buffer
# Only frames may reach the pipe to rr: the real stdout moves away, and whatever prints goes to rr's log.
frames_out = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)


def read_frame():
    """The next frame as (flags, bits, context, body), or None when rr has closed its end."""
    head = frames_in.read(12)
    if len(head) < 12:
        return None
    words, flags, length, crc, bits, _ = struct.unpack("<BBIIBB", head)
    options = 4 * max(0, (words & 0x0F) - 3)
    if zlib.crc32(head[:6]) != crc or options > 40:
        sys.exit(f"broken frame header: {head.hex()}")
    rest = frames_in.read(options + length)
    if len(rest) < options + length:
        return None
    split = options + (struct.unpack_from("<I", rest)[0] if options else 0)
    return flags, bits, rest[options:split], rest[split:]


def write_frame(flags, body, context=None):
    """Writes a frame; one without a context has no option."""
    option = b"" if context is None else struct.pack("<I", len(context))
    start = struct.pack("<BBI", 0x10 | 3 + len(option) // 4, flags, len(context or b"") + len(body))
    frames_out.write(start + struct.pack("<IH", zlib.crc32(start), 0) + option + (context or b"") + body)
    frames_out.flush()


def respond(status, body, content_type="text/plain; charset=utf-8"):
    head = {"status": status, "headers": {"Content-Type": [content_type]}}
    write_frame(JSON, body, json.dumps(head).encode())


def handle(request, body):
    """Answers one request; `request` has method, uri, headers, cookies, rawQuery and more."""
    path = urlsplit(request["uri"]).path
    if path in ("", "/"):
        respond(200, b"Hello world from Python\n")
    elif path == "/echo":
        respond(200, body, request["headers"].get("Content-Type", ["text/plain"])[0])
    else:
        respond(404, b"There is nothing here.\n")


def control(message):
    """Answers the handshake. False when rr asks this worker to end."""
    message = json.loads(message)
    if message.get("stop"):
        return False
    # The list of codecs is what makes rr send the contexts of requests as JSON.
    write_frame(CONTROL, json.dumps({"pid": os.getpid(), "codecs": ["json"]}).encode())
    return True


def main():
    while (frame := read_frame()) is not None:
        flags, bits, context, body = frame
        if flags & CONTROL:
            if not control(body):
                return
        elif not bits & (STOP | PONG):
            try:
                handle(json.loads(context), body)
            except BrokenPipeError:
                return
            except Exception:
                write_frame(ERROR, traceback.format_exc().encode())


if __name__ == "__main__":
    main()
