import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { NativeProgram } from "../../src/base/host/release.ts";
import { withAppended } from "../../src/base/native-program.ts";
import { confineData } from "../../src/confine/confiner.ts";
import { landlockRuleset } from "../../src/confine/landlock.ts";
import { environmentData, initData } from "../../src/launch/programs/init.ts";
import { type OwnedSocket, socketsData } from "../../src/launch/programs/passed-sockets.ts";
import { temporaryFolder } from "./cagewright.ts";

/** The same sources become the same program on every processor. Compilers and QEMU judge that. */

const folder = temporaryFolder("processors");
const architectures = ["x64", "arm64"] as const;
const isEmulated = spawnSync("qemu-aarch64", ["--version"]).status === 0;
/** A machine with one of the two processors runs the other one's programs only with qemu-user, which takes half a gigabyte. */
const runnable = architectures.filter(
	(architecture) => architecture === process.arch || (isEmulated && architecture === "arm64"),
);

beforeAll(async () => {
	const { compileNative } = await import(new URL("../../scripts/native.js", import.meta.url).href);
	for (const architecture of architectures) compileNative(architecture, join(folder, architecture));
});

test.each([
	["x64", "Advanced Micro Devices X86-64"],
	["arm64", "AArch64"],
] as const)("programs for %s are static, need no relocation and are small", (architecture, machine) => {
	const names = spawnSync("ls", [join(folder, architecture)], { encoding: "utf8" })
		.stdout.trim()
		.split("\n");
	expect(names).toContain("init");
	// The kernel runs *.bpf.
	for (const name of names.filter((one) => !one.endsWith(".bpf"))) {
		const file = join(folder, architecture, name);
		const { stdout } = spawnSync("readelf", ["-hldrW", file], { encoding: "utf8" });
		expect(stdout).toMatch(new RegExp(`Machine: +${machine}`));
		expect(stdout).toContain("There is no dynamic section in this file.");
		expect(stdout).toContain("There are no relocations in this file.");
		expect(stdout).not.toMatch(/ [R ]WE /);
		expect(readFileSync(file).length).toBeLessThan(32 * 1024);
	}
});

describe.each(runnable)("on %s", (architecture) => {
	function place(name: NativeProgram, data?: Buffer): string[] {
		const file = join(folder, `${name}-${architecture}`);
		writeFileSync(file, withAppended(readFileSync(join(folder, architecture, name)), data), { mode: 0o755 });
		return architecture === process.arch ? [file] : ["qemu-aarch64", file];
	}
	function run([program = "", ...args]: readonly string[], values = {}) {
		const { status, stderr, stdout } = spawnSync(program, args, { cwd: folder, encoding: "utf8", ...values });
		return { status, stderr, stdout };
	}

	test.each([
		[["/bin/sh", "-c", "exit 7"], 7],
		[["/bin/sh", "-c", "kill -9 $$"], 137],
		[["/bin/sh", "-c", "(sleep 0.1; touch late) & exit 0"], 0],
		[["/nowhere"], 125],
	])("the init ends with the status of %j", (command, status) => {
		expect(run([...place("init", initData()), folder, ...command]).status).toBe(status);
	});

	test("the environment program sets its own variables, those of its arguments and the process's own number", () => {
		const line = 'echo "$A,$EMPTY,$B $$ $LISTEN_PID"';
		const program = place("environment", environmentData({ listens: true, variables: { A: "b c", EMPTY: "", PATH: "/bin" } }));
		const words = [...program, folder, "B=d", "LISTEN_PID=0", "", "/bin/sh", "-c", line];
		expect(run(words).stdout).toMatch(/^b c,,d (\d+) \1\n$/);
	});

	test("the confiner runs the next program or says what is refused", () => {
		const program = place("confine", confineData({ landlock: 0, ruleset: landlockRuleset([], false), filters: [] }));
		expect(run([...program, "/bin/sh", "-c", "grep NoNewPrivs /proc/self/status"]).stdout).toBe("NoNewPrivs:\t1\n");
		expect(run([...program, "/nowhere"])).toMatchObject({
			status: 125,
			stderr: "cagewright-conf: starting the next program: refused\n",
		});
	});

	test("passed sockets are open from descriptor 3 on", () => {
		const unix = { kind: "stream", name: "a", mode: 0o600, directoryMode: 0o755, options: [], uid: -1, gid: -1 } as const;
		const sockets: OwnedSocket[] = [
			{ ...unix, address: `${folder}/socket-${architecture}` },
			{ ...unix, kind: "datagram", address: `@processors-${process.pid}-${architecture}`, options: ["pass-credentials"] },
		];
		const data = socketsData(sockets, { entersRoot: false, checksLinks: true, ipv6: true, umask: 0o27 });
		const line = `umask; stat -c %a ${folder}/socket-${architecture}; stat -L -c %F /proc/self/fd/3 /proc/self/fd/4`;
		expect(run([...place("sockets", data), "/bin/sh", "-c", line]).stdout).toBe("0027\n600\nsocket\nsocket\n");
	});

	test("the calls are those of the source", () => {
		const program = place("environment", environmentData());
		const traced = architecture === process.arch ? ["strace", ...program] : ["qemu-aarch64", "-strace", ...program.slice(1)];
		const { stderr } = run([...traced, "/", "A=b", "", "/nowhere"]);
		const names = [...stderr.matchAll(/^(?:\d+ )?(?:cagewright.*)?([a-z_0-9]+)\(/gm)].map(([, name]) => name);
		expect(architecture === process.arch ? names.slice(1) : names).toEqual(["chdir", "execve", "write", "exit_group"]);
	});
});
