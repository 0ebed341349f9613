#!/usr/bin/env bash
# Runs one broker in the foreground; the process that was started becomes the broker (exec), so that
# killing its process id kills the broker.
#
#   run-broker.sh KIND PORT DATADIR [extra devbroker arguments]
#
#   KIND     devbroker | artemis
#   PORT     TCP port on 127.0.0.1, plain AMQP
#   DATADIR  scratch folder, created when missing; a second start with the same folder finds its journal
#
# User ems, password ems; both kinds take SASL PLAIN and ANONYMOUS (TIBEMS_BROKER_LOGIN=required: PLAIN only).
# TIBEMS_ARTEMIS_HEAP: the heap of Artemis, 256M. Readiness is found out by connecting. devbroker is looked for in
# TIBEMS_BUILD (a cargo profile folder).
# Exit status 2: the machine lacks what the kind needs (one line on standard error says what).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
[ $# -ge 3 ] || { echo "usage: run-broker.sh devbroker|artemis PORT DATADIR" >&2; exit 1; }
kind=$1 port=$2 data=$3
shift 3
login=${TIBEMS_BROKER_LOGIN:-open}
mkdir -p "$data"
data=$(cd "$data" && pwd)

run_devbroker() {
    local build=${TIBEMS_BUILD:-${CARGO_TARGET_DIR:-$root/target}/debug}
    [ -x "$build/devbroker" ] || { echo "run-broker: $build/devbroker is missing (cargo build builds it)" >&2; exit 2; }
    local arguments=()
    [ "$login" = required ] && arguments=(--user ems --password ems)
    exec "$build/devbroker" --port "$port" "${arguments[@]}" "$@"
}

artemis_files() {                          # the instance: spec 40 §5.2, written here so that a start needs one JVM only
    local home=$1 mechanisms=PLAIN,ANONYMOUS guest
    # credentialsInvalidate: a wrong password is refused instead of becoming the guest
    guest='org.apache.activemq.artemis.spi.core.security.jaas.GuestLoginModule sufficient
       credentialsInvalidate=true
       org.apache.activemq.jaas.guest.user="anonymous"
       org.apache.activemq.jaas.guest.role="amq";'
    [ "$login" = required ] && { mechanisms=PLAIN; guest=; }
    mkdir -p "$data/etc" "$data/log" "$data/tmp" "$data/store"
    sed -e "s|@DATA@|$data/store|g" -e "s|@PORT@|$port|g" -e "s|@MECHANISMS@|$mechanisms|g" \
        "$here/artemis-broker.xml" >"$data/etc/broker.xml"
    cat >"$data/etc/bootstrap.xml" <<XML
<broker xmlns="http://activemq.apache.org/schema">
   <jaas-security domain="activemq"/>
   <server configuration="file:$data/etc/broker.xml"/>
</broker>
XML
    cat >"$data/etc/login.config" <<LOGIN
activemq {
   org.apache.activemq.artemis.spi.core.security.jaas.PropertiesLoginModule sufficient
       reload=true
       org.apache.activemq.jaas.properties.user="artemis-users.properties"
       org.apache.activemq.jaas.properties.role="artemis-roles.properties";
   $guest
};
LOGIN
    # without this file the broker does not start; no web console and no remote JMX here
    echo '<management-context xmlns="http://activemq.apache.org/schema"/>' >"$data/etc/management.xml"
    echo "ems = ems" >"$data/etc/artemis-users.properties"
    echo "amq = ems" >"$data/etc/artemis-roles.properties"
    cat >"$data/etc/log4j2.properties" <<LOG
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
logger.server.name = org.apache.activemq.artemis.core.server
logger.server.level = INFO
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %-5level [%logger] %msg%n
LOG
}

run_artemis() {
    local home java
    home=$("$here/fetch.sh" artemis)       # set -e: its exit status 2 is ours
    java=${JAVA_HOME:+$JAVA_HOME/bin/}java
    artemis_files "$home"
    # As the shipped start script does, without its 512 MiB at start and without a second shell between.
    exec "$java" -Xms64M -Xmx"${TIBEMS_ARTEMIS_HEAP:-256M}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData \
        -Dlog4j2.disableJmx=true -Dlog4j2.configurationFile="file:$data/etc/log4j2.properties" \
        --add-opens java.base/jdk.internal.misc=ALL-UNNAMED \
        -Djava.security.auth.login.config="$data/etc/login.config" \
        -Dartemis.home="$home" -Dartemis.instance="$data" -Dartemis.instance.etc="$data/etc" \
        -Ddata.dir="$data/store" -Djava.io.tmpdir="$data/tmp" \
        -classpath "$home/lib/artemis-boot.jar" org.apache.activemq.artemis.boot.Artemis run
}

case $kind in
    devbroker) run_devbroker "$@" ;;
    artemis) run_artemis ;;
    *) echo "run-broker: unknown kind '$kind' (devbroker, artemis)" >&2; exit 1 ;;
esac
