import { join, type Path, parent, pathFromText } from "../base/path/path.ts";
import { quoteShell, quoteShellLine, showPath } from "../base/path/quote.ts";
import { octal } from "../base/text.ts";
import { argumentWord, type UnitLines } from "./lines.ts";

type Step = "prepare" | "show" | "restore" | "hide";

/** A command line of a unit for one step. */
export function publishCommand(script: Path, step: Step): string {
	const enter = 'PATH=/usr/bin:/bin; exec nsenter --target 1 --mount sh "$@"';
	return `+/bin/sh ${["-c", enter, "sh", showPath(script), step].map(argumentWord).join(" ")}`;
}

/** A shell line during which the service finds its own process numbers, not the host's: its commands read them. */
export function withOwnNumbers(script: Path, line: string): string {
	const run = (step: Step) => `sh ${quoteShell(showPath(script))} ${step} "$1"`;
	return `${run("restore")}; (${line}); status=$?; ${run("show")}; exit $status`;
}

/**
 * Sets the commands that publish the service's files. They enter the host's mount namespace, because commands of a unit have the
 * unit's mounts. `reloads`: a reload may create the files again.
 */
export function publish(unit: UnitLines, script: Path, reloads: boolean): void {
	const run = (step: Step) => publishCommand(script, step);
	unit.comment("Creates the service's own directories below /run, and removes files that an earlier start left.");
	unit.set("ExecStartPre", run("prepare"));
	unit.comment("Puts the service's sockets and process numbers where the host's clients and tools look for them.");
	unit.set("ExecStartPost", `${run("show")} $MAINPID`);
	if (reloads) unit.set("ExecReload", `${run("show")} $MAINPID`);
	unit.comment("Removes them again.");
	unit.set("ExecStopPost", run("hide"));
}

/**
 * Returns the script with the steps `prepare`, `show` and `restore` (with the main process's number) and `hide`, for root in the
 * host's mount namespace. `restore` gives the service its own process numbers back, where it has the same file as the host.
 *
 * The service may put anything at a source, also while root looks. A hard link in root's folder stays what it is, so `show` judges
 * that one, and `hide` removes a target only if it is the same file. The link to the target replaces a link there and follows none. A
 * process number is replaced by the number that the same process has on the host; other numbers are not published. Their directory is
 * created if the host has none, as apachectl creates /run/apache2 before it looks for a number there, and removed at the stop. A socket's
 * is not: nobody looks there.
 * Only as long as needed, a shell of `show` stays behind: for a minute while a number is missing, which may come late on a busy
 * machine, and for ten seconds if the service has sockets, which it may bind again, as a program does that executes itself anew
 * (haproxy). `prepare` empties the folder, because the service may have put links into its directories.
 */
export function publishScript({ directories, files, folder }: PublishedFiles): string {
	const folders = [...new Set([folder, ...files.map(({ staged }) => parent(staged))])];
	const stale = files.filter(({ source, target }) => source !== target).map(({ source }) => source);
	const shared = files.filter(({ kind, source, target }) => kind === "pid" && source === target);
	const each = (step: string) =>
		files.map(({ kind, source, staged, target }) => quoteShellLine([step, kind, ...[source, staged, target].map(showPath)]));
	const once = ["pending=", ...each("again")];
	const later = ['while [ "$pending" ] && [ $time -gt 0 ]; do', "sleep 1; time=$((time-1))", ...once, "done"];
	const tops = [...new Set(files.flatMap(({ kind, target }) => (kind === "pid" ? [parent(target)] : [])))];
	const eachTop = (step: string) =>
		tops.map((top, index) => quoteShellLine([step, showPath(top), `${showPath(folder)}/made-${index}`]));
	const make = directories.map(
		({ gid, mode, source, uid }) => `install -d -m ${octal(mode)} -o ${uid} -g ${gid} ${quoteShell(showPath(source))}`,
	);
	const words = (paths: readonly Path[]) => quoteShellLine(paths.map(showPath));
	return [
		"PATH=/usr/bin:/bin",
		functions,
		'case "$1" in',
		"prepare)",
		`umask 077; rm -rf ${quoteShell(showPath(folder))} && mkdir -p ${words(folders)} || exit 1`,
		...make.map((line) => `${line} || exit 1`),
		...eachTop("provide"),
		...(stale.length ? [`rm -f ${words(stale)}`] : []),
		";;",
		"show)",
		"umask 077; main=$2; tries=50",
		...each("show"),
		"time=60",
		...once,
		'[ ! "$pending" ] || {',
		...later,
		"} >/dev/null 2>&1 &",
		";;",
		"restore)",
		"umask 077; main=$2",
		...shared.map(({ staged, target }) => quoteShellLine(["restore", showPath(staged), showPath(target)])),
		";;",
		"hide)",
		...each("hide"),
		...eachTop("withdraw"),
		`rm -rf ${quoteShell(showPath(folder))}`,
		";;",
		"esac",
		"exit 0",
		"",
	].join("\n");
}

