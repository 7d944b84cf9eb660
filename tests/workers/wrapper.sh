#!/bin/sh
# Runs a worker as the child of a shell, so that the process rr has started is not the one that answers:
# wrapper.sh COMMAND ARGUMENT...
"$@"
exit $?
