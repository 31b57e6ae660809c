#!/bin/sh
# The inventory for Ansible, made from the declaration: ansible-inventory -i playbooks/inventory.sh --list
# With a lab up it holds the lab's devices. jbnet is the one on the PATH, else the one in the workspace's .venv.
set -eu
workspace=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
jbnet=$(command -v jbnet || true)
if [ -z "$jbnet" ]; then
    jbnet=$workspace/.venv/bin/jbnet
fi
if [ ! -x "$jbnet" ]; then
    echo "playbooks/inventory.sh: jbnet is neither on the PATH nor in $workspace/.venv" >&2
    exit 3
fi
exec "$jbnet" -C "$workspace" ${JBNET_STATE:+--state "$JBNET_STATE"} export ansible "$@"
