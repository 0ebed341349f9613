#!/usr/bin/env bash
# run.sh - measures which messages a server marks as redelivered, for the README: run by hand, judges nothing.
#
#   c-tests/redelivered/run.sh [ROUNDS]      default 5; BROKER=devbroker (default) or artemis, PROFILE as c-tests/build.sh
#
# Ten messages are on a queue; a client has been sent all of them (prefetch 10), has received five and acknowledged none. Then the client
# or the server ends in one of five ways. A row a way: of the five received ones and of the five that only lay in the client's
# buffer how many came again, and how many of those were marked, summed over the rounds.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../build.sh"
. "$here/../servers.sh"
rounds=${1:-5}
broker=${BROKER:-devbroker}
[ "$broker" = artemis ] && "$root/tests/brokers/fetch.sh" artemis >/dev/null

build_library
link_names
marks=$out/marks
compile "$marks" "$here/marks.c"
servers_begin "$broker"
server_start A
export TIBEMS_AMQP_OPTIONS=prefetch_queue=10

holder=
hold() { # URL: starts the client that holds; it reads lines from descriptor 8
    rm -f "$work/lines" "$work/held"
    mkfifo "$work/lines"
    "$marks" hold "$1" "$queue" 5 <"$work/lines" >"$work/held" &
    holder=$!
    others+=("$holder")
    exec 8>"$work/lines"
    until grep -q holding "$work/held"; do sleep 0.05; done
    sleep 0.5                                   # the other five are on their way; nothing here can see them arrive
}
ended() { wait "$holder" 2>/dev/null || true; exec 8>&-; }
look() { "$marks" look "${url[A]}" "$queue" 5; }

client_killed() { hold "${url[A]}"; kill -KILL "$holder"; ended; look; }
client_closes() { hold "${url[A]}"; echo close >&8; ended; look; }
end_server() { # SIGNAL: returns when the process is gone, so that nobody takes its port for that of the next one
    kill "-$1" "${pid[A]}"
    while kill -0 "${pid[A]}" 2>/dev/null; do sleep 0.05; done
    unset "pid[A]"
}
server_killed() { hold "${url[A]}"; end_server KILL; kill -KILL "$holder"; ended; server_restart A; look; }
server_ends() { hold "${url[A]}"; end_server TERM; kill -KILL "$holder"; ended; server_restart A; look; }
server_killed_group() { # the client reconnects by itself and sees them again
    hold "${url[A]},${url[A]}"
    end_server KILL
    server_restart A
    echo again >&8
    ended
    tail -n 1 "$work/held"
}

printf '%-22s %28s %28s\n' "$broker" "received: again, marked" "only sent: again, marked"
ways=(client_killed client_closes)
[ "$broker" = devbroker ] || ways+=(server_killed server_ends server_killed_group)      # devbroker keeps nothing
for way in "${ways[@]}"; do
    total=(0 0 0 0)
    for ((round = 1; round <= rounds; round++)); do
        queue=marks.$$.$way.$round
        "$marks" fill "${url[A]}" "$queue" 10
        $way >"$work/row"
        read -r -a row <"$work/row"
        for i in 0 1 2 3; do total[i]=$((total[i] + row[i])); done
    done
    printf '%-22s %12d of %3d, %6d %14d of %3d, %6d\n' "$way" "${total[0]}" $((rounds * 5)) "${total[1]}" "${total[2]}" $((rounds * 5)) "${total[3]}"
done
