import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { cagewright, makeAsUsual, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, type Daemon, redis, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./network.ts";

/** The launch uses what POSIX and util-linux promise, whoever wrote the shell and the tools. */

const places = ["/usr/bin", "/usr/sbin"];
/**
 * These stay util-linux's, and those that install packages stay as they are. `env` and `chroot` of the Rust coreutils 0.0.30 start a
 * child and wait for it, so the init would not be the first process of its namespace.
 */
const kept = new Set(["unshare", "setpriv", "mount", "umount", "nsenter", "prlimit", "losetup", "dpkg", "dpkg-deb", "rpm"]);

/**
 * busybox's shell prefers its own programs to those in PATH if it is the static one, which is installed here. Debian's other one does
 * not, and both cannot be installed.
 */
function dynamicBusybox(): string {
	const folder = temporaryFolder("busybox");
	const options = { cwd: folder, stdio: "pipe" } as const;
	execFileSync("apt-get", ["download", "-q", "-o", "APT::Sandbox::User=root", "busybox"], options);
	execFileSync("sh", ["-c", "dpkg-deb -x busybox_*.deb ."], options);
	return join(folder, "usr/bin/busybox");
}

/** Names of the host's tools that this program also has. */
function namesIn(program: string): string[] {
	const names = execFileSync(program, ["--list"], { encoding: "utf8" }).split(/[\s,]+/);
	return names.filter(
		(name) =>
			name !== "" && !kept.has(name) && !program.endsWith(`/${name}`) && places.some((place) => existsSync(join(place, name))),
	);
}

/** Words before a command that put this program in the place of the host's tools, for this command only. */
function inPlaceOf(names: readonly string[], program: string): string[] {
	const folder = temporaryFolder("tools");
	copyFileSync(program, join(folder, "tools"));
	chmodSync(join(folder, "tools"), 0o755);
	for (const name of names) symlinkSync("tools", join(folder, name));
	const cover = `for place in ${places.join(" ")}; do mount -n -t overlay -o "ro,lowerdir=$1:$place" tools "$place"; done`;
	return ["unshare", "--mount", "--propagation", "private", "sh", "-euc", `${cover}; shift; exec "$@"`, "sh", folder];
}

describe.each([
	["busybox", dynamicBusybox, ["sh", "stat", "base64", "mknod", "chroot", "setsid"], []],
	["coreutils in Rust", () => "/usr/bin/coreutils", ["stat", "base64", "mknod", "cp"], ["env", "chroot"]],
])("with the tools of %s", (_, programOf, needed, others) => {
	const state = temporaryState();
	let daemon: Daemon;
	let port: number;
	let enter: readonly string[];

	beforeAll(async () => {
		port = await freePort();
		daemon = redis(port);
		const program = programOf();
		const names = namesIn(program).filter((name) => !others.includes(name));
		expect(names).toEqual(expect.arrayContaining(needed));
		enter = inPlaceOf(names, program);
		const [first = "", ...words] = [...enter, "realpath", ...needed.map((name) => `/usr/bin/${name}`)];
		const found = new Set(execFileSync(first, words, { encoding: "utf8" }).trim().split("\n"));
		expect([...found]).toEqual(["/usr/bin/tools"]);
	});

	test("a cage is made, answers in its trial and lets nothing escape", async () => {
		const made = await makeAsUsual(["--name", "redis", "--user", "redis", ...wordsOf(daemon)], { state, enter });
		expect(made.answered).toBe(true);
		expect(made.selftest).toMatchObject({ escaped: [], findings: [] });
	});

	test("its application runs, and ends with its command", async () => {
		const run = startRun("redis", { state, enter });
		await eventually(() => askRedis(port, ["SET", "still", "here"]));
		expect((await run.stop()).status).toBe(0);
	});

	test("a shell in it and its update work", async () => {
		const shell = await cagewright(["shell", "redis", "--", "true"], { state, enter });
		expect(shell).toMatchObject({ status: 0, stderr: "" });
		expect(await cagewright(["update", "redis", "--yes", "--quiet"], { state, enter })).toMatchObject({ status: 0, stderr: "" });
	});
});
