#!/usr/bin/env bash
# The demonstration: two servers that share nothing, a producer and a consumer written to the EMS API, 20,000 numbered
# persistent messages at full speed. Server A is killed (SIGKILL) in the middle, comes back, and B is killed later.
#
#   c-tests/demo/run.sh            BROKER=devbroker (default) or artemis, COUNT=20000, STYLE=listener or receive
#
# Prints progress, a timeline, and what became of the messages. Exit status 0: nothing acknowledged by a surviving
# server was lost and no call hung; 1: otherwise; 2: this machine lacks what BROKER needs.
# Needs bash, coreutils, a C compiler and cargo (PROFILE=release by default).
set -euo pipefail

PROFILE=${PROFILE:-release}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../build.sh"
. "$here/../servers.sh"

broker=${BROKER:-devbroker}
count=${COUNT:-20000}
style=${STYLE:-listener}
limit_ms=15000                              # no call may take longer
silence=20                                  # seconds without progress: something hangs

case $broker in
    devbroker) persistent=0 ;;
    artemis) persistent=1; "$root/tests/brokers/fetch.sh" artemis >/dev/null ;;
    *) echo "demo: BROKER is devbroker or artemis" >&2; exit 2 ;;
esac

echo "Building the library and the programs ($PROFILE) ..."
build_library
link_names
mkdir -p "$out/demo"
for program in producer consumer; do
    compile "$out/demo/$program" "$here/$program.c"
done
"$cc" -std=gnu11 -O1 -Wall -Wextra -Werror -o "$out/demo/report" "$here/report.c"
servers_begin "$broker"
recovered() { grep -c ' recovered ' "$1" 2>/dev/null || true; }

server_start A
server_start B
list=${url[A]}+${url[B]}
queue=demo.$$
: >"$work/timeline"

echo "Servers A (${url[A]}) and B (${url[B]}), kind $broker; URL of both programs: $list"

"$out/demo/consumer" "$list" "$queue" "$work/consumer.log" "$style" >"$work/consumer.out" &
consumer=$!
others+=("$consumer")
exec 3< <(exec "$out/demo/producer" "$list" "$queue" "$count" "$work/producer.log")
producer=$!
others+=("$producer")

# The producer says how far it is; that is what the plan hangs on.
acked=0 phase=1 shown=0 moved=$SECONDS
kill_a=$((count * 3 / 10)) kill_b=$((count * 6 / 10))
hung() { echo "FAILED: no progress for $silence s after $acked acknowledged messages: a call hangs"; exit 1; }
while :; do
    if IFS=' ' read -r -t 0.05 word number <&3; then
        [ "$word" = acked ] && acked=$number
        [ "$word" = done ] && break
        moved=$SECONDS
    elif [ $? -le 128 ]; then
        break                               # end of the producer's output
    fi
    [ $((SECONDS - moved)) -ge $silence ] && hung
    if [ $((acked - shown)) -ge $((count / 20)) ]; then
        shown=$acked
        read -r _ got < <(tail -n 1 "$work/consumer.out") || got=0
        printf '%8d of %d acknowledged, %8d received\n' "$acked" "$count" "$got"
    fi
    if [ $phase = 1 ] && [ "$acked" -ge $kill_a ]; then
        server_kill A
        echo "*** server A killed (SIGKILL) after $acked acknowledged messages"
        phase=2
    elif [ $phase = 2 ] && [ "$(recovered "$work/producer.log")" -ge 1 ] && [ "$(recovered "$work/consumer.log")" -ge 1 ]; then
        server_restart A
        echo "*** server A is back"
        phase=3
    elif [ $phase = 3 ] && [ "$acked" -ge $kill_b ]; then
        server_kill B
        echo "*** server B killed (SIGKILL) after $acked acknowledged messages"
        phase=4
    fi
done
status=0
wait "$producer" || { echo "FAILED: the producer ended with status $?"; status=1; }
[ $phase = 4 ] || { echo "FAILED: the messages ran out before both servers had been killed (COUNT is too small)"; status=1; }

# The consumer empties the server that it is connected to, then ends by itself.
kill -TERM "$consumer"
for ((i = 0; i < silence * 10; i++)); do
    kill -0 "$consumer" 2>/dev/null || break
    sleep 0.1
done
kill -0 "$consumer" 2>/dev/null && { echo "FAILED: the consumer hangs"; status=1; kill -KILL "$consumer"; }
wait "$consumer" || { echo "FAILED: the consumer ended with status $?"; status=1; }

# Servers that keep a journal are all brought back and emptied: what they acknowledged must be there.
drains=()
if [ $persistent = 1 ] && [ $phase = 4 ]; then
    server_restart B
    for server in A B; do
        drains+=("$work/drain-$server.log")
        timeout 60 "$out/demo/consumer" "${url[$server]}" "$queue" "$work/drain-$server.log" drain >/dev/null ||
            { echo "FAILED: server $server could not be emptied"; status=1; }
    done
fi

"$out/demo/report" demo "$count" $persistent $limit_ms "$work/timeline" "$work/producer.log" "$work/consumer.log" "${drains[@]}" ||
    status=1
[ $status = 0 ] && echo "OK" || echo "FAILED"
exit $status
