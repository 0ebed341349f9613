#!/usr/bin/env bash
# CPU a message and messages a second of transacted sends, this library against Qpid JMS, on Apache Artemis: persistent text
# messages of 100 bytes, EACH a commit, each round to a new queue. Prints minimum, median and maximum of ROUNDS rounds, and the ratios.
#
#   benches/jms/run.sh [MESSAGES [EACH]]     20000, 100; ROUNDS=7
#
# Nothing is asserted: the numbers depend on the machine, the ratios much less.
set -euo pipefail

PROFILE=${PROFILE:-release}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../c-tests/build.sh"
. "$here/../../c-tests/servers.sh"
messages=${1:-20000} each=${2:-100} rounds=${ROUNDS:-7}

jars=$("$root/c-tests/interop/fetch.sh") || exit $?
"$root/tests/brokers/fetch.sh" artemis >/dev/null || exit $?
build_library
link_names
bin=$out/bench
mkdir -p "$bin/jms"
compile "$bin/transacted" "$here/transacted.c"
javac -d "$bin/jms" -cp "$jars/*" "$here/Transacted.java"
export TIBEMS_ARTEMIS_HEAP=${TIBEMS_ARTEMIS_HEAP:-1G}
servers_begin artemis
server_start A
jms() {                                     # ADDRESS
    java -Xmx256M -XX:+UseSerialGC -cp "$bin/jms:$jars/*" Transacted "amqp://127.0.0.1:${port[A]}" "$1" "$messages" "$each"
}
"$bin/transacted" "${url[A]}" bench.warm "$messages" "$each" >/dev/null
for ((round = 1; round <= rounds; round++)); do
    "$bin/transacted" "${url[A]}" "bench.ems.$round" "$messages" "$each"
    jms "bench.jms.$round"
done >"$work/rows"
awk '
    { cpu[$1] = cpu[$1] " " $2; rate[$1] = rate[$1] " " $3 }
    function sorted(text, into,    n, i, j, t) {
        n = split(text, into, " ")
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && into[j - 1] + 0 > into[j] + 0; j--) { t = into[j]; into[j] = into[j - 1]; into[j - 1] = t }
        return n
    }
    function line(name,    n, v, w) {
        n = sorted(cpu[name], v); sorted(rate[name], w)
        printf "%-4s CPU us/message  min %.2f  median %.2f  max %.2f    messages/s min %d  median %d  max %d\n", name, v[1],
            v[int((n + 1) / 2)], v[n], w[1], w[int((n + 1) / 2)], w[n]
        middle[name] = v[int((n + 1) / 2)]
        speed[name] = w[int((n + 1) / 2)]
    }
    END {
        line("ems"); line("jms")
        printf "ratio ems/jms: CPU %.2f, rate %.2f\n", middle["ems"] / middle["jms"], speed["ems"] / speed["jms"]
    }' "$work/rows"
