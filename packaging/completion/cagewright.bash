# bash completion for cagewright. `npm run reference` generates this file.

# Adds the words that begin like the current one. Nothing in them is expanded.
_cagewright_words() {
	local word
	for word; do
		if [[ $word == "$current"* ]]; then COMPREPLY+=("$word"); fi
	done
}

# Adds the names that match FOLDER/*END: without END, and with SUFFIX.
_cagewright_names() {
	local path name
	for path in "$1"/*"$2"; do
		name=${path%"$2"}
		name=${name##*/}
		if [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._@-]*$ ]]; then _cagewright_words "$name${3-}"; fi
	done
}

_cagewright_services() {
	local folder
	for folder in /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system; do
		_cagewright_names "$folder" .service .service
	done
}

_cagewright_commands() {
	local words
	mapfile -t words < <(compgen "$@" -- "$current")
	COMPREPLY+=("${words[@]}")
}

# Adds words of a kind.
_cagewright_kind() {
	case $1 in
	cage) _cagewright_names "$state/cages" / ;;
	session) _cagewright_names "$state/sessions" / ;;
	template)
		_cagewright_words apache2 bind9 demo dnsmasq haproxy mariadb network-daemon nginx nginx-account node-service php-fpm python-service redis sftp web-folder
		_cagewright_names "$state/templates" .json
		;;
	service) _cagewright_services ;;
	process) _cagewright_names /proc '' ;;
	user) _cagewright_commands -u ;;
	account) _cagewright_commands -u -g ;;
	command) _cagewright_commands -c ;;
	folder) compopt -o dirnames 2>/dev/null ;;
	file) compopt -o default 2>/dev/null ;;
	esac
}

