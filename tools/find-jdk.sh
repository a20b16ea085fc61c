# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # jdk_version is for those who source this
# Sourced by ./canary and ./check. Finds a JDK without starting one: each JDK says its version in its `release` file.

readonly JAVA_WANTED=25

# Sets `number` to the version of the JDK at $1 as one comparable integer (25.0.3 is 25000003), or fails.
jdk_number() {
    local line version="" major minor patch rest
    number=0
    [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
            JAVA_VERSION=*) version=${line#JAVA_VERSION=} ;;
        esac
    done <"$1/release"
    version=${version//[\"$'\r']/}
    IFS=. read -r major minor patch rest <<<"${version%%[-+_]*}" || return 1
    case $major${minor:-0}${patch:-0} in
        '' | *[!0-9]*) return 1 ;;
    esac
    number=$((10#$major * 1000000 + 10#${minor:-0} * 1000 + 10#${patch:-0}))
}

# Sets `jdk` to the first JDK that is new enough and has the program $1 (bin/java to run, bin/javac to build), and
# `jdk_version` to its number: $CANARY_JAVA_HOME, $JAVA_HOME, `java` on PATH, then the newest below /usr/lib/jvm.
find_jdk() {
    local candidate java best=0 number
    jdk="" jdk_version=0
    for candidate in "${CANARY_JAVA_HOME:-}" "${JAVA_HOME:-}" path; do
        if [ "$candidate" = path ]; then
            java=$(type -P java) && java=$(readlink -f "$java") || continue
            candidate=${java%/bin/java}
        fi
        if [ -n "$candidate" ] && jdk_number "$candidate" && [ -x "$candidate/$1" ] \
            && [ "$number" -ge $((JAVA_WANTED * 1000000)) ]; then
            jdk=$candidate jdk_version=$number
            return 0
        fi
    done
    for candidate in "${CANARY_JVM_DIR:-/usr/lib/jvm}"/*; do
        if jdk_number "$candidate" && [ -x "$candidate/$1" ] && [ "$number" -ge $((JAVA_WANTED * 1000000)) ] \
            && [ "$number" -gt "$best" ]; then
            jdk=$candidate jdk_version=$number best=$number
        fi
    done
    [ -n "$jdk" ]
}
