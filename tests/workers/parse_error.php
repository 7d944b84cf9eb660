<?php

// Does not compile: PHP prints the reason and exits with 255 before any handshake.

this is not PHP
