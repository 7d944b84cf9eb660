<?php

declare(strict_types=1);

/*
 * Self-test of the PHP worker library and of the worker scripts: `php tests/php/run.php [word]`.
 *
 * Runs every *_test.php beside it; with a word, only the tests whose sentence contains it. Prints
 * `N passed, N failed` and ends with 1 when something failed.
 */

error_reporting(E_ALL);
require __DIR__ . '/../../php/autoload.php';
require __DIR__ . '/RrDouble.php';

set_error_handler(static function (int $level, string $text, string $file, int $line): bool {
    if (error_reporting() & $level) {
        throw new ErrorException($text, 0, $level, $file, $line);
    }

    return true;
});

/** @var list<array{string, Closure}> */
$tests = [];

/** Registers a test; its name is a sentence. */
function test(string $sentence, Closure $body): void
{
    $GLOBALS['tests'][] = [$sentence, $body];
}

/** Fails the running test unless both are identical. */
function same(mixed $expected, mixed $actual): void
{
    if ($expected !== $actual) {
        $show = static fn (mixed $v): string => substr(var_export($v, true), 0, 600);
        throw new RuntimeException('expected ' . $show($expected) . ' but it is ' . $show($actual));
    }
}

/** Fails the running test unless $text contains $part. */
function contains(string $part, string $text): void
{
    if (!str_contains($text, $part)) {
        throw new RuntimeException("expected '$part' in '" . substr($text, 0, 600) . "'");
    }
}

/** Fails the running test unless $body throws $class. */
function throws(string $class, Closure $body): void
{
    try {
        $body();
    } catch (Throwable $error) {
        same($class, get_class($error));

        return;
    }
    throw new RuntimeException("expected a $class");
}

foreach (glob(__DIR__ . '/*_test.php') as $file) {
    require $file;
}

$passed = $failed = 0;
foreach ($tests as [$sentence, $body]) {
    if (!str_contains($sentence, $argv[1] ?? '')) {
        continue;
    }
    try {
        $body();
        ++$passed;
    } catch (Throwable $error) {
        ++$failed;
        $at = basename($error->getFile()) . ':' . $error->getLine();
        foreach ($error->getTrace() as $call) {
            if (str_ends_with($call['file'] ?? '', '_test.php')) {
                $at = basename($call['file']) . ':' . $call['line'];
                break;
            }
        }
        echo "FAILED: $sentence\n    $at: {$error->getMessage()}\n";
    }
}
echo "$passed passed, $failed failed\n";
exit($failed === 0 && $passed > 0 ? 0 : 1);
