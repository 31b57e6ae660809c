#!/bin/sh
# Run a command where devices can be reached: with a lab up, in the network of its NOC; otherwise right here.
#   playbooks/in-noc.sh ansible role_core -m ping
set -eu
workspace=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
record=${JBNET_STATE:-$workspace/.jbnet}/lab.json
if [ ! -f "$record" ]; then
    exec "$@"
fi
netns=$(python3 -c '
import json, sys
lab = json.load(open(sys.argv[1], encoding="utf-8"))
print(lab["devices"][lab["noc"]]["netns"])' "$record")
exec nsenter --net="$netns" -- "$@"
