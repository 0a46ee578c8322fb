#!/bin/bash
# accept.sh PHASE: shows in a whole machine (kernel, systemd, packages) that Cagewright works there. PHASE is `install`, and after a
# reboot of the same disk `reboot`. Needs root, and redis-server, nginx, curl and perl installed but not enabled. Installs the package
# cagewright*.deb beside this script; without one, `cagewright` must be on the path. Prints a line for each step in the Test Anything
# Protocol, and ends with 0 if all passed.
set -u
export LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive
packages=("$(dirname "$(readlink -f "$0")")"/cagewright*.deb)
# Another cagewright or node may come first in the path.
[ ! -e "${packages[0]}" ] || export PATH=/usr/sbin:/usr/bin:/sbin:/bin
number=0 failed=0

# step NAME COMMAND…: runs it and prints its output only if it fails.
step() {
	local name=$1 began=$SECONDS said
	shift
	number=$((number + 1))
	if said=$("$@" 2>&1 </dev/null); then
		echo "ok $number - $name ($((SECONDS - began)) s)"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' <<<"$said"
		failed=$((failed + 1))
	fi
}

# answers COMMAND…: repeats it for a minute, because a service answers some time after its start.
answers() {
	local try
	for try in $(seq 120); do "$@" && return; sleep 0.5; done
	return 1
}

pong() { [ "$(redis-cli ping)" = PONG ]; }
page() { curl -fsS -o /dev/null http://127.0.0.1/; }
is() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'"; return 1; }; }
# in_cage SERVICE NAME: the service's processes have the cage as their root, and a process namespace of their own.
in_cage() {
	local group processes pid place
	group=$(systemctl show --value --property=ControlGroup "$1")
	processes=$(find /sys/fs/cgroup"$group" /sys/fs/cgroup/systemd"$group" -name cgroup.procs -exec cat {} + 2>/dev/null | sort -u)
	for pid in $processes; do
		case $(readlink "/proc/$pid/exe") in */unshare | */setpriv) continue ;; esac
		# It has just ended.
		place=$(stat -Lc %i "/proc/$pid/root/" 2>/dev/null) || continue
		[ "$place" = "$(stat -Lc %i "/var/lib/cagewright/cages/$2/current/")" ] ||
			{ echo "process $pid of $1 is not in the cage"; return 1; }
		[ "$(readlink "/proc/$pid/ns/pid")" != "$(readlink /proc/self/ns/pid)" ] || { echo "process $pid shares the PID namespace"; return 1; }
	done
	[ -n "$processes" ]
}

# A container may give ordinary users no /proc of their own.
without_root() {
	useradd --create-home ordinary
	runuser -u ordinary -- cagewright doctor >/dev/null || return 0
	runuser -u ordinary -- cagewright make demo --yes --quiet
}
own_unit() {
	cagewright unit redis --install --quiet && systemctl enable --quiet --now cage-redis && answers pong && in_cage cage-redis redis
}
ends_own_unit() {
	systemctl disable --quiet --now cage-redis && cagewright unit redis --uninstall --quiet && ! pong && cagewright remove redis --yes --quiet
}
dropin() {
	cagewright unit nginx --dropin nginx --install --quiet && systemctl start nginx && answers page && in_cage nginx nginx &&
		systemctl reload nginx && answers page && in_cage nginx nginx
}
adoption() {
	systemctl enable --quiet --now redis-server && answers pong && redis-cli set before 1 >/dev/null &&
		cagewright adopt redis-server --yes --quiet && in_cage redis-server redis-server && is "$(redis-cli get before)" 1 &&
		redis-cli set inside 2 >/dev/null
}
release() {
	cagewright release redis-server --yes --quiet && answers pong && ! in_cage redis-server redis-server 2>/dev/null &&
		is "$(redis-cli get before)$(redis-cli get inside)" 12
}
timer() { systemctl list-timers --all --no-legend | grep cagewright; }

