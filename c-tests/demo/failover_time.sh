#!/usr/bin/env bash
# How long the loss of a server lasts: kills the server that the programs use, N times in turn (A, B, A, ...), and
# measures from SIGKILL until the first message is through (sent, acknowledged and received at the next server).
#
#   c-tests/demo/failover_time.sh [N]     default 20; BROKER=devbroker or artemis, RATE messages a second (2000)
#
# Prints minimum, median and maximum. Exit status 0: every kill was survived.
set -euo pipefail

PROFILE=${PROFILE:-release}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../build.sh"

rounds=${1:-20}
broker=${BROKER:-devbroker}
rate=${RATE:-2000}
launcher=$root/tests/brokers/run-broker.sh
[ "$broker" = artemis ] && "$root/tests/brokers/fetch.sh" artemis >/dev/null

build_library
link_names
mkdir -p "$out/demo"
compile "$out/demo/producer" "$here/producer.c"
compile "$out/demo/consumer" "$here/consumer.c"
for program in tool report; do
    "$cc" -std=gnu11 -O1 -Wall -Wextra -Werror -o "$out/demo/$program" "$here/$program.c"
done
tool=$out/demo/tool
export TIBEMS_BUILD=$build

work=$(mktemp -d "${TMPDIR:-/tmp}/tibemsufo-time.XXXXXX")
declare -A port pid url
pids=()
finish() {
    for p in "${pids[@]}" "${pid[@]}"; do
        kill -KILL "$p" 2>/dev/null || true
    done
    wait 2>/dev/null || true
    if [ -n "${KEEP:-}" ]; then echo "logs kept in $work"; else rm -rf "$work"; fi
}
trap finish EXIT

start() {
    "$launcher" "$broker" "${port[$1]}" "$work/$1" >>"$work/$1.log" 2>&1 &
    pid[$1]=$!
    disown
    for ((i = 0; i < 600; i++)); do
        if (exec 7<>"/dev/tcp/127.0.0.1/${port[$1]}") 2>/dev/null; then return 0; fi
        sleep 0.05
    done
    echo "failover_time: server $1 does not start:" >&2
    tail -5 "$work/$1.log" >&2
    exit 1
}
wait_for() {                                # count, pattern, file: until the file has so many such lines
    for ((i = 0; i < 1000; i++)); do
        [ "$(grep -c "$2" "$3" 2>/dev/null || true)" -ge "$1" ] && return 0
        sleep 0.02
    done
    echo "FAILED: no \"$2\" number $1 in $(basename "$3") within 20 s" >&2
    exit 1
}

port[A]=$("$tool" port)
port[B]=$("$tool" port)
while [ "${port[B]}" = "${port[A]}" ]; do port[B]=$("$tool" port); done
url[A]=tcp://127.0.0.1:${port[A]} url[B]=tcp://127.0.0.1:${port[B]}
start A
start B
list=${url[A]}+${url[B]}
"$out/demo/consumer" "$list" "times.$$" "$work/consumer.log" listener >/dev/null &
pids+=($!)
consumer=$!
"$out/demo/producer" "$list" "times.$$" 0 "$work/producer.log" "$rate" >/dev/null &
pids+=($!)
producer=$!
wait_for 1 ' connected ' "$work/producer.log"
wait_for 1 ' connected ' "$work/consumer.log"
sleep 1
victim=A
for ((round = 1; round <= rounds; round++)); do
    echo "$("$tool" kill "${pid[$victim]}") killed name=$victim url=${url[$victim]}" >>"$work/timeline"
    wait_for "$round" ' recovered ' "$work/producer.log"
    wait_for "$round" ' recovered ' "$work/consumer.log"
    start "$victim"
    echo "$("$tool" now) restarted name=$victim url=${url[$victim]}" >>"$work/timeline"
    [ -t 1 ] && printf '\rkill %d of %d' "$round" "$rounds"
    [ "$broker" = artemis ] && sleep 1 || sleep 0.3     # traffic in between, and a calm machine
    [ $victim = A ] && victim=B || victim=A
done
[ -t 1 ] && printf '\r'
kill -TERM "$producer"
wait "$producer" || { echo "FAILED: the producer ended with status $?"; exit 1; }
kill -TERM "$consumer"
wait "$consumer" || { echo "FAILED: the consumer ended with status $?"; exit 1; }
echo "$broker, $rounds kills, $rate messages a second"
"$out/demo/report" times "$work/timeline" "$work/producer.log" "$work/consumer.log"
