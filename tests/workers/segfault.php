<?php

// Ends by SIGSEGV before the handshake, as a crash in an extension would.

if (function_exists('posix_kill')) {
    posix_kill(getmypid(), 11);
} else {
    exec('kill -SEGV ' . getmypid());
}
sleep(10);
