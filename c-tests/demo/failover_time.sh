#!/usr/bin/env bash
# How long the loss of a server lasts: kills the server that the programs use, N times in turn (A, B, A, ...), and
# measures from SIGKILL until the first message is through (sent, acknowledged and received at the next server).
#
#   c-tests/demo/failover_time.sh [N]     default 20; BROKER=devbroker or artemis, RATE messages a second (2000)
#
# A server that has just been started is used a little before its neighbour is killed (WARM messages, default 0, Artemis
# 500): a standby of real life is not a JVM in its first second.
#
# Prints minimum, median and maximum. Exit status 0: every kill was survived.
set -euo pipefail

PROFILE=${PROFILE:-release}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../build.sh"
. "$here/../servers.sh"

rounds=${1:-20}
broker=${BROKER:-devbroker}
rate=${RATE:-2000}
warm=${WARM:-$([ "$broker" = artemis ] && echo 500 || echo 0)}
[ "$broker" = artemis ] && "$root/tests/brokers/fetch.sh" artemis >/dev/null

build_library
link_names
mkdir -p "$out/demo"
compile "$out/demo/producer" "$here/producer.c"
compile "$out/demo/consumer" "$here/consumer.c"
"$cc" -std=gnu11 -O1 -Wall -Wextra -Werror -o "$out/demo/report" "$here/report.c"

servers_begin "$broker"
wait_for() {                                # count, pattern, file: until the file has so many such lines
    for ((i = 0; i < 1000; i++)); do
        [ "$(grep -c "$2" "$3" 2>/dev/null || true)" -ge "$1" ] && return 0
        sleep 0.02
    done
    echo "FAILED: no \"$2\" number $1 in $(basename "$3") within 20 s" >&2
    exit 1
}

warm_up() {                                 # server NAME: some messages through a queue of its own
    [ "$warm" = 0 ] && return 0
    "$out/demo/producer" "${url[$1]}" "warm.$$" "$warm" "$work/warm.log" >/dev/null
    "$out/demo/consumer" "${url[$1]}" "warm.$$" "$work/warm.log" drain 300 >/dev/null
}

server_start A
server_start B
warm_up A
warm_up B
list=${url[A]}+${url[B]}
"$out/demo/consumer" "$list" "times.$$" "$work/consumer.log" listener >/dev/null &
others+=($!)
consumer=$!
"$out/demo/producer" "$list" "times.$$" 0 "$work/producer.log" "$rate" >/dev/null &
others+=($!)
producer=$!
wait_for 1 ' connected ' "$work/producer.log"
wait_for 1 ' connected ' "$work/consumer.log"
sleep 1
victim=A
for ((round = 1; round <= rounds; round++)); do
    server_kill $victim
    wait_for "$round" ' recovered ' "$work/producer.log"
    wait_for "$round" ' recovered ' "$work/consumer.log"
    server_restart $victim
    warm_up $victim
    [ -t 1 ] && printf '\rkill %d of %d' "$round" "$rounds"
    sleep 0.3                               # traffic in between, and a calm machine
    [ $victim = A ] && victim=B || victim=A
done
[ -t 1 ] && printf '\r'
kill -TERM "$producer"
wait "$producer" || { echo "FAILED: the producer ended with status $?"; exit 1; }
kill -TERM "$consumer"
wait "$consumer" || { echo "FAILED: the consumer ended with status $?"; exit 1; }
echo "$broker, $rounds kills, $rate messages a second, servers used for $warm messages before"
"$out/demo/report" times "$work/timeline" "$work/producer.log" "$work/consumer.log"
