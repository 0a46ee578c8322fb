import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { program, temporaryFolder } from "./cagewright.ts";
import { endAfterFile } from "./clean-up.ts";
import type { Network } from "./network.ts";
import { type Snapshot, snapshot } from "./snapshot.ts";

/** A separate copy of the machine's file tree, and a network. Nothing but the tested program changes them. */
export interface OwnTree extends Network {
	/** Of the services' writable folders and the devices, without this path. */
	snapshot(without: string): Snapshot;
	exists(path: string): boolean;
}

/**
 * Other daemons and programs on this machine write to /var, /run and /tmp at any moment, and a list of exceptions would hide our own
 * changes too. So the tests use copies in a mount namespace, with empty /root, /home, /srv and /tmp. /usr/local and /opt are not
 * copied, because only package managers write there.
 */
const copied = ["etc", "run", "var"];
const empty = ["root", "home", "srv", "tmp"];
const asItIs = ["usr/local", "opt"];

export async function ownTree(): Promise<OwnTree> {
	const folder = temporaryFolder("tree");
	const script = [
		"set -eu",
		`mount -n -t tmpfs -o mode=755 tmpfs ${folder}`,
		...copied.flatMap((name) => [
			`mkdir ${folder}/${name}`,
			// Services need no temporary files, package lists or sockets.
			`tar -C / --exclude=./${name}/tmp/* --exclude=./${name}/lib/apt/* --exclude=./${name}/cache/* --one-file-system -cf - ./${name} 2>/dev/null | tar -C ${folder} -xpf -`,
		]),
		...empty.map((name) => `mkdir ${folder}/${name} && chmod --reference=/${name} ${folder}/${name}`),
		// The mounts may cover the program, but it stays accessible through the working directory.
		`cd '${dirname(dirname(program))}'`,
		...[...copied, ...empty].map((name) => `mount -n --bind ${folder}/${name} /${name}`),
		// States are created where this folder is.
		`mkdir -p ${dirname(folder)}`,
		`[ -e "$PWD" ] || { mkdir -p "$PWD" && mount -n --no-canonicalize --bind . "$PWD"; }`,
		"mount -n -t sysfs sysfs /sys",
		"echo 0x9 >/sys/class/net/lo/flags",
		"umount -n /sys",
		"echo up",
		"exec cat",
	];
	const holder = spawn("unshare", ["--mount", "--net", "sh", "-c", script.join("\n")], { stdio: ["pipe", "pipe", "inherit"] });
	endAfterFile(holder);
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
		snapshot(without) {
			const root = `/proc/${holder.pid}/root`;
			const places = [...copied, ...empty, ...asItIs].map((name) => `/${name}`);
			// Other processes change the directories of terminals and shared memory, which are other file systems.
			return snapshot({ root, places: ["/dev", ...places], without: [without] });
		},
		exists(path) {
			return (
				execFileSync("nsenter", [...nsenter, "sh", "-c", '[ -e "$0" ] && echo yes || echo no', path], { encoding: "utf8" }) ===
				"yes\n"
			);
		},
	};
}
