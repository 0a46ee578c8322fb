import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { initName } from "../../src/core/confinement/launch.ts";
import { children, findInit } from "../../src/system/launch/processes.ts";

/** What happens as soon as a process's status was read. */
let afterStatus = (_pid: number) => {};
vi.mock(import("../../src/system/running/proc.ts"), async (original) => {
	const real = await original();
	const statusText = (pid: number) => {
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
