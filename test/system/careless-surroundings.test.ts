import { test } from "vitest";
import { times } from "../long.ts";
import { CarelessHost, expectNoProblems } from "./careless-host.ts";
import { oddPaths } from "./odd-paths.ts";
import { prepared } from "./path-uses.ts";
import { generator, shuffled } from "./random.ts";

/**
 * Runs verbs in odd surroundings, in a copy of the machine: variables, directories, descriptors, limits and disks that a shell script, a
 * timer or a broken machine may give. `CAGEWRIGHT_WALKS` and `CAGEWRIGHT_ONLY` are those of `careless-paths.test.ts`.
 */

const seed = Number(process.env.CAGEWRIGHT_SEED ?? Date.now() % 1_000_000);
const most = Number(process.env.CAGEWRIGHT_WALKS ?? times(3, Number.POSITIVE_INFINITY));
const only = new RegExp(process.env.CAGEWRIGHT_ONLY ?? "");

const quoted = (path: string) => `'${path.replaceAll("'", "'\\''")}'`;
const variables = ["CAGEWRIGHT_STATE", "HOME", "TMPDIR", "XDG_STATE_HOME"];

/** Shell lines by name. */
type Surroundings = Readonly<Record<string, string>>;

const oddVariables: Surroundings = Object.fromEntries(
	variables.flatMap((name) => oddPaths.map((odd) => [`${name} as ${odd.name}`, `export ${name}=${quoted(odd.path)}`])),
);

const oddMachines: Surroundings = {
	"no variables": 'exec env -i "$@"',
	"an empty PATH": "export PATH=",
	"a PATH of odd places": "export PATH=/srv/odd:.:/srv/odd/file",
	"a deleted working directory": "mkdir /tmp/gone && cd /tmp/gone && rmdir /tmp/gone",
	"an unreadable working directory": "mount -n -t tmpfs tmpfs /tmp && mkdir /tmp/closed && cd /tmp/closed && chmod 0 .",
	"umask 0": "umask 0",
	"umask 777": "umask 777",
	"a closed stdin": "exec 0<&-",
	"a closed stdout": "exec 1>&-",
	"a closed stderr": "exec 2>&-",
	"no descriptors": "exec 0<&- 1>&- 2>&-",
	"a read-only stdout": "exec 1</dev/null",
	"a full stdout": "exec 1>/dev/full",
	"a full stderr": "exec 2>/dev/full",
	"a directory as stdin": "exec 0</",
	"a full /tmp": "mount -n -t tmpfs -o size=4k tmpfs /tmp; head -c 1M /dev/zero >/tmp/filler",
	"a read-only /tmp": "mount -n -t tmpfs -o ro tmpfs /tmp",
	"a small state folder": "mount -n -t tmpfs -o size=64k,mode=700 tmpfs /var/lib/cagewright",
	"a full state folder":
		"mount -n -t tmpfs -o size=4k,mode=700 tmpfs /var/lib/cagewright; head -c 1M /dev/zero >/var/lib/cagewright/x",
	"a read-only state folder":
		"mount -n --bind /var/lib/cagewright /var/lib/cagewright; mount -n -o remount,bind,ro /var/lib/cagewright",
	"a read-only machine":
		"mount -n -o remount,bind,ro /; mount -n -o remount,bind,ro /var/lib/cagewright; mount -n -o remount,bind,ro /run",
	"no /proc": "umount -n -R -l /proc",
	"no /sys": "umount -n -R -l /sys",
	"an empty /dev": "mount -n -t tmpfs tmpfs /dev",
	"an empty /run": "mount -n -t tmpfs tmpfs /run",
	"no files larger than nothing": "ulimit -f 0",
	"few descriptors": "ulimit -n 24",
	"an ordinary account": 'exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"',
};

const verbs = [
	["list"],
	["doctor"],
	["make", "redis", "--dry-run"],
	["show", "redis"],
	["check", "redis"],
	["record", "redis"],
	["record", "redis", "-o", "/srv/odd/new"],
	["metrics"],
	["plan", "redis"],
	["build", "redis", "--include", "/etc/debian_version"],
	["template", "list"],
	["template", "import", prepared.template, "--yes", "--as", "other"],
	["import", prepared.archive, "--yes", "--no-trial", "--name", "copy"],
	["run", "redis", "--", "redis-server", "--version"],
	["update", "redis", "--dry-run"],
	["install", "--dry-run"],
	["remove", "redis", "--yes"],
];

const commandsIn = (surroundings: Surroundings) => {
	const all = Object.entries(surroundings).flatMap(([place, lines]) =>
		verbs.map((words) => ({ name: `${words.join(" ")} with ${place}`, words, surroundings: lines })),
	);
	return shuffled(
		all.filter(({ name }) => only.test(name)),
		generator(seed),
	).slice(0, most / 2);
};

test(`odd surroundings harm nothing (seed ${seed})`, { timeout: 10 * 3_600_000 }, async () => {
	const commands = [...commandsIn(oddVariables), ...commandsIn(oddMachines)];
	await expectNoProblems(
		new CarelessHost(),
		commands.map((command) => ({ ...command, mayChange: (change) => isAskedFor(change, command) })),
	);
});

/** The record, or a state folder that a variable names. */
function isAskedFor(change: string, { surroundings, words }: { surroundings: string; words: readonly string[] }): boolean {
	if (words.includes("-o") && change.startsWith("new: /srv/odd/new ")) return true;
	return surroundings.includes("_STATE=") && change.startsWith("new: ");
}
