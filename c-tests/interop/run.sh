#!/usr/bin/env bash
# Exchanges messages of every kind with a JMS program on Apache Qpid JMS, both ways, and compares what each side saw with
# to-java.txt and from-java.txt.
#
#   c-tests/interop/run.sh [devbroker|artemis]
#
# Needs a JDK and Maven (which fetches Qpid JMS once); exit status 2 without them. Last line: totals. Exit status 0: all
# comparisons agreed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../build.sh"
. "$here/../servers.sh"

command -v javac >/dev/null && command -v mvn >/dev/null || { echo "no JDK or no Maven: Qpid JMS cannot run"; exit 2; }
broker=${1:-devbroker}
java=$out/interop
mkdir -p "$java"
if [ ! -f "$java/jars/.complete" ]; then
    mvn -q -B -C -f "$here/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
        -DoutputDirectory="$java/jars"
    touch "$java/jars/.complete"
fi
javac -encoding UTF-8 -cp "$java/jars/*" -d "$java" "$here/JmsPeer.java"
build_library
link_names
compile "$java/peer" "$here/peer.c"

work=$(mktemp -d "${TMPDIR:-/tmp}/tibemsufo-interop.XXXXXX")
servers_begin "$broker" "$work"
server_start A
amqp=amqp://${url[A]#tcp://}
jms() { java -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -cp "$java:$java/jars/*" JmsPeer "$@" 2>"$work/java.log"; }

passed=0 failed=0
compare() {                                 # NAME EXPECTED SEEN
    if diff -u "$2" "$3"; then
        echo "ok $1"
        passed=$((passed + 1))
    else
        echo "not ok $1"
        cat "$work/java.log"
        failed=$((failed + 1))
    fi
}
"$java/peer" send "${url[A]}" interop.to.java
jms receive "$amqp" interop.to.java "$(wc -l <"$here/to-java.txt")" >"$work/to-java" || true
compare to-java "$here/to-java.txt" "$work/to-java"
jms send "$amqp" interop.from.java || true
"$java/peer" receive "${url[A]}" interop.from.java "$(wc -l <"$here/from-java.txt")" >"$work/from-java" || true
compare from-java "$here/from-java.txt" "$work/from-java"
echo "Qpid JMS on $broker: $passed passed, $failed failed"
[ "$failed" = 0 ]
