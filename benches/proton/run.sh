#!/usr/bin/env bash
# CPU of the client process a message and messages a second, this library against Qpid Proton C, on devbroker: 100-byte text
# messages. Prints minimum, median and maximum of ROUNDS rounds, and the ratios.
#
#   benches/proton/run.sh [MESSAGES]     ROUNDS=9; needs the development files of Qpid Proton (libqpid-proton11-dev)
#
#   KINDS="send receive async persistent request"
#                                        send: settled. receive: AUTO acknowledge. async: asynchronous sends of PERSISTENT
#                                        messages against Proton's pipeline of unsettled ones. persistent: the same
#                                        messages, each behind the outcome of the one before. request: request and reply, one
#                                        behind the other (both: a fiftieth of MESSAGES)
#   BROKER=artemis                       another server
#
# Nothing is asserted: the numbers depend on the machine, the ratios much less.
set -euo pipefail

PROFILE=${PROFILE:-release}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../c-tests/build.sh"
. "$here/../../c-tests/servers.sh"
messages=${1:-200000}
rounds=${ROUNDS:-9}
kinds=${KINDS:-send receive async persistent request}

build_library
link_names
bin=$out/bench
mkdir -p "$bin"
compile "$bin/ems" "$here/ems.c"
"$cc" -std=gnu11 -O2 -Wall -Wextra -o "$bin/proton" "$here/proton.c" -l:libqpid-proton-core.so.10 -l:libqpid-proton-proactor.so.1
servers_begin "${BROKER:-devbroker}"
server_start A
if [[ " $kinds " = *" request "* ]]; then
    mkfifo "$work/stop"
    "$bin/ems" reply "${url[A]}" bench.request 0 <"$work/stop" >"$work/answers" &
    others+=("$!")
    exec 7>"$work/stop"
    until grep -q answering "$work/answers"; do kill -0 "${others[-1]}" && sleep 0.02; done
fi
one() {                                     # SIDE KIND ROUND
    local where=${url[A]} address=bench.$1.$3 kind=$2 count=$messages
    [ "$1" = proton ] && where=127.0.0.1:${port[A]}
    case $1.$2 in
    *.persistent) address=bench.persistent.$1.$3 count=$((messages / 50)) ;;
    *.request) address=bench.request count=$((messages / 50)) ;;
    ems.async) address=bench.async.$1.$3 ;;
    proton.async) address=bench.async.$1.$3 kind=pipeline ;;
    esac
    "$bin/$1" "$kind" "$where" "$address" "$count"
}
for ((round = 1; round <= rounds; round++)); do
    for side in ems proton; do
        for kind in $kinds; do one "$side" "$kind" "$round"; done
    done
done >"$work/rows"
awk -v kinds="$kinds" '
    { cpu[$1] = cpu[$1] " " $2; rate[$1] = rate[$1] " " $3 }
    function sorted(text, into,    n, i, j, t) {
        n = split(text, into, " ")
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && into[j - 1] + 0 > into[j] + 0; j--) { t = into[j]; into[j] = into[j - 1]; into[j - 1] = t }
        return n
    }
    function line(name,    n, v, w, m) {
        n = sorted(cpu[name], v); m = sorted(rate[name], w)
        printf "%-16s CPU us/message  min %.3f  median %.3f  max %.3f    messages/s min %d  median %d  max %d\n", name, v[1],
            v[int((n + 1) / 2)], v[n], w[1], w[int((m + 1) / 2)], w[m]
        median_rate[name] = w[int((m + 1) / 2)]
        return v[int((n + 1) / 2)]
    }
    END {
        n = split(kinds, kind, " ")
        for (i = 1; i <= n; i++) {
            ours = line("ems_" kind[i]); theirs = line("proton_" kind[i])
            ratios = ratios sprintf("ratio ems/proton: %s CPU %.2f, rate %.2f\n", kind[i], ours / theirs,
                median_rate["ems_" kind[i]] / median_rate["proton_" kind[i]])
            median[kind[i]] = ours
        }
        printf "%s", ratios
        if (median["async"] && median["send"]) printf "ratio async/send (RELIABLE), CPU: %.2f\n", median["async"] / median["send"]
    }' "$work/rows"
