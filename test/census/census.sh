#!/bin/bash
# Measures which daemons of Debian the product cages at the first try, under `run` and as a service.
#
#   census.sh [--out DIR] [--jobs N] [--keep] [--discard] [NAME...]     daemons of specs/; all without a name
#   census.sh --command LINE NAME                           runs a shell line in the daemon's system instead
#   census.sh --install [NAME...]                           only installs the systems
#
# Each daemon has a system of its own: a small Debian with its packages, installed once without starting a service, then copied and
# booted by systemd-nspawn for each measurement with only a loopback network. inside.sh measures there. Prints one line for each daemon
# and "N/M caged"; exits with 0 if every daemon that answered on its host was caged. --keep keeps the booted trees; --discard does not even
# keep a newly installed system for the next measurement.
# Needs root, mmdebstrap, systemd-container and the Debian mirror. Uses 0.5 GB in /var/tmp/cagewright-census for each daemon.
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$(cd "$here/../.." && pwd)
if ! [[ -e /sys/fs/cgroup/cgroup.procs || -d /sys/fs/cgroup/unified || -d /sys/fs/cgroup/systemd ]]; then
	exec unshare --mount --propagation private sh -ec 'mount -n -t cgroup2 cgroup2 /sys/fs/cgroup; exec "$@"' sh "$0" "$@"
fi
out=/tmp/cagewright-census jobs=1 keep='' command='' install='' discard='' work=/var/tmp/cagewright-census
while [[ ${1-} == --* ]]; do
	case $1 in
	--out) out=$2; shift 2 ;;
	--jobs) jobs=$2; shift 2 ;;
	--command) command=$2; shift 2 ;;
	--keep) keep=1; shift ;;
	--discard) discard=1; shift ;;
	--install) install=1; shift ;;
	*) sed -n 2,13p "$0"; exit 2 ;;
	esac
