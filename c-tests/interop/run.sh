#!/usr/bin/env bash
# Interoperation: C programs of this library against Apache Qpid JMS and a plain AMQP client, through a broker.
#
#   c-tests/interop/run.sh [NAME or ID pattern ...]
#
#   TIBEMS_TEST_BROKER  artemis (default) or devbroker
#   JOBS                tests at the same time (default 2)
#   PROFILE             debug (default) or release
#
# Results of every test, as rows of the C harness: target/c-tests/results-interop.tsv. Last line: totals.
# Exit status 0: nothing failed; 2: no JDK or no Maven (one line says so).
set -euo pipefail

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$tests/../build.sh"
. "$tests/../servers.sh"

broker=${TIBEMS_TEST_BROKER:-artemis}
jars=$("$tests/fetch.sh") || exit $?
if [ "$broker" = artemis ]; then "$root/tests/brokers/fetch.sh" artemis >/dev/null || exit $?; fi

build_library
link_names
classes=$out/partner
rm -rf "$classes"
javac -Xlint:all -Xlint:-try -Werror -d "$classes" -cp "$jars/*" "$tests"/partner/*.java
bin=$out/bin
mkdir -p "$bin"
compile "$bin/interop" "$tests"/*.c "$root/c-tests/harness.c" "$root/c-tests/broker.c"

servers_begin "$broker"
server_start A
export TIBEMS_TEST_BROKER=$broker TIBEMS_TEST_URL_A=${url[A]} TIBEMS_TEST_URL_B=${url[A]}

# The partner ends with its standard input, which this script holds open.
: >"$work/partner.log"
mkfifo "$work/partner.in"
java -Xmx128M -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -cp "$classes:$jars/*" \
    Partner 127.0.0.1 "${port[A]}" ems ems <"$work/partner.in" >"$work/partner.log" 2>&1 &
others+=($!)
exec 8>"$work/partner.in"
for ((i = 0; i < 600; i++)); do
    TIBEMS_TEST_PARTNER=$(sed -n 's/^partner: listening on //p' "$work/partner.log")
    [ -n "$TIBEMS_TEST_PARTNER" ] && break
    kill -0 "${others[0]}" 2>/dev/null || break
    sleep 0.05
done
if [ -z "$TIBEMS_TEST_PARTNER" ]; then
    echo "the partner program does not start:" >&2
    tail -5 "$work/partner.log" >&2
    exit 1
fi
export TIBEMS_TEST_PARTNER

results=$out/results-interop.tsv
"$bin/interop" -j "${JOBS:-2}" -r "$results" "$@" || true     # what failed stands in the rows
if [ -n "$(sed 1d "$work/partner.log")" ]; then
    echo "# the partner program wrote:"
    sed '1d; s/^/#   /' "$work/partner.log" | head -40
fi
passed=$(grep -c '^ok' "$results" || true)
failed=$(grep -c '^not ok' "$results" || true)
skipped=$(grep -c '^skip' "$results" || true)
echo "Interoperation with Qpid JMS on $broker: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
