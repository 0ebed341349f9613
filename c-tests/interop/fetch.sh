#!/usr/bin/env bash
# Fetches the Java libraries of c-tests/interop and c-tests/strict once, through Maven, into the ignored folder
# .cache/interop and prints the folder of the jars on standard output. What is fetched stands in pom.xml.
#
# Exit status: 0 fetched or already there, 2 no JDK or no Maven, 1 anything else. TIBEMS_INTEROP_CACHE names another cache
# folder. May block for minutes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${TIBEMS_INTEROP_CACHE:-$here/../../.cache/interop}
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1

die() { echo "interop: $2" >&2; exit "$1"; }

command -v javac >/dev/null || die 2 "no Java compiler found: the tests with Apache Qpid need a JDK 17 or newer (Debian: openjdk-17-jdk-headless)"
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
exec 9>"$cache/.lock"
flock 9

stamp=$(sha256sum "$here/pom.xml" | cut -d' ' -f1)
if [ "$(cat "$cache/jars/.complete" 2>/dev/null)" != "$stamp" ]; then
    command -v mvn >/dev/null || die 2 "no Maven found: it fetches Apache Qpid's libraries once (Debian: maven)"
    what=$(sed -n 's,.*<artifactId>\(.*-client\|.*-driver\)</artifactId>.*,\1,p' "$here/pom.xml" | paste -sd' ')
    echo "interop: $what from Maven Central into $cache" >&2
    rm -rf "$cache/jars"
    # -C: a file whose checksum is not the repository's is refused
    if ! timeout 900 mvn -q -B -C -f "$here/pom.xml" -Dmaven.repo.local="$cache/maven" "$plugin:copy-dependencies" \
            -DincludeScope=runtime -DoutputDirectory="$cache/jars" >"$cache/fetch.log" 2>&1; then
        echo "interop: $what (all of $here/pom.xml) could not be fetched; Maven said (all of it in $cache/fetch.log):" >&2
        grep -m 3 ERROR "$cache/fetch.log" >&2 || true
        exit 1
    fi
    echo "$stamp" >"$cache/jars/.complete"
fi
echo "$cache/jars"
