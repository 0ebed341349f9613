#!/usr/bin/env bash
# Fetches Apache ActiveMQ Artemis once, through Maven, into the ignored cache folder .cache/brokers
# and prints the folder of the unpacked broker on standard output.
#
#   fetch.sh artemis
#
# Coordinates: spec 40 §5.1. The archive is compared with the checksum that the repository holds
# beside it. Exit status: 0 fetched or already there, 2 no JDK or no Maven, 1 anything else.
# TIBEMS_BROKER_CACHE names another cache folder. Called by run-broker.sh; may block for minutes.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${TIBEMS_BROKER_CACHE:-$root/.cache/brokers}
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1
# The newer line first; its predecessor is the fallback when the first cannot be had.
candidates=(org.apache.artemis:apache-artemis:2.56.0 org.apache.activemq:apache-artemis:2.44.0)

die() { echo "fetch: $2" >&2; exit "$1"; }

[ "${1:-}" = artemis ] || die 1 "usage: fetch.sh artemis"
command -v java >/dev/null || die 2 "no Java found: Artemis needs a JDK 17 or newer (Debian: openjdk-17-jdk-headless)"

mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9                                    # several test programs may ask at the same time

present() {                                # prints the folder of an unpacked version, if one is complete
    local spec version
    for spec in "${candidates[@]}"; do
        version=${spec##*:}
        if [ -f "$cache/apache-artemis-$version/.complete" ]; then
            echo "$cache/apache-artemis-$version"
            return 0
        fi
    done
    return 1
}
present && exit 0
command -v mvn >/dev/null || die 2 "no Maven found: it fetches Artemis once (Debian: maven)"

unpack() {                                 # group, artifact, version: fetch, check, unpack
    local group=$1 artifact=$2 version=$3
    local name=$artifact-$version-bin.tar.gz
    local folder=$cache/maven/${group//.//}/$artifact/$version
    echo "fetch: $group:$artifact:$version:tar.gz:bin into $cache" >&2
    if ! timeout 900 mvn -q -B -C -Dmaven.repo.local="$cache/maven" "$plugin:get" -Dtransitive=false \
            -Dartifact="$group:$artifact:$version:tar.gz:bin" >"$cache/fetch.log" 2>&1; then
        echo "fetch: $group:$artifact:$version could not be fetched; Maven said (all of it in $cache/fetch.log):" >&2
        grep -m 3 ERROR "$cache/fetch.log" >&2 || true
        return 1
    fi
    local kind expected actual=
    for kind in sha512 sha256 sha1; do
        [ -f "$folder/$name.$kind" ] || continue
        expected=$(cut -d' ' -f1 "$folder/$name.$kind")
        actual=$("${kind}sum" "$folder/$name" | cut -d' ' -f1)
        break
    done
    if [ -z "$actual" ] || [ "$actual" != "$expected" ]; then
        echo "fetch: checksum of $folder/$name does not agree with the repository's" >&2
        rm -rf "$folder"
        return 1
    fi
    rm -rf "$cache/unpack" "$cache/$artifact-$version"
    mkdir "$cache/unpack"
    tar xzf "$folder/$name" -C "$cache/unpack"
    mv "$cache/unpack/$artifact-$version" "$cache/"
    rm -rf "$cache/unpack" "$folder/$name"
    touch "$cache/$artifact-$version/.complete"
}

for spec in "${candidates[@]}"; do
    IFS=: read -r group artifact version <<<"$spec"
    if unpack "$group" "$artifact" "$version"; then
        present
        exit 0
    fi
done
die 1 "Artemis could not be fetched from Maven Central (tried ${candidates[*]})"