_cagewright() {
	local current=${COMP_WORDS[COMP_CWORD]} state=${CAGEWRIGHT_STATE-} verb= option= position=0 index word
	COMPREPLY=()
	if [[ $current == = ]]; then current=; fi
	for ((index = 1; index < COMP_CWORD; index++)); do
		word=${COMP_WORDS[index]}
		case $word in
		--)
			if ((index + 1 == COMP_CWORD)); then _cagewright_kind command; else _cagewright_kind file; fi
			return
			;;
		--state | --lang | --require | --resume | --name | --user | --env | --probe | --exercise | --include | --exclude | --writable | --bind | --network | --calls | --allow | --cwd | --set | --timeout | --directory | --socket | --limit-memory | --limit-processes | --limit-files | --seed | --device | --allow-secret | --allow-setuid | --allow-write | --decoy | --refuse | --accept-finding | --account | --without-account | --dedicated-account | --attach | --for | --rounds | --keep | --keep-kind | --give-up | --jobs | --dropin | --client-probe | --format | -o | --output | --stop-timeout | --root | --container | --pid | --program | --on-alarm | --check-every | --accept | --until | --revoke | --configuration | --keep-generations | --keep-days | --to | --verify | --purpose | --initiated-by | --implemented-by | --approved-by | --as | --timer)
			option=$word
			if [[ ${COMP_WORDS[index + 1]} == = ]]; then ((index++)); fi
			((index++))
			if ((index < COMP_CWORD)); then
				if [[ $option == --state ]]; then state=${COMP_WORDS[index]}; fi
				option=
			fi
			;;
		-*) ;;
		*) if [[ -z $verb ]]; then verb=$word; else ((position++)); fi ;;
		esac
	done
	if [[ -z $state ]]; then
		if ((EUID == 0)); then state=/var/lib/cagewright; else state=${XDG_STATE_HOME:-$HOME/.local/state}/cagewright; fi
	fi
	case $option in
	-o) option=--output ;;
	esac
	if [[ -n $option ]]; then
		case "$verb $option" in
		*' --state' | *' --writable' | *' --bind' | *' --cwd' | *' --directory' | *' --allow-write' | *' --root') _cagewright_kind folder ;;
		*' --lang') _cagewright_words en de ;;
		*' --require') _cagewright_words full ;;
		*' --resume') _cagewright_kind session ;;
		*' --user') _cagewright_kind user ;;
		*' --include' | *' --exclude' | *' --seed' | *' --device' | *' --allow-secret' | *' --allow-setuid' | *' --decoy' | 'make --keep' | *' --output' | *' --program' | 'minimise --keep' | *' --verify') _cagewright_kind file ;;
		*' --network') _cagewright_words host none ;;
		*' --calls') _cagewright_words general observed ;;
		*' --allow' | *' --refuse') _cagewright_words proc own-process kernel-proc sys unix-sockets netlink uevents packet-sockets multicast syslog memfd writable-code ports abstract-sockets ;;
		*' --account' | *' --without-account') _cagewright_kind account ;;
		*' --attach' | *' --pid') _cagewright_kind process ;;
		*' --keep-kind') _cagewright_words libraries interpreter configuration data certificates time-zones locale resources ;;
		*' --give-up') _cagewright_words interpreter time-zone locale name-service tls configuration ;;
		*' --dropin') _cagewright_kind service ;;
		'release --keep') _cagewright_words host cage ;;
		'export --format') _cagewright_words tar oci quadlet kubernetes portable seccomp ;;
		'watch --format') _cagewright_words text json ecs rfc5424 ;;
		*' --on-alarm') _cagewright_words report stop freeze ;;
		*' --configuration') _cagewright_words keep host ;;
		'record --format') _cagewright_words md html json cyclonedx ;;
		*' --timer') _cagewright_words check update none ;;
		esac
	elif [[ $current == -* ]]; then
		_cagewright_words --state --lang --no-color --quiet --json --events --require -V --version -h --help
		case $verb in
		'') _cagewright_words --resume --linear --inline --ascii ;;
		make) _cagewright_words --name --user --env --probe --exercise --include --exclude --writable --bind --network --calls --allow --yes --dry-run --cwd --set --timeout --directory --socket --limit-memory --limit-processes --limit-files --seed --device --allow-secret --allow-setuid --allow-write --decoy --take-documented --refuse --accept-finding --account --without-account --dedicated-account --on-host --attach --for --rounds --no-selftest --replace --minimise --keep --keep-kind --give-up --jobs ;;
		trace) _cagewright_words --name --user --env --probe --exercise --include --exclude --writable --bind --network --calls --allow --yes --dry-run --cwd --set --timeout --directory --socket --limit-memory --limit-processes --limit-files --seed --device --allow-secret --allow-setuid --allow-write --decoy --refuse --accept-finding --account --without-account --dedicated-account --on-host --attach --for --add --replace ;;
		plan) _cagewright_words --probe --include --exclude --writable --bind --calls --allow --dry-run --seed --device --allow-secret --allow-setuid --allow-write --decoy --take-documented --refuse --accept-finding --account --without-account --dedicated-account ;;
		build) _cagewright_words --probe --include --exclude --writable --bind --calls --allow --dry-run --seed --device --allow-secret --allow-setuid --allow-write --decoy --refuse --accept-finding --account --without-account --dedicated-account ;;
		trial) _cagewright_words --probe --include --exclude --writable --bind --calls --allow --yes --dry-run --seed --device --allow-secret --allow-setuid --allow-write --decoy --refuse --accept-finding --account --without-account --dedicated-account --rounds --no-selftest --unit --dropin ;;
		adopt) _cagewright_words --name --user --env --probe --client-probe --exercise --include --exclude --writable --bind --network --calls --allow --yes --dry-run --cwd --set --timeout --directory --socket --limit-memory --limit-processes --limit-files --seed --device --allow-secret --allow-setuid --allow-write --decoy --refuse --accept-finding --account --without-account --dedicated-account --on-host --rounds --no-selftest --replace --copy-data ;;
		release) _cagewright_words --keep --yes --dry-run ;;
		export) _cagewright_words --format -o --output --with-data --allow-secret-export ;;
		import) _cagewright_words --allow-secret --allow-setuid --allow-write --dedicated-account --name --yes --dry-run --no-trial ;;
		run) _cagewright_words --accept-finding --print --stop-timeout --raw ;;
		shell) _cagewright_words --keep-writes ;;
		unit) _cagewright_words --accept-finding --dropin --install --uninstall --score --dry-run --root --logrotate --deploy-hook ;;
		show) _cagewright_words --history --record ;;
		selftest) _cagewright_words --network --alarm --unit --dropin --container --pid --program ;;
		watch) _cagewright_words --format --on-alarm --stop-timeout --check-every --journal --with-tests --install --uninstall --dry-run ;;
		check) _cagewright_words --all --deep --nagios --accept --until --revoke ;;
		stale) _cagewright_words --mark ;;
		metrics) _cagewright_words -o --output --force ;;
		update) _cagewright_words --all --dry-run --yes --configuration --take-missed --include --no-restart --no-selftest --keep-generations --keep-days ;;
		rollback) _cagewright_words --to --dry-run --no-restart ;;
		minimise) _cagewright_words --exercise --keep --keep-kind --give-up --jobs --for --yes --dry-run --no-restart --no-selftest ;;
		remove) _cagewright_words --keep-data --yes --dry-run ;;
		record) _cagewright_words --all --format -o --output --force --checksum --verify --purpose --initiated-by --implemented-by --approved-by ;;
		template) _cagewright_words --as -o --output --replace --yes --dry-run ;;
		sessions) _cagewright_words --yes ;;
		doctor) _cagewright_words --fix ;;
		install) _cagewright_words --timer --root --dry-run ;;
		uninstall) _cagewright_words --dry-run --root ;;
		esac
	elif [[ -z $verb ]]; then
		_cagewright_words make trace plan build trial adopt release export import run shell signal unit list show explain selftest watch check stale metrics update rollback diff minimise remove record template sessions apps doctor install uninstall help
	else
		case "$verb $position" in
		'help 0') _cagewright_words make trace plan build trial adopt release export import run shell signal unit list show explain selftest watch check stale metrics update rollback diff minimise remove record template sessions apps doctor install uninstall ;;
		'make 0') _cagewright_kind template; _cagewright_kind service ;;
		'trace 0') _cagewright_kind template; _cagewright_kind service; _cagewright_kind cage ;;
		'plan 0' | 'build 0' | 'trial 0' | 'export 0' | 'run 0' | 'shell 0' | 'signal 0' | 'unit 0' | 'show 0' | 'explain 0' | 'selftest '* | 'watch '* | 'check '* | 'update '* | 'rollback 0' | 'diff 0' | 'minimise 0' | 'remove 0' | 'record 0') _cagewright_kind cage ;;
		'adopt '* | 'release '* | 'apps 0') _cagewright_kind service ;;
		'import 0' | 'explain 1') _cagewright_kind file ;;
		'signal 1') _cagewright_words HUP INT TERM QUIT USR1 USR2 WINCH CONT STOP KILL ;;
		'template 0') _cagewright_words list new show save check diff import accept export remove ;;
		'template 1') _cagewright_kind template; _cagewright_kind cage; _cagewright_kind file ;;
		'sessions 0') _cagewright_words list show remove ;;
		'sessions 1') _cagewright_kind session ;;
		esac
	fi
}
complete -F _cagewright cagewright
