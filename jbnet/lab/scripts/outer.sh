#!/bin/sh
# Holds the network namespace in which the port of an encrypted line is: it stays plugged in without power.
# usage: outer.sh FILE      FILE gets our process id
echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
echo "$$" >"$1"
exec sleep infinity
