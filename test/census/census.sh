#!/bin/bash
# Measures which of Debian's daemons Cagewright cages at the first try, under `run` and as a service.
#
#   census.sh [--specs DIR] [--out DIR] [--jobs N] [--keep] [--discard] [--no-selftest] [NAME...]     measures these daemons of DIR (default: all of specs/)
#   CALLS=observed census.sh ...                            measures with this filter for system calls (default: general)
#   census.sh --command LINE NAME                           runs a shell line in the daemon's system
#   census.sh --install [NAME...]                           only installs the systems
#
# NAME+NAME measures several daemons in one system, one after the other. This is quicker, but they may affect each other.
# Each daemon has its own system: a small Debian with its packages, installed once without starting a service. systemd-nspawn boots
# a copy for each measurement, with only a loopback network, and inside.sh measures there. Prints one line for each daemon and
# "N/M caged". Exits with 0 if every daemon that answered on its host was caged. --keep keeps the booted trees. --discard also
# removes newly installed systems.
# Needs root, mmdebstrap, systemd-container and the Debian mirror. Uses 0.5 GB in /var/tmp/cagewright-census for each daemon.
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$(cd "$here/../.." && pwd)
if ! [[ -e /sys/fs/cgroup/cgroup.procs || -d /sys/fs/cgroup/unified || -d /sys/fs/cgroup/systemd ]]; then
	exec unshare --mount --propagation private sh -ec 'mount -n -t cgroup2 cgroup2 /sys/fs/cgroup; exec "$@"' sh "$0" "$@"
fi
out=/tmp/cagewright-census specs=$here/specs jobs=1 keep='' command='' install='' discard='' selftest='' calls=${CALLS:-general} work=/var/tmp/cagewright-census
while [[ ${1-} == --* ]]; do
	case $1 in
	--out) out=$2; shift 2 ;;
	--jobs) jobs=$2; shift 2 ;;
	--specs) specs=$(realpath "$2"); shift 2 ;;
	--command) command=$2; shift 2 ;;
	--keep) keep=1; shift ;;
	--discard) discard=1; shift ;;
	--install) install=1; shift ;;
	--no-selftest) selftest=--no-selftest; shift ;;
	*) sed -n 2,15p "$0"; exit 2 ;;
	esac
done
base_packages=bash,bind9-dnsutils,busybox-static,ca-certificates,curl,dbus,iproute2,logrotate,netcat-openbsd,nodejs,openssl,passwd,procps,python3,strace,systemd,systemd-sysv,util-linux
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

