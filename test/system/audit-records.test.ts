import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { words } from "../../src/base/native-program.ts";
import { readAuditRecords } from "../../src/watch/host/kernel-log.ts";
import { temporaryFolder } from "./cagewright.ts";
import { eventually } from "./eventually.ts";

/** struct sock_filter: records getppid(2) and permits it, as everything else. */
function recordingFilter(): Buffer {
	const number = process.arch === "x64" ? 110 : 173;
	const permitted = 0x7fff0000;
	const recorded = 0x7ffc0000;
	return words(0x20, 0, 0x15 | (1 << 24), number, 0x06, recorded, 0x06, permitted);
}

test("each record of a flood is delivered, equal ones together", async () => {
	const filter = join(temporaryFolder("filter"), "filter");
	writeFileSync(filter, recordingFilter());
	const records: { text: string; count: number }[] = [];
	let lost = 0;
	const reading = await readAuditRecords(
		(text, others) => void records.push({ text, count: 1 + new Set(others).size }),
		() => void lost++,
	);
	if (!reading) throw new Error("the kernel's audit records are unreadable here");
	try {
		// A name of its own, because the kernel knows another number of a process in a PID namespace.
		const name = `flood-${process.pid}`;
		const calls = ["perl", "-e", "$0 = shift; getppid for 1..400", name];
		expect(spawnSync("setpriv", ["--no-new-privs", "--seccomp-filter", filter, "--", ...calls]).status).toBe(0);
		await eventually(() => {
			const own = records.filter(({ text }) => text.includes(` comm="${name}" `));
			expect(own.reduce((sum, { count }) => sum + count, 0)).toBe(400);
			expect(own.length).toBeLessThan(400);
			for (const { text } of own) expect(text).toMatch(/^audit: type=1326 audit\(\d+\.\d{3}:\d+\): auid=\d+ .* syscall=\d+ .*$/);
		});
		expect(reading.isRunning()).toBe(true);
		expect(lost).toBe(0);
	} finally {
		reading.stop();
	}
	await eventually(() => expect(reading.isRunning()).toBe(false));
});