const functions = `provide() { [ -d "$1" ] || { mkdir -m 755 "$1" && : >"$2"; }; }
withdraw() { [ ! -e "$2" ] || rmdir "$1" 2>/dev/null; }
complain() { echo "cagewright-publish: $1" >&2; }
drop() { complain "$1"; rm -f "$staged"; }
is() { [ "$1" "$2" ] && [ ! -L "$2" ]; }
inside() { [ "/proc/$1/ns/pid" -ef "/proc/$main/ns/pid_for_children" ]; }
outside() {
	for process in /proc/[0-9]*; do
		inside "\${process#/proc/}" || continue
		while read -r key first rest; do
			[ "$key" = NSpid: ] && [ "$rest" = "$1" ] && echo "$first" && return 0
		done <"$process/status"
	done 2>/dev/null
	return 1
}
write() {
	rm -f "$staged.new"
	echo "$1" >"$staged.new"
	chown --reference="$staged" "$staged.new"
	chmod --reference="$staged" "$staged.new"
	chmod u-s,g-s,-t "$staged.new"
	mv -fT "$staged.new" "$staged"
}
restore() {
	staged=$1 target=$2
	is -f "$staged" && [ "$staged" -ef "$target" ] || return
	number=$(head -c 20 "$staged" | tr -cd 0-9)
	inside "$number" || return
	while read -r key numbers; do
		[ "$key" != NSpid: ] || { write "\${numbers##*[!0-9]}"; ln -fPT "$staged" "$target"; }
	done <"/proc/$number/status"
}
show() {
	kind=$1 source=$2 staged=$3 target=$4 there=-s type=-f
	[ -d "\${target%/*}" ] || return
	[ "$kind" = pid ] || there=-S type=-S
	until [ $there "$source" ] || [ $tries = 0 ]; do sleep 0.1; tries=$((tries-1)); done
	if ! [ "$source" -ef "$staged" ]; then
		rm -f "$staged"
		ln -P "$source" "$staged" 2>/dev/null || { complain "$source is missing"; return; }
	fi
	is $type "$staged" || { drop "$source is not a $kind file"; return; }
	[ ! -e "$target" ] && [ ! -L "$target" ] || is $type "$target" || { drop "remove $target, which is something else"; return; }
	if [ "$kind" = pid ]; then
		number=$(head -c 20 "$staged" | tr -cd 0-9)
		! inside "$number" || return
		number=$(outside "$number") || { drop "$source names no process of the service"; return; }
		write "$number"
	fi
	[ "$staged" -ef "$target" ] || ln -fPT "$staged" "$target"
}
again() {
	case $1 in
	pid)
		[ -d "\${4%/*}" ] && [ ! "$3" -ef "$4" ] || return
		pending=1
		is -s "$2" && show "$@"
		;;
	*)
		[ $time -le 50 ] || pending=1
		[ ! -S "$2" ] || [ "$2" -ef "$3" ] || show "$@"
		;;
	esac
}
hide() { [ ! "$4" -ef "$3" ] || [ -L "$4" ] || rm -f "$4"; rm -f "$3"; }`;

/** A file of the service that the host has at `target`: a socket, or the number of one of its processes. */
export interface PublishedFile {
	readonly kind: "socket" | "pid";
	/** The service's own file on the host. Only root can replace a directory on the way; the service owns the name. */
	readonly source: Path;
	/** A name in a folder that only root can enter, on the file system of the source. */
	readonly staged: Path;
	readonly target: Path;
}

/** A directory below /run that a start creates for the cage. */
interface VolatileDirectory {
	readonly source: Path;
	readonly uid: number;
	readonly gid: number;
	readonly mode: number;
}

export interface PublishedFiles {
	readonly files: readonly PublishedFile[];
	/** Outermost first. */
	readonly directories: readonly VolatileDirectory[];
	/** Holds these directories. A start creates it, and it is removed when the service stops. */
	readonly folder: Path;
}

/** Where the directories below /run of an adopted service are. */
export function volatileFolder(service: string): Path {
	return join(pathFromText("/run/cagewright"), pathFromText(service));
}
