#!/usr/bin/env bash
# How long RecoverConnection takes with 10,000 consumers in 100 sessions, on devbroker. Prints minimum, median and maximum of
# ROUNDS rounds.
#
#   benches/recovery/run.sh [SESSIONS [CONSUMERS]]     ROUNDS=7
#
# Nothing is asserted: the numbers depend on the machine.
set -euo pipefail

PROFILE=${PROFILE:-release}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../c-tests/build.sh"
. "$here/../../c-tests/servers.sh"
sessions=${1:-100}
consumers=${2:-100}
rounds=${ROUNDS:-7}

build_library
link_names
bin=$out/bench
mkdir -p "$bin"
compile "$bin/many" "$here/many.c"
servers_begin devbroker
for ((round = 1; round <= rounds; round++)); do
    server_start A
    server_start B
    "$bin/many" "${url[A]}+${url[B]}" "${pid[A]}" "$sessions" "$consumers"
    kill -KILL "${pid[B]}"
done >"$work/rows"
for column in 1 2; do
    name=$([ $column = 1 ] && echo recovery || echo creation)
    cut -d' ' -f$column "$work/rows" | sort -n | awk -v name="$name" '
        { v[NR] = $1 }
        END { printf "%s of %s: min %.1f  median %.1f  max %.1f ms\n", name, "'"$sessions x $consumers consumers"'", v[1], v[int((NR + 1) / 2)], v[NR] }'
done
