import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, home, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { hiding } from "./hiding.ts";
import { preparedDemo } from "./prepared.ts";

/** Words before a command for which this folder is dist/. */
const withDist = (folder: string) => {
	const script = 'mount --bind "$1" "$2"; shift 2; exec "$@"';
	return ["unshare", "--mount", "--propagation", "private", "sh", "-euc", script, "sh", folder, join(home, "dist")];
};

/** What a script of scripts/ prints without gcc for BPF, and its status. */
function withoutBpf(dist: string, ...words: readonly string[]) {
	const [program = "", ...args] = [...withDist(dist), ...hiding("/usr/bin/bpf-gcc"), process.execPath, ...words];
	const { status, stderr } = spawnSync(program, args, { cwd: home, encoding: "utf8" });
	return { status, stderr };
}

test.runIf(isLong)("a build without gcc for BPF lacks only trace --for, which says what to install", async () => {
	const dist = join(temporaryFolder("build"), "dist");
	mkdirSync(dist);
	expect(withoutBpf(dist, "build.js")).toEqual({
		status: 0,
		stderr: "cagewright: without bpf-gcc (Debian package gcc-bpf), this build has no `trace --for` of running cages\n",
	});
	expect(existsSync(join(dist, "native", process.arch, "failures"))).toBe(true);
	const [state, enter] = [temporaryState(), withDist(dist)];
	await preparedDemo(state);
	expect((await cagewright(["doctor", "--json"], { state, enter })).json.findings).toContainEqual(
		expect.objectContaining({ what: "failure-watch", state: "note", advice: expect.stringContaining("gcc-bpf") }),
	);
	await using _run = startRun("demo", { state });
	await eventually(async () => {
		const { status, stderr } = await cagewright(["trace", "demo", "--for", "1s"], { state, enter });
		expect({ status, stderr }).toEqual({
			status: 3,
			stderr:
				"cagewright: This build has no `trace --for`, because it was made without gcc for BPF. Install the Debian package gcc-bpf, run `npm run build`, then try again.\n",
		});
	});
});

test.runIf(isLong)("a package is not made without gcc for BPF", () => {
	const dist = join(temporaryFolder("package"), "dist");
	mkdirSync(dist);
	const { status, stderr } = withoutBpf(dist, "build.js", process.arch);
	expect(status).toBe(3);
	expect(stderr).toMatch(/^cagewright: native\/failures\.bpf\.c could not be compiled: .*Debian package gcc-bpf\)\n$/m);
});