# package VERSION: builds the package of a small service whose answer is its version.
package() {
	local tree
	tree=$(mktemp -d)
	mkdir -p "$tree/DEBIAN" "$tree/usr/sbin" "$tree/lib/systemd/system"
	printf 'Package: greeter\nVersion: %s\nArchitecture: all\nMaintainer: nobody <root@localhost>\nDescription: says its version\n' "$1" \
		>"$tree/DEBIAN/control"
	cat >"$tree/usr/sbin/greeter" <<-P
		#!/usr/bin/perl
		use IO::Socket::INET;
		my \$server = IO::Socket::INET->new(LocalAddr => "127.0.0.1:7777", Listen => 5, ReuseAddr => 1) or die;
		while (my \$client = \$server->accept) { print \$client "greeter $1\n"; close \$client }
	P
	chmod 755 "$tree/usr/sbin/greeter"
	printf '[Service]\nUser=daemon\nExecStart=/usr/sbin/greeter\n[Install]\nWantedBy=multi-user.target\n' >"$tree/lib/systemd/system/greeter.service"
	dpkg-deb --root-owner-group --build "$tree" "/root/greeter-$1.deb" >/dev/null && rm -r "$tree"
}
greets() { perl -MIO::Socket::INET -e 'print IO::Socket::INET->new("127.0.0.1:7777")->getline' | grep -qx "greeter $1"; }
install_greeter() {
	package 1.0 && package 2.0 && apt-get install -qq /root/greeter-1.0.deb && systemctl enable --quiet --now greeter && answers greets 1.0
}
adopt_greeter() {
	cagewright adopt greeter --yes --quiet --probe "perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(q(127.0.0.1:7777))->getline' | grep greeter"
}
upgrade() { apt-get install -qq /root/greeter-2.0.deb && cagewright stale | grep greeter && greets 1.0; }
update() { cagewright update greeter --yes --quiet && answers greets 2.0 && in_cage greeter greeter; }
units_are_well() { is "$(systemctl --failed --no-legend)" ""; }

case ${1:-} in
install)
	[ ! -e "${packages[0]}" ] || step "the package is installed" apt-get install -qq --no-install-recommends "${packages[0]}"
	step "the requirements are met" cagewright doctor
	step "the demo answers from its cage" cagewright make demo --yes --quiet
	step "redis answers from its cage" cagewright make redis --yes --quiet
	step "nginx answers from its cage" cagewright make nginx --yes --quiet
	for cage in demo redis nginx; do step "no technique escapes from $cage" cagewright selftest "$cage" --quiet; done
	step "the demo answers from a cage that an ordinary user makes, unless doctor refuses" without_root
	step "redis answers as a service of its own" own_unit
	step "no technique escapes from this service" cagewright selftest redis --unit --quiet
	step "the service ends, its unit and its cage are removed" ends_own_unit
	step "nginx answers from its cage as the package's service, also after a reload" dropin
	step "no technique escapes from this service" cagewright selftest nginx --dropin nginx --quiet
	step "a running redis moves into a cage with its data" adoption
	step "and back" release
	step "the apt hook and the timer are installed" cagewright install --quiet
	step "the timer is scheduled" timer
	step "a service of another package runs" install_greeter
	step "it moves into a cage without a template" adopt_greeter
	step "an upgrade of its package makes the cage outdated" upgrade
	step "update brings the cage up to date" update
	step "redis is in a cage again" cagewright adopt redis-server --yes --quiet
	step "nginx starts with the machine" systemctl enable --quiet nginx
	step "no unit has failed" units_are_well
	;;
reboot)
	step "redis answers from its cage" answers pong
	step "its processes are in the cage" in_cage redis-server redis-server
	step "its data is there" is "$(answers redis-cli get before)$(redis-cli get inside)" 12
	step "nginx answers from its cage" answers page
	step "its processes are in the cage" in_cage nginx nginx
	step "the upgraded service answers from its cage" answers greets 2.0
	step "the timer is scheduled" timer
	step "every cage is as it was built" cagewright check --all
	step "no unit has failed" units_are_well
	;;
*)
	echo "usage: accept.sh install|reboot" >&2
	exit 2
	;;
esac
echo "1..$number"
[ "$failed" = 0 ]
