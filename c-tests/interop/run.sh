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
. "$tests/partner.sh"

broker=${TIBEMS_TEST_BROKER:-artemis}
jars=$("$tests/fetch.sh") || exit $?
if [ "$broker" = artemis ]; then "$root/tests/brokers/fetch.sh" artemis >/dev/null || exit $?; fi

build_library
link_names
partner_build partner "$jars" "$tests"/partner/*.java
bin=$out/bin
mkdir -p "$bin"
make_recorder "$bin"
compile "$bin/interop" "$tests"/*.c "${harness[@]}" "${recorder[@]}"

servers_begin "$broker"
server_start A
export TIBEMS_TEST_BROKER=$broker TIBEMS_TEST_URL_A=${url[A]} TIBEMS_TEST_URL_B=${url[A]}

partner_start partner "$jars" Partner 127.0.0.1 "${port[A]}" ems ems

results=$out/results-interop.tsv
"$bin/interop" -j "${JOBS:-2}" -r "$results" "$@" || true     # what failed stands in the rows
partner_words
partner_results "Interoperation with Qpid JMS on $broker" "$results"
