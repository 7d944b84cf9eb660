<?php

// What php-fpm runs against rr's workers; with ?opcache it says whether opcache is on.
header('Content-Type: text/plain');
echo isset($_GET['opcache']) ? json_encode(opcache_get_status(false)['opcache_enabled'] ?? false) : 'Hello world';
