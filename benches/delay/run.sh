#!/usr/bin/env bash
# Asynchronous sends of one connection over a link with delay, on devbroker: messages a second directly and over the link, so that
# waiting for each answer would show (25 a second at 20 ms each way). Prints minimum, median and maximum of ROUNDS rounds.
#
#   benches/delay/run.sh [MESSAGES [MILLISECONDS]]     100000, 20 each way; ROUNDS=5
#
# Nothing is asserted: the numbers depend on the machine.
set -euo pipefail

PROFILE=${PROFILE:-release}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../c-tests/build.sh"
. "$here/../../c-tests/servers.sh"
messages=${1:-100000} delay=${2:-20} rounds=${ROUNDS:-5}

build_library
link_names
bin=$out/bench
mkdir -p "$bin"
compile "$bin/ems" "$here/../proton/ems.c"
servers_begin "${BROKER:-devbroker}"
server_start A
mkfifo "$work/stop"
python3 "$here/proxy.py" "${port[A]}" "$delay" <"$work/stop" >"$work/port" &
others+=("$!")
exec 7>"$work/stop"
until [ -s "$work/port" ]; do kill -0 "${others[-1]}" && sleep 0.02; done
for ((round = 1; round <= rounds; round++)); do
    "$bin/ems" async "${url[A]}" "bench.near.$round" "$messages" | sed 's/^/near /'
    "$bin/ems" async "tcp://127.0.0.1:$(cat "$work/port")" "bench.far.$round" "$messages" | sed 's/^/far /'
done >"$work/rows"
for side in near far; do
    awk -v side="$side" '$1 == side { print $4 }' "$work/rows" | sort -n | awk -v side="$side" '
        { v[NR] = $1 }
        END { printf "%-4s messages/s  min %d  median %d  max %d\n", side, v[1], v[int((NR + 1) / 2)], v[NR] }'
done
