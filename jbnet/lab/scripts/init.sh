#!/bin/sh
# First process of a device: lays out its file system, starts its daemons, then reaps what they leave behind.
# It runs in namespaces of its own (network, mount, UTS, IPC, PID); killing it is a power failure.
# A lab has a thousand of these: every command that is not one of the shell's own costs the lab two seconds.
# usage: init.sh DIR NAME   8> how the boot went   9> our process id on the host
dir=$1 name=$2
umask 022
# Debian's default for services. FRR sizes its tables by it: 20,000 cost a township's router 2.4 MB.
ulimit -Sn 1024
cd /
# /proc is still the host's: this is the process id by which the host knows us.
read -r pid _ </proc/self/stat
echo "$pid" >&9
exec 9>&-

fail() {
    echo "failed: $1" >&8
    exit 1
}

. "$dir/settings"
echo "boot of $name"
echo "$name" >/proc/sys/kernel/hostname
ip -force -batch "$dir/on.ip"
# The filters at partners' ports are there before anything is forwarded.
[ ! -f "$dir/filters.nft" ] || nft -f "$dir/filters.nft" || fail "the filters of partners"
for tunnel in $TUNNELS; do
    read -r outer <"$dir/outer/$tunnel"
    mount --bind "/proc/$outer/ns/net" "$dir/outer/$tunnel.net" || fail "the port of $tunnel"
done
mount -a -T "$dir/fstab" || fail mounts
# What a device writes lies in its own tree (fstab); of the host's files it may only read.
mount -o remount,bind,ro / || fail "read-only root"

echo 1 >/proc/sys/net/ipv4/ip_forward
for item in all default; do
    echo 0 >"/proc/sys/net/ipv4/conf/$item/rp_filter"
    echo 0 >"/proc/sys/net/ipv4/conf/$item/send_redirects"
    echo 1 >"/proc/sys/net/ipv4/conf/$item/ignore_routes_with_linkdown"
done
echo 1 >/proc/sys/net/ipv4/fib_multipath_hash_policy

# /run is empty at each boot; what services expect there, with its owners, is kept as a model.
cp -a /var/lib/jbnet-lab/run/. /run/ || fail /run

if [ -n "$SNMP" ]; then
    # ifTable's cache time can only be set by a SET: allow that one, from the device itself, until the next boot.
    read -r secret </proc/sys/kernel/random/uuid
    (
        umask 077
        echo "view cacheonly included .1.3.6.1.4.1.8072.1.5" >/run/snmp-local/snmpd.conf
        echo "rwcommunity $secret 127.0.0.1 -V cacheonly" >>/run/snmp-local/snmpd.conf
        echo "mibs :" >/run/snmp-local/snmp.conf
        echo "defCommunity $secret" >>/run/snmp-local/snmp.conf
    )
    snmpd -u Debian-snmp -g Debian-snmp -I -smux,mteTrigger,mteTriggerConf -p /run/snmpd.pid -Lf /var/log/snmpd.log \
        -C -c /etc/snmp/snmpd.conf,/run/snmp-local/snmpd.conf udp:0.0.0.0:161 8>&- || fail snmpd
fi
# A commit that nobody confirmed does not survive a boot; before the first commit there is nothing to look at.
if [ -d /var/lib/jbnet/commit ] && [ -x /usr/local/libexec/jbnet-commit ]; then
    /usr/local/libexec/jbnet-commit boot 8>&-
fi
# A router that fences a database keeps doing so, or does not come up.
if [ -d /var/lib/jbnet/fence ] && [ -x /usr/local/libexec/jbnet-fence ]; then
    /usr/local/libexec/jbnet-fence boot 8>&- || fail "the fence could not be put back"
fi
for tunnel in $TUNNELS; do
    /usr/local/libexec/jbnet-tunnel "$tunnel" 8>&- || fail "the tunnel $tunnel"
done
for daemon in $DAEMONS; do
    module=
    case " $AGENTX " in *" $daemon "*) module="-M snmp" ;; esac
    # shellcheck disable=SC2086  # the module's option is two words or none
    /usr/lib/frr/"$daemon" -d -P 0 $module 8>&- || fail "$daemon"
done
vtysh -b 8>&- || note="frr.conf was not taken whole"
/usr/sbin/sshd 8>&- || fail sshd
# sshd leaves the foreground before it listens; it writes its process id once it does (sshd.c, server_listen).
tries=500
until [ -s /run/sshd.pid ]; do
    [ $((tries -= 1)) -gt 0 ] || fail "sshd does not listen"
    sleep 0.02
done
if [ -n "$SNMP" ]; then
    SNMPCONFPATH=/run/snmp-local snmpset -v 2c -Oq 127.0.0.1 \
        1.3.6.1.4.1.8072.1.5.3.1.2.1.3.6.1.2.1.2.2 i 0 >/dev/null || fail "cache time of snmpd"
    [ -z "$TRAPS" ] || /usr/local/libexec/jbnet-linktrap </dev/null >/dev/null 2>&1 8>&- &
fi
echo "up${note:+: $note}" >&8
exec 8>&-
# A process that ignores SIGCHLD has its children reaped by the kernel (signal(7)), orphans that it adopts included.
exec env --ignore-signal=CHLD sleep infinity
