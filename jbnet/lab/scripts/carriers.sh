#!/bin/sh
# Holds the network namespace in which the carriers' equipment lives: one bridge a circuit.
# usage: carriers.sh RUNTIME
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
echo "$$" >"$1/carriers.pid"
exec sleep infinity
