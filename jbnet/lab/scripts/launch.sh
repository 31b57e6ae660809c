#!/bin/sh
# Starts the chassis of every device and the carriers' network, each in a network namespace of its own and
# detached from whoever runs jbnet, so that they are init's children and not ours.
# usage: launch.sh RUNTIME SCRIPTS < names of devices, one a line
runtime=$1 scripts=$2
# Sessions of netconsoles, logs and tty must not keep the terminal of `jbnet lab up` busy.
setsid -f unshare --net dash "$scripts/carriers.sh" "$runtime" </dev/null >"$runtime/carriers.log" 2>&1
while read -r name; do
    dir=$runtime/devices/$name
    setsid -f unshare --net dash "$scripts/chassis.sh" "$dir" "$name" "$scripts" </dev/null >"$dir/chassis.log" 2>&1
done
