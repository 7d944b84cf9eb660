<?php

// Exits with code 3 before the handshake and says why on stderr.

fwrite(STDERR, "exit3: giving up before the handshake\n");
exit(3);
