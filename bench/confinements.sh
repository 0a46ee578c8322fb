#!/usr/bin/env bash
# Measures how long Redis and nginx take to answer under several confinements, and which escape techniques each stops. Prints a Markdown table.
# Run it as root on a Debian 13 with systemd that may be changed: it installs nothing, but stops services and writes drop-ins.
# Needs the packages redis-server nginx firejail jailkit podman crun curl, and cagewright.
set -eu
for needed in systemctl redis-server redis-cli nginx firejail jk_init podman crun curl cagewright; do
	command -v "$needed" >/dev/null || missing=${missing:-}\ $needed
done
if [ -n "${missing:-}" ] || [ ! -d /run/systemd/system ]; then
	echo "confinements: needs a running systemd that may be changed, and these programs:${missing:- (all are here)}" >&2
	exit 3
fi
cd /
work=$(mktemp -d /opt/confinements-XXXXXX)
# nginx in the foreground, also where a tool loses the quotes of an argument.
printf 'daemon off;\n' | cat - /etc/nginx/nginx.conf >/etc/nginx/foreground.conf
repetitions=${1:-3}
export LC_ALL=C.UTF-8 PODMAN_IGNORE_CGROUPSV1_WARNING=1
mkdir "$work/out"
chmod 755 "$work"
chmod 1777 "$work/out"
cagewright --quiet selftest --program "$work/escape" >"$work/out/program.log" 2>&1
chmod 755 "$work/escape"