done
base_packages=bash,bind9-dnsutils,busybox-static,ca-certificates,curl,dbus,iproute2,logrotate,netcat-openbsd,nodejs,openssl,procps,python3,strace,systemd,systemd-sysv,util-linux
suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
mirror=${MIRROR:-$(sed -n 's/^URIs: //p;s/^deb \(\[[^]]*\] \)\?\([^ ]*\).*/\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -m1 ^http)}
mkdir -p "$work/archives/partial" "$work/trees" "$out" && chmod 700 "$work" || exit 3

install_base() {
	[[ -d $work/base ]] && return
	mmdebstrap --quiet --variant=apt --include=$base_packages --dpkgopt=force-unsafe-io \
		--aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Check-Date "false"' \
		--customize-hook='systemctl --root="$1" --quiet mask systemd-modules-load.service systemd-logind.service' \
		--customize-hook='echo census >"$1/etc/hostname"; echo "127.0.0.1 localhost census" >"$1/etc/hosts"' \
		--customize-hook='printf "#!/bin/sh\nexit 101\n" >"$1/usr/sbin/policy-rc.d"; chmod 755 "$1/usr/sbin/policy-rc.d"' \
		--skip=cleanup/apt/lists \
		"$suite" "$work/base.part" "$mirror" && mv "$work/base.part" "$work/base"
}

# Leaves $work/trees/NAME, installed from this very spec.
install_tree() { # name
	local name=$1 tree=$work/trees/$1 stamp
	stamp=$(sha256sum <"$here/specs/$name")
	[[ $(cat "$tree.stamp" 2>/dev/null) == "$stamp" ]] && return
	rm -rf "$tree" "$tree.stamp"
	cp -a --reflink=auto "$work/base" "$tree" || return
	cp /etc/resolv.conf "$tree/etc/resolv.conf"
	mkdir -p "$tree/census/out" "$tree/opt/cagewright" && cp "$here/specs/$name" "$tree/census/spec"
	cp "$here/ask" "$tree/usr/local/bin/ask"
	ln -sf /opt/cagewright/bin/cagewright.js "$tree/usr/local/bin/cagewright"
	# In a mount namespace of its own: whatever is mounted goes with it.
	unshare --mount --uts --pid --fork --kill-child bash -ec '
		tree=$1
		hostname census
		mount --bind "$2" "$tree/var/cache/apt/archives"
		mount -t proc proc "$tree/proc"
		mount --rbind /dev "$tree/dev"
		export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin
		chroot "$tree" bash -ec "
			. /census/spec
			apt-get install -y -q -o APT::Keep-Downloaded-Packages=1 -o Dpkg::Use-Pty=0 \$packages
			rm -f /usr/sbin/policy-rc.d
			if declare -F configure >/dev/null; then configure; fi
		" </dev/null
	' bash "$tree" "$work/archives" >"$tree.log" 2>&1 && echo "$stamp" >"$tree.stamp"
}

# Boots a tree until its census.service has ended: that switches the system off.
boot() { # tree result
	local tree=$1 result=$2 group groups=() id
	id=census-$(basename "$(dirname "$tree")" | tr -c 'a-zA-Z0-9\n' -)
	if [[ -d /sys/fs/cgroup/unified ]]; then groups=(/sys/fs/cgroup/unified/$id /sys/fs/cgroup/systemd/$id); else groups=(/sys/fs/cgroup/$id); fi
	mkdir -p /run/systemd/nspawn "${groups[@]}"
	local shared=()
	for one in bin dist templates package.json; do shared+=("--bind-ro=$program/$one:/opt/cagewright/$one"); done
	(
		for group in "${groups[@]}"; do echo $BASHPID >"$group/cgroup.procs"; done
		SYSTEMD_SECCOMP=0 exec timeout --kill-after=10 900 unshare --pid --fork --kill-child=KILL --mount-proc sh -c \
			'mount -n -t tmpfs nspawn /run/systemd/nspawn && exec "$@"' sh \
			systemd-nspawn --quiet --directory="$tree" --machine="$id" --boot --register=no --keep-unit --private-network \
			--capability=all --console=pipe --hostname=census "${shared[@]}"
	) </dev/null >"$result/console.log" 2>&1
	for group in "${groups[@]}"; do
		for _ in 1 2 3 4 5; do find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; [[ -d $group ]] || break; sleep 0.5; done
	done
}

measure() { # name
	local name=$1 result=$out/$1 folder new=''
	[[ -e $work/trees/$name.stamp ]] || new=1
	rm -rf "$result"
	mkdir -p "$result" "$work/run"
	folder=$(mktemp -d "$work/run/$name-XXXXXX")
	if ! (flock 9 && install_tree "$name") 9>"$work/install.lock"; then
		echo "$name | $(. "$here/specs/$name"; echo "$packages") | not installed: $(grep -E '^E: |rror' "$work/trees/$name.log" | tail -1)" >"$result/line"
	elif [[ -z $install ]]; then
		if [[ -n $discard && -n $new ]]; then
			mv "$work/trees/$name" "$folder/tree" && rm -f "$work/trees/$name".*
		else
			cp -a --reflink=auto "$work/trees/$name" "$folder/tree"
		fi
		cp "$here/inside.sh" "$folder/tree/census/"
		cp "$here/census.service" "$folder/tree/etc/systemd/system/" && systemctl --root="$folder/tree" --quiet enable census.service
		if [[ -n $command ]]; then
			printf '. /census/spec\nexport CAGEWRIGHT_ROOT=\nsystemctl is-system-running --wait >/dev/null\nif declare -F before >/dev/null; then before; fi\n%s\n' "$command" >"$folder/tree/census/inside.sh"
			sed -i 's/^Type=exec/Type=exec\nEnvironment=TERM=dumb/' "$folder/tree/etc/systemd/system/census.service"
		fi
		boot "$folder/tree" "$result"
		cp -a "$folder/tree/census/out/." "$result/"
		[[ -n $command || -s $result/line ]] || echo "$name | ? | the measurement did not end" >"$result/line"
	fi
	if [[ -n $command ]]; then cat "$result/inside.log"; else cat "$result/line" 2>/dev/null; fi
	if [[ -n $keep ]]; then echo "kept: $folder/tree"; else rm -rf "$folder"; fi
}

install_base || exit 3
names=("$@")
[[ ${#names[@]} -gt 0 ]] || names=($(ls "$here/specs"))
for name in "${names[@]}"; do
	[[ -f $here/specs/$name ]] || { echo "There is no spec '$name' in $here/specs." >&2; exit 2; }
done
running=0
for name in "${names[@]}"; do
	while ((running >= jobs)); do wait -n; running=$((running - 1)); done
	measure "$name" &
	running=$((running + 1))
done
wait
[[ -z $command$install ]] || exit 0
answered=0 caged=0
for name in "${names[@]}"; do
	[[ -e $out/$name/answered-on-host ]] && answered=$((answered + 1))
	[[ -e $out/$name/caged ]] && caged=$((caged + 1))
done
echo "$caged/$answered caged"
((caged == answered))
