#!/bin/sh
# The chassis of one device: holds its network namespace, so that the lines stay plugged in and interfaces
# keep their index while the device is without power. Each line read from the fifo switches the device on.
# usage: chassis.sh DIR NAME SCRIPTS
dir=$1 name=$2 scripts=$3
umask 022
for item in all default; do echo 1 >"/proc/sys/net/ipv6/conf/$item/disable_ipv6"; done
# The ports of encrypted lines stay in namespaces of their own, also without power.
TUNNELS=
. "$dir/settings"
for tunnel in $TUNNELS; do
    unshare --net dash "$scripts/outer.sh" "$dir/outer/$tunnel" &
done
echo "$$" >"$dir/pid"
while read -r _ <"$dir/power"; do
    # The files are opened here: inside, the host's file system can then be made read-only.
    unshare --mount --uts --ipc --pid --fork --kill-child dash "$scripts/init.sh" "$dir" "$name" \
        8>"$dir/ready" 9>"$dir/init" >>"$dir/tree/var/log/boot.log" 2>&1
    # Power is off, however it went: a kernel must not go on forwarding for a router that is dead.
    ip -force -batch "$dir/off.ip"
    nft flush ruleset
    rm -f "$dir/init"
    # Why a boot failed stays to be read: whoever waits for it may look only now.
    said=
    read -r said <"$dir/ready"
    case "$said" in failed*) ;; *) rm -f "$dir/ready" ;; esac
done
