import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { children, findInit } from "../../src/base/host/processes.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import { systemMachine } from "../../src/cli/machine.ts";
import { initName, launchFailed } from "../../src/confine/places.ts";
import { RunningApplication, spawnLaunch } from "../../src/launch/host/running-application.ts";
import type { Launch, LaunchRequest } from "../../src/launch/ports.ts";
import { temporaryFolder, temporaryState } from "./cagewright.ts";

/** What happens as soon as a process's status was read. */
let afterStatus = (_pid: number) => {};
/** No status is readable, as if each process had ended before the search. */
let isBlind = false;
vi.mock(import("../../src/base/host/proc.ts"), async (original) => {
	const real = await original();
	const statusText = (pid: number) => {
		if (isBlind) return undefined;
		const text = real.statusText(pid);
		afterStatus(pid);
		return text;
	};
	return { ...real, statusText };
});

test("a process that becomes the init during the search is found, and not its child of the same name", async () => {
	// Becomes the init once it reads a line.
	const program = `$| = 1; print "ready\\n"; <STDIN>; $0 = q(${initName}); fork; sleep 60`;
	const starter = spawn("sh", ["-c", `perl -e '${program}'; :`], { detached: true, stdio: ["pipe", "pipe", "inherit"] });
	try {
		await once(starter.stdout, "data");
		const [init = 0] = children(starter.pid ?? 0);
		afterStatus = (pid) => {
			if (pid !== init) return;
			afterStatus = () => {};
			// Synchronous, so that nothing happens in between but this.
			starter.stdin.write("\n");
			const waiting = new Int32Array(new SharedArrayBuffer(4));
			while (!children(init).length) Atomics.wait(waiting, 0, 0, 5);
		};
		expect(findInit(starter.pid ?? 0)).toBe(init);
	} finally {
		process.kill(-(starter.pid ?? 0), "SIGKILL");
	}
});

test("an application that cannot be executed has been launched, even if it ended before the search", async () => {
	const { launcher } = systemMachine(temporaryState());
	await using sandbox = await launcher.createSandbox();
	const launch: Launch = { kind: "sandbox", sandbox, directories: [], given: [], devices: [], capabilities: [], sockets: [] };
	isBlind = true;
	let output = "";
	const launched = await launcher.start({
		...requestOf(["/nonexistent"], launch),
		network: "own",
		onOutput: (chunk) => {
			output += chunk.toString();
		},
	});
	expect(await launched.ended).toEqual({ status: 125 });
	expect(output).toContain("cannot execute the application");
});

test("a launch that fails without a word has failed, and is no application that ended", async () => {
	const request: LaunchRequest = { ...requestOf(["/bin/true"], { kind: "host", capabilities: [] }), onOutput() {} };
	const folder = temporaryFolder("silent");
	const spawned = await spawnLaunch(request, ["sh", "-c", `exit ${launchFailed}`], folder);
	const launch = { folder: pathFromText(folder), trace: undefined, cleanUp: async () => {} };
	const started = new RunningApplication(spawned, request, launch).started();
	await expect(started).rejects.toMatchObject({ code: "launch-failed", values: { detail: `status ${launchFailed}` } });
});

function requestOf(command: readonly string[], launch: Launch): LaunchRequest {
	const identity = { name: "root", uid: 0, gid: 0, groups: [], home: "/root" };
	return { launch, identity, command, cwd: "/", env: {}, network: "host" };
}
