import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { systemMachine } from "../../src/cli/machine.ts";
import { initName } from "../../src/core/confinement/launch.ts";
import { children, findInit } from "../../src/system/launch/processes.ts";
import { temporaryState } from "./cagewright.ts";

/** What happens as soon as a process's status was read. */
let afterStatus = (_pid: number) => {};
/** No status is readable, as if each process had ended before the search. */
let isBlind = false;
vi.mock(import("../../src/system/running/proc.ts"), async (original) => {
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
	isBlind = true;
	let output = "";
	const ended = await launchIn(["/nonexistent"], (chunk) => {
		output += Buffer.from(chunk).toString();
	});
	expect(ended).toEqual({ status: 125 });
	expect(output).toContain("cannot execute the application");
});

test("a launch of which a step fails without a word has failed, and is no application that ended", async () => {
	isBlind = false;
	// The launch refuses to outlive its starter, and says nothing to somebody who is gone.
	const pid = vi.spyOn(process, "pid", "get").mockReturnValue(2 ** 22 - 1);
	try {
		await expect(launchIn(["/bin/true"], () => {})).rejects.toMatchObject({
			code: "launch-failed",
			values: { detail: "status 125" },
		});
	} finally {
		pid.mockRestore();
	}
});

async function launchIn(command: readonly string[], onOutput: (chunk: Uint8Array) => void) {
	const { launcher } = systemMachine(temporaryState());
	await using sandbox = await launcher.createSandbox();
	const launched = await launcher.start({
		launch: { kind: "sandbox", sandbox, directories: [], given: [], devices: [], capabilities: [], sockets: [] },
		identity: { name: "root", uid: 0, gid: 0, groups: [], home: "/root" },
		command,
		cwd: "/",
		env: {},
		network: "own",
		onOutput,
	});
	return await launched.ended;
}
