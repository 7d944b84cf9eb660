// Carries the flags that the precompiled header is built with.
