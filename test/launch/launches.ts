import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathFromText } from "../../src/base/path/path.ts";
import { landlockRuleset } from "../../src/confine/landlock.ts";
import type { CageRoot, HostRoot, LaunchSpec, SandboxRoot } from "../../src/launch/launch.ts";
import { launchScript } from "../../src/launch/launch-script.ts";
import { asRoot } from "../plan/traces.ts";

export const path = pathFromText;

export const cage: CageRoot = {
	kind: "cage",
	directory: path("/state/cages/app/generations/1"),
	mounts: [],
	temporaryEntries: [],
	devices: [{ path: path("/dev/null"), type: "c", major: 1, minor: 3, mode: 0o666 }],
	proc: false,
	capabilities: [],
	confiner: path("/state/scratch/1/cagewright-conf"),
	landlock: landlockRuleset([path("/var/lib/a:b"), path("/tmp")], false),
	hidesLaunch: true,
	hostFiles: [],
	names: [],
};
export const sandbox: SandboxRoot = {
	kind: "sandbox",
	directory: path("/state/scratch/1/layers/root"),
	mounts: [
		{ kind: "overlay", path: path("/"), scratch: path("/state/scratch/1/layers/0") },
		{ kind: "proc", path: path("/proc") },
		{ kind: "sysfs", path: path("/sys") },
		{ kind: "dev", path: path("/dev") },
		{ kind: "bind", path: path("/mnt/auto") },
	],
	devices: [{ path: path("/dev/null"), type: "c", major: 1, minor: 3, mode: 0o666 }],
	deviceLinks: [path("/dev/fd"), path("/dev/log")],
	directories: [],
	given: [],
	sockets: [],
	capabilities: ["chown", "setuid"],
	confiner: path("/state/scratch/1/cagewright-conf"),
};
export const host: HostRoot = { kind: "host", capabilities: [] };

export const spec = (root: LaunchSpec["root"], values: Partial<LaunchSpec> = {}): LaunchSpec => ({
	root,
	identity: asRoot,
	command: ["/usr/bin/app", "-x"],
	cwd: "/",
	env: { LANG: "C" },
	network: "host",
	init: path("/state/scratch/1/cagewright-init"),
	environment: path("/state/scratch/1/cagewright-env"),
	setpriv: path("/usr/bin/setpriv"),
	chroot: path("/usr/sbin/chroot"),
	networkProgram: path("/state/scratch/1/cagewright-net"),
	...values,
});

/**
 * Returns the words of a script's commands as parsed by a real shell. Nothing is executed: each command is a function that
 * prints its words, no file is written, and no other command exists.
 */
export function commands(made: LaunchSpec): string[][] {
	const names = "prlimit mount umount mkdir mknod ln cp chown chmod cd rm made exec_".split(" ");
	const functions = names.map((name) => `${name}() { printf '%s\\0' ${name} "$@"; printf '\\n\\0'; }`);
	const proc = mkdtempSync(join(tmpdir(), "cagewright-proc-"));
	for (const name of ["1", "2", "sys"]) mkdirSync(join(proc, name));
	symlinkSync("2", join(proc, "self"));
	functions.push(`cd() { printf '%s\\0' cd "$@"; printf '\\n\\0'; case $1 in */proc) command cd ${proc};; esac; }`);
	functions.push("written() { while read -r line; do printf '%s\\0' written $line; printf '\\n\\0'; done; }");
	const script = launchScript(made)
		.replace(/^exec /m, "exec_ ")
		.replace(/^: >/gm, "made ")
		.replace(">/sys/table", "| written")
		// The shell's own process.
		.replace("--pid $$", "--pid self")
		.replace(/^echo .*>/gm, "made ");
	const output = execFileSync("/bin/sh", ["-eu"], {
		input: Buffer.from([...functions, script].join("\n"), "latin1"),
		encoding: "latin1",
		env: { PATH: "/nonexistent" },
	});
	rmSync(proc, { recursive: true });
	const all: string[][] = [[]];
	for (const word of output.split("\0").slice(0, -1)) {
		if (word === "\n") all.push([]);
		else all.at(-1)?.push(word);
	}
	return all.slice(0, -1);
}
export const lines = (made: LaunchSpec) => commands(made).map((words) => words.join(" "));
export const lastOf = (made: LaunchSpec) => commands(made).at(-1) ?? [];
export const inCage = (name: string) => `${cage.directory}${name}`;
