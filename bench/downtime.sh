#!/bin/sh
# Measures for how long a client of Redis gets no answer while `adopt` and `release` move it, with 1 MB of state and with a sparse file
# of 200 GB in addition. Run it as root on a Debian with systemd and redis-server, in a built checkout. It changes Redis's state.
set -eu
rounds=${1:-5}
cagewright="node $(dirname "$0")/../bin/cagewright.js --state /var/lib/cagewright-downtime --quiet"
state=/var/lib/redis
work=$(mktemp -d)
trap 'rm -rf "$work" "$state/sparse"; kill "$client" 2>/dev/null || :' EXIT

systemctl start redis-server
until redis-cli ping >/dev/null 2>&1; do sleep 0.1; done
head -c 1048576 /dev/zero | redis-cli -x set megabyte >/dev/null
redis-cli save >/dev/null
while :; do redis-cli get none >/dev/null 2>&1 && date +%s.%N; done >>"$work/answers" &
client=$!

# The longest time between two answers since the last call, in seconds.
longest() {
	awk 'NR > 1 && $1 - last > most { most = $1 - last } { last = $1 } END { printf "%.2f\n", most }' "$work/answers"
	: >"$work/answers"
}
median() { sort -n | awk '{ value[NR] = $1 } END { print (value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2 }'; }

$cagewright adopt redis-server --yes --no-selftest
$cagewright release redis-server --yes
for round in $(seq "$rounds"); do
	for size in 1M 200G; do
		rm -f "$state/sparse"
		[ $size = 1M ] || { truncate -s 200G "$state/sparse"; chown redis: "$state/sparse"; }
		for verb in adopt release; do
			sleep 1
			longest >/dev/null
			$cagewright $verb redis-server --yes
			sleep 1
			longest >>"$work/$verb-$size"
		done
	done
done
for verb in adopt release; do
	for size in 1M 200G; do
		echo "$verb, $size: median $(median <"$work/$verb-$size") s ($(sort -n "$work/$verb-$size" | xargs))"
	done
done
