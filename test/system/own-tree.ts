import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { afterAll } from "vitest";
import { program, temporaryFolder } from "./cagewright.ts";
import type { Network } from "./network.ts";

/** A machine's tree and network that nobody else touches: whatever changes there, we did. */
export interface OwnTree extends Network {
	/** Every path below the folders that services write to, with all that lstat tells of it but the time of reading. */
	walk(without: string): Map<string, string>;
	exists(path: string): boolean;
}

/**
 * Other daemons and other work on this machine write to /var, /run and /tmp at any moment, and a list of what to overlook would
 * overlook ours too. So these are copies, in a mount namespace of their own; /root, /home, /srv and /tmp begin empty there. What lies
 * in /usr/local and /opt is looked at as it is, for nothing but package managers writes there.
 */
const copied = ["etc", "run", "var"];
const empty = ["root", "home", "srv", "tmp"];
const asItIs = ["usr/local", "opt"];

const holders: ChildProcess[] = [];

export async function ownTree(): Promise<OwnTree> {
	const folder = temporaryFolder("tree");
	const script = [
		"set -eu",
		`mount -n -t tmpfs -o mode=755 tmpfs ${folder}`,
		...copied.flatMap((name) => [
			`mkdir ${folder}/${name}`,
			// Temporary files, lists of packages and sockets are nothing that a service would miss.
			`tar -C / --exclude=./${name}/tmp/* --exclude=./${name}/lib/apt/* --exclude=./${name}/cache/* --one-file-system -cf - ./${name} 2>/dev/null | tar -C ${folder} -xpf -`,
		]),
		...empty.map((name) => `mkdir ${folder}/${name} && chmod --reference=/${name} ${folder}/${name}`),
		// The program may lie in what is about to be covered: whoever stands in it keeps it.
		`cd '${dirname(dirname(program))}'`,
		...[...copied, ...empty].map((name) => `mount -n --bind ${folder}/${name} /${name}`),
		`[ -e "$PWD" ] || { mkdir -p "$PWD" && mount -n --no-canonicalize --bind . "$PWD"; }`,
		...["mount -n -t sysfs sysfs /sys", "echo 0x9 >/sys/class/net/lo/flags", "umount -n /sys", "echo up", "exec cat"],
	];
	const holder = spawn("unshare", ["--mount", "--net", "sh", "-c", script.join("\n")], { stdio: ["pipe", "pipe", "inherit"] });
	holders.push(holder);
	await Promise.race([
		once(holder.stdout, "data"),
		once(holder, "close").then(() => {
			throw new Error("the tree could not be made");
		}),
	]);
	const enter = ["nsenter", `--mount=/proc/${holder.pid}/ns/mnt`, `--net=/proc/${holder.pid}/ns/net`, "--"];
	const [, ...nsenter] = enter;
	return {
		enter,
		pid: holder.pid ?? 0,
		walk(without) {
			const places = [...copied, ...empty, ...asItIs].map((name) => `/${name}`);
			const fields = "%p\\t%y %m %U:%G %s %i %T@ %C@ %l\\0";
			const find = (words: readonly string[]) =>
				execFileSync("nsenter", [...nsenter, "find", ...words], { encoding: "latin1", maxBuffer: 256 * 1024 * 1024 });
			// Of devices only kind, mode and owner: everybody's terminals and disks change their times.
			const devices = find(["/dev", "-xdev", "-printf", "%p\\t%y %m %U:%G\\0"]);
			const text = devices + find([...places, "-path", without, "-prune", "-o", "-printf", fields]);
			return new Map(text.split("\0").flatMap((line) => [line.split("\t") as [string, string]].filter(([path]) => path)));
		},
		exists(path) {
			return (
				execFileSync("nsenter", [...nsenter, "sh", "-c", '[ -e "$0" ] && echo yes || echo no', path], { encoding: "utf8" }) ===
				"yes\n"
			);
		},
	};
}

afterAll(async () => {
	for (const holder of holders) {
		holder.stdin?.end();
		if (holder.exitCode === null) await once(holder, "close");
	}
});
