<?php

// Prints a text on stdout and exits with code 0 without a handshake.

fwrite(STDOUT, "some text that is no frame\n");