unit() { case $1 in redis) echo redis-server ;; nginx) echo nginx ;; esac; }
command_of() {
	case $1 in
	redis) echo "/usr/bin/redis-server /etc/redis/redis.conf --daemonize no --supervised no" ;;
	nginx) echo "/usr/sbin/nginx -c /etc/nginx/foreground.conf" ;;
	esac
}
# nginx begins as root, as Debian's unit starts it.
account_of() { case $1 in redis) echo redis ;; nginx) echo root ;; esac; }
answers() {
	case $1 in
	redis) [ "$(redis-cli ping 2>/dev/null)" = PONG ] ;;
	nginx) curl -fsS -o /dev/null http://127.0.0.1/ 2>/dev/null ;;
	esac
}
await() {
	local try
	for try in $(seq 600); do
		answers "$1" && return
		sleep 0.05
	done
	echo "$1 does not answer" >&2
	return 1
}
await_end() {
	local try
	for try in $(seq 600); do
		answers "$1" || return 0
		sleep 0.05
	done
	return 1
}
# --- Debian's unit, and the same with options by hand
options_by_hand() {
	cat <<-END
		[Service]
		NoNewPrivileges=yes
		ProtectSystem=strict
		ProtectHome=yes
		PrivateTmp=yes
		PrivateDevices=yes
		PrivateIPC=yes
		ProtectProc=invisible
		ProcSubset=pid
		ProtectClock=yes
		ProtectControlGroups=yes
		ProtectHostname=yes
		ProtectKernelLogs=yes
		ProtectKernelModules=yes
		ProtectKernelTunables=yes
		RestrictNamespaces=yes
		RestrictRealtime=yes
		RestrictSUIDSGID=yes
		LockPersonality=yes
		MemoryDenyWriteExecute=yes
		RemoveIPC=yes
		SystemCallArchitectures=native
		SystemCallFilter=@system-service
		RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
		UMask=0077
	END
	case $1 in
	redis) printf '%s\n' CapabilityBoundingSet= "SystemCallFilter=~@privileged @resources" ;;
	nginx)
		echo "CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_SETUID CAP_SETGID CAP_DAC_OVERRIDE CAP_CHOWN"
		echo "ReadWritePaths=/run /var/log/nginx /var/lib/nginx"
		;;
	esac
}
unit_start() { systemctl start "$(unit "$1")"; }
unit_stop() { systemctl stop "$(unit "$1")"; }
unit_escape() {
	local name=escape-$1
	sed -E -e "s|^ExecStart=.*|ExecStart=$work/escape --json \$FACTS|" -e '/^(ExecStartPre|ExecStartPost|ExecStop|ExecReload|PIDFile|Alias|Restart)/d' \
		-e 's/^Type=.*/Type=exec/' "/usr/lib/systemd/system/$(unit "$1").service" >"/run/systemd/system/$name.service"
	mkdir -p "/run/systemd/system/$name.service.d"
	printf '[Service]\nStandardInput=null\nStandardOutput=truncate:%s\nEnvironment="FACTS=%s"\nReadOnlyPaths=%s\nNoExecPaths=\nExecPaths=\n' \
		"$2" "$facts" "$work" >"/run/systemd/system/$name.service.d/output.conf"
	cp /run/systemd/system/"$(unit "$1")".service.d/*.conf "/run/systemd/system/$name.service.d/" 2>/dev/null || :
	sed -i "s|\$FACTS|$facts|" "/run/systemd/system/$name.service"
	systemctl daemon-reload
	systemctl start --wait "$name" || journalctl --no-pager -q -n 6 -u "$name" >&2
	while systemctl --quiet is-active "$name"; do sleep 0.2; done
}
hand_start() {
	mkdir -p "/run/systemd/system/$(unit "$1").service.d"
	options_by_hand "$1" >"/run/systemd/system/$(unit "$1").service.d/hand.conf"
	systemctl daemon-reload
	systemctl start "$(unit "$1")"
}
hand_stop() { unit_stop "$1"; }
hand_escape() { unit_escape "$@"; }
hand_end() {
	rm -r "/run/systemd/system/$(unit "$1").service.d"
	systemctl daemon-reload
}

# --- firejail with its profile for servers
account_words() { echo "--reuid $(account_of "$1") --regid $(account_of "$1") --init-groups"; }
firejail_profile() { if [ -e "/etc/firejail/$(unit "$1").profile" ]; then echo "/etc/firejail/$(unit "$1").profile"; else echo /etc/firejail/server.profile; fi; }
firejail_start() {
	# shellcheck disable=SC2046
	setpriv $(account_words "$1") firejail --quiet "--profile=$(firejail_profile "$1")" $(command_of "$1") >"$work/out/firejail-$1.log" 2>&1 </dev/null &
	started=$!
}
firejail_stop() {
	kill "$started" 2>/dev/null || :
	wait "$started" || :
}
firejail_escape() {
	# shellcheck disable=SC2046,SC2086
	setpriv $(account_words "$1") firejail --quiet "--profile=$(firejail_profile "$1")" "--read-only=$work" "$work/escape" --json $facts >"$2" 2>"$work/out/firejail-escape.log" </dev/null || :
}

# --- podman on the host's files, with its defaults and the host's network
podman_start() {
	# shellcheck disable=SC2046
	podman --runtime crun run --name confined --replace --network host --cgroups=disabled --user "$(account_of "$1")" --rootfs /:O $(command_of "$1") >"$work/out/podman-$1.log" 2>&1 </dev/null &
	started=$!
}
podman_stop() {
	podman --runtime crun rm --force --time 5 confined >/dev/null 2>&1 || :
	wait "$started" || :
}
podman_escape() {
	# shellcheck disable=SC2086
	podman --runtime crun run --rm --network host --cgroups=disabled --user "$(account_of "$1")" --rootfs /:O "$work/escape" --json $facts >"$2" 2>"$work/out/podman-escape.log" </dev/null || :
}

# --- jailkit, with the repairs of bench/peers/tools.ts
jailkit_start() {
	jail=$work/jail-$1
	rm -rf "$jail"
	mkdir -m 755 "$jail"
	local program
	program=$(command_of "$1")
	jk_init -j "$jail" netbasics >/dev/null 2>&1 || :
	jk_cp -j "$jail" "${program%% *}" >/dev/null 2>&1
	case $1 in
	redis)
		cp -a --parents /etc/redis /var/lib/redis /var/log/redis /etc/passwd /etc/group "$jail" 2>/dev/null
		mkdir -p "$jail/run/redis" && chown redis: "$jail/run/redis"
		;;
	nginx)
		cp -a --parents /etc/nginx /var/log/nginx /var/lib/nginx /usr/share/nginx /var/www /etc/passwd /etc/group "$jail" 2>/dev/null
		cp -a --parents /usr/lib/nginx /etc/ssl/openssl.cnf "$jail" 2>/dev/null || :
		mkdir -p "$jail/run"
		;;
	esac
	mkdir -p "$jail/dev" && { [ -e "$jail/dev/null" ] || mknod -m 666 "$jail/dev/null" c 1 3; }
	# shellcheck disable=SC2046
	chroot --userspec="$(account_of "$1")" "$jail" $(command_of "$1") >"$work/out/jailkit-$1.log" 2>&1 </dev/null &
	started=$!
}
jailkit_stop() {
	kill "$started" 2>/dev/null || :
	wait "$started" || :
}
jailkit_escape() {
	cp "$work/escape" "$work/jail-$1/escape"
	mkdir -p -m 1777 "$work/jail-$1/tmp"
	# shellcheck disable=SC2086
	chroot --userspec="$(account_of "$1")" "$work/jail-$1" /escape --json $facts >"$2" 2>/dev/null </dev/null || :
}

# --- Cagewright
cagewright_start() {
	cagewright --quiet make "$1" --yes --no-selftest --replace >"$work/out/cagewright-$1.log" 2>&1
	cagewright --quiet run "$1" >>"$work/out/cagewright-$1.log" 2>&1 </dev/null &
	started=$!
}
cagewright_stop() {
	kill "$started" 2>/dev/null || :
	wait "$started" || :
}
cagewright_escape() {
	cagewright --quiet selftest "$1" --json 2>"$work/out/cagewright-escape.log" | tr -d '\n' | grep -o '"id": *"[^"]*",[^{}]*"outcome": *"[^"]*"' |
		sed -E 's/.*"outcome": *"([^"]*)"/{"outcome":"\1"}/; s/open/escaped/' >"$2"
}

# --- The run
systemctl stop redis-server nginx 2>/dev/null || :
printf '| confinement | redis: s | nginx: s | redis: escapes of tried | nginx: escapes of tried |\n|---|---:|---:|---:|---:|\n'
for tool in unit hand firejail podman jailkit cagewright; do
	row="| $tool"
	for service in redis nginx; do
		times=
		for _ in $(seq "$repetitions"); do
			begin=$(date +%s.%N)
			if "${tool}_start" "$service" && await "$service"; then
				times+="$(echo "$(date +%s.%N) $begin" | awk '{printf "%.2f", $1 - $2}') "
				"${tool}_stop" "$service"
				await_end "$service" || echo "$service does not end with $tool" >&2
			else
				times="fails "
				"${tool}_stop" "$service" || :
				break
			fi
		done
		row+=" | $(tr ' ' '\n' <<<"$times" | grep . | sort -n | awk '{a[NR]=$0} END {print a[int((NR + 1) / 2)]}')"
	done
	for service in redis nginx; do
		account=$(account_of "$service")
		mkfifo "$work/end"
		"$work/escape" bystander "uid=$(id -u "$account")" "gid=$(id -g "$account")" <"$work/end" >"$work/facts" &
		bystander=$!
		exec 9>"$work/end"
		while ! [ -s "$work/facts" ]; do sleep 0.1; done
		facts="$(tr '\n' ' ' <"$work/facts") host=$(stat -c %d:%i /) disk=$(stat -c %d /)"
		"${tool}_escape" "$service" "$work/out/escape-$tool-$service"
		exec 9>&-
		wait "$bystander" || :
		rm "$work/end"
		tried=$(grep -vc '"outcome":"impossible"' "$work/out/escape-$tool-$service" || :)
		escaped=$(grep -c '"outcome":"escaped"' "$work/out/escape-$tool-$service" || :)
		row+=" | $escaped of $tried"
	done
	if declare -F "${tool}_end" >/dev/null; then for service in redis nginx; do "${tool}_end" "$service"; done; fi
	echo "$row |"
done
echo "# details: $work/out" >&2