# Installs $work/trees/TREE from these specs, unless it is up to date.
install_tree() { # tree name...
	local tree=$work/trees/$1 stamp
	shift
	stamp=$(cd "$specs" && cat "$@" | sha256sum)
	[[ $(cat "$tree.stamp" 2>/dev/null) == "$stamp" ]] && return
	rm -rf "$tree" "$tree.stamp"
	cp -a --reflink=auto "$work/base" "$tree" || return
	cp /etc/resolv.conf "$tree/etc/resolv.conf"
	mkdir -p "$tree/opt/cagewright" && copy_specs "$tree" "$@"
	cp "$here/ask" "$tree/usr/local/bin/ask"
	ln -sf /opt/cagewright/bin/cagewright.js "$tree/usr/local/bin/cagewright"
	# Use a separate mount namespace, so that its mounts end with it.
	unshare --mount --uts --pid --fork --kill-child bash -ec '
		tree=$1
		hostname census
		mount --bind "$2" "$tree/var/cache/apt/archives"
		mount -t proc proc "$tree/proc"
		# Nodes of its own, because a package may change the mode of /dev/null.
		mount -t tmpfs -o mode=755 dev "$tree/dev"
		for node in null zero full random urandom tty; do cp -a "/dev/$node" "$tree/dev/"; done
		mkdir "$tree/dev/pts" "$tree/dev/shm"
		mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$tree/dev/pts"
		mount -t tmpfs shm "$tree/dev/shm"
		ln -s pts/ptmx "$tree/dev/ptmx"
		ln -s /proc/self/fd "$tree/dev/fd"
		export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin
		chroot "$tree" bash -ec "
			all=
			for spec in /census/specs/*; do all+=\" \$(. \$spec; echo \$packages)\"; done
			apt-get install -y -q -o APT::Keep-Downloaded-Packages=1 -o Dpkg::Use-Pty=0 \$all
			rm -f /usr/sbin/policy-rc.d
			for spec in /census/specs/*; do (. \$spec; if declare -F configure >/dev/null; then configure; fi); done
		" </dev/null
	' bash "$tree" "$work/archives" >"$tree.log" 2>&1 && echo "$stamp" >"$tree.stamp"
}

copy_specs() { # tree name...
	local tree=$1
	shift
	rm -rf "$tree/census" && mkdir -p "$tree/census/out" "$tree/census/specs" && (cd "$specs" && cp "$@" "$tree/census/specs/")
}

# Boots a tree and waits until its census.service shuts the system down.
boot() { # tree result seconds
	local tree=$1 result=$2 seconds=$3 group groups=() id
	id=census-$(basename "$(dirname "$tree")" | tr -c 'a-zA-Z0-9\n' -)
	if [[ -d /sys/fs/cgroup/unified ]]; then groups=(/sys/fs/cgroup/unified/$id /sys/fs/cgroup/systemd/$id); else groups=(/sys/fs/cgroup/$id); fi
	mkdir -p /run/systemd/nspawn "${groups[@]}"
	local shared=()
	for one in bin dist templates package.json; do shared+=("--bind-ro=$program/$one:/opt/cagewright/$one"); done
	(
		for group in "${groups[@]}"; do echo $BASHPID >"$group/cgroup.procs"; done
		SYSTEMD_SECCOMP=0 exec timeout --kill-after=10 "$seconds" unshare --pid --fork --kill-child=KILL --mount-proc sh -c \
			'mount -n -t tmpfs nspawn /run/systemd/nspawn && exec "$@"' sh \
			systemd-nspawn --quiet --directory="$tree" --machine="$id" --boot --register=no --keep-unit --private-network \
			--capability=all --console=pipe --hostname=census "${shared[@]}"
	) </dev/null >"$result/console.log" 2>&1
	for group in "${groups[@]}"; do
		for _ in 1 2 3 4 5; do find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; [[ -d $group ]] || break; sleep 0.5; done
	done
}

measure() { # name or name+name
	local own one tree folder new=''
	IFS=+ read -ra own <<<"$1"
	tree=${own[0]}
	((${#own[@]} == 1)) || tree=$tree-and-$((${#own[@]} - 1))
	[[ -e $work/trees/$tree.stamp ]] || new=1
	mkdir -p "$work/run"
	for one in "${own[@]}"; do rm -rf "${out:?}/$one" && mkdir -p "$out/$one"; done
	folder=$(mktemp -d "$work/run/$tree-XXXXXX")
	if ! (flock 9 && install_tree "$tree" "${own[@]}") 9>"$work/install.lock"; then
		for one in "${own[@]}"; do
			echo "$one | $(. "$specs/$one"; echo "$packages") | not installed: $(grep -E '^E: |rror' "$work/trees/$tree.log" | tail -1)" >"$out/$one/line"
		done
	elif [[ -z $install ]]; then
		if [[ -n $discard && -n $new ]]; then
			mv "$work/trees/$tree" "$folder/tree" && rm -f "$work/trees/$tree".*
		else
			cp -a --reflink=auto "$work/trees/$tree" "$folder/tree"
		fi
		copy_specs "$folder/tree" "${own[@]}"
		cp "$here/inside.sh" "$folder/tree/census/"
		echo "$selftest" >"$folder/tree/census/selftest"
		cp "$here/census.service" "$folder/tree/etc/systemd/system/" && systemctl --root="$folder/tree" --quiet enable census.service
		if [[ -n $command ]]; then
			printf '. /census/specs/%s\nexport CAGEWRIGHT_ROOT=\nsystemctl is-system-running --wait >/dev/null\nif declare -F before >/dev/null; then before; fi\n%s\n' "${own[0]}" "$command" >"$folder/tree/census/inside.sh"
			sed -i 's/^Type=exec/Type=exec\nEnvironment=TERM=dumb/' "$folder/tree/etc/systemd/system/census.service"
		fi
		sed -i "s/^Type=exec/Type=exec\nEnvironment=CALLS=$calls/" "$folder/tree/etc/systemd/system/census.service"
		boot "$folder/tree" "$out/${own[0]}" $((3600 * ${#own[@]}))
		cp -a "$folder/tree/census/out/." "$out/"
		for one in "${own[@]}"; do
			[[ -n $command || -s $out/$one/line ]] || echo "$one | ? | the measurement did not end" >"$out/$one/line"
		done
	fi
	for one in "${own[@]}"; do
		if [[ -n $command ]]; then cat "$out/$one/inside.log"; else cat "$out/$one/line" 2>/dev/null; fi
	done
	if [[ -n $keep ]]; then echo "kept: $folder/tree"; else rm -rf "$folder"; fi
}

install_base || exit 3
names=("$@")
[[ ${#names[@]} -gt 0 ]] || names=($(ls "$specs"))
for name in ${names[*]//+/ }; do
	[[ -f $specs/$name ]] || { echo "There is no spec '$name' in $specs." >&2; exit 2; }
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
for name in ${names[*]//+/ }; do
	[[ -e $out/$name/answered-on-host ]] && answered=$((answered + 1))
	[[ -e $out/$name/caged ]] && caged=$((caged + 1))
done
echo "$caged/$answered caged"
((caged == answered))
