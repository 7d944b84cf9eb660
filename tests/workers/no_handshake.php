<?php

// Never answers the handshake: sleeps for as long as anybody cares to wait.

while (true) {
    sleep(1000);
}
