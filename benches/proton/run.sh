#!/usr/bin/env bash
# CPU of the client process a message, this library against Qpid Proton C, on devbroker: 100-byte text messages, sent
# settled and received with AUTO acknowledge. Prints minimum, median and maximum of ROUNDS rounds, and the ratios.
#
#   benches/proton/run.sh [MESSAGES]     ROUNDS=9; needs the development files of Qpid Proton (libqpid-proton11-dev)
#
# Nothing is asserted: the numbers depend on the machine, the ratios much less.
set -euo pipefail

PROFILE=${PROFILE:-release}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../c-tests/build.sh"
. "$here/../../c-tests/servers.sh"
messages=${1:-200000}
rounds=${ROUNDS:-9}

build_library
link_names
bin=$out/bench
mkdir -p "$bin"
compile "$bin/ems" "$here/ems.c"
"$cc" -std=gnu11 -O2 -Wall -Wextra -o "$bin/proton" "$here/proton.c" -l:libqpid-proton-core.so.10 -l:libqpid-proton-proactor.so.1
servers_begin devbroker
server_start A
for ((round = 1; round <= rounds; round++)); do
    for side in ems proton; do
        where=${url[A]}
        [ $side = proton ] && where=127.0.0.1:${port[A]}
        "$bin/$side" send "$where" "bench.$side.$round" "$messages"
        "$bin/$side" receive "$where" "bench.$side.$round" "$messages"
    done
done >"$work/rows"
awk '
    { cpu[$1] = cpu[$1] " " $2; rate[$1] = rate[$1] " " $3 }
    function sorted(text, into,    n, i, j, t) {
        n = split(text, into, " ")
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && into[j - 1] + 0 > into[j] + 0; j--) { t = into[j]; into[j] = into[j - 1]; into[j - 1] = t }
        return n
    }
    function line(name,    n, v, w, m) {
        n = sorted(cpu[name], v); m = sorted(rate[name], w)
        printf "%-16s CPU us/message  min %.3f  median %.3f  max %.3f    messages/s median %d\n", name, v[1], v[int((n + 1) / 2)], v[n], w[int((m + 1) / 2)]
        return v[int((n + 1) / 2)]
    }
    END {
        es = line("ems_send"); ps = line("proton_send"); er = line("ems_receive"); pr = line("proton_receive")
        printf "ratio ems/proton: send %.2f, receive %.2f\n", es / ps, er / pr
    }' "$work/rows"
