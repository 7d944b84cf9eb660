<?php

declare(strict_types=1);

/*
 * Loads the worker library: `require 'php/autoload.php';`. No Composer needed, PHP 8.1 or later.
 */

spl_autoload_register(static function (string $class): void {
    if (!str_starts_with($class, 'RR\\')) {
        return;
    }
    $file = __DIR__ . '/src/' . str_replace('\\', '/', substr($class, 3)) . '.php';
    if (is_file($file)) {
        require $file;
    }
});

require_once __DIR__ . '/src/Http/serve.php';
