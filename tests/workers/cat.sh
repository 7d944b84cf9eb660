#!/bin/sh
# Sends back whatever comes: the handshake request returns with its CONTROL flag, a request returns unchanged.
# Unlike a worker it does not know a stop message.
exec cat
