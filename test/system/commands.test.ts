import { expect, test } from "vitest";
import { cagewright, temporaryState } from "./cagewright.ts";

test("every started program is reported with its command line and its exit status", async () => {
	const { status, stderr } = await cagewright(["make", "demo", "--yes", "--events"], { state: temporaryState() });
	expect(status).toBe(0);
	const events = stderr
		.split("\n")
		.filter(Boolean)
		.map((line) => JSON.parse(line) as { event: string; number: number; line: string; status: number });
	const started = events.filter(({ event }) => event === "command-started");
	const ended = events.filter(({ event }) => event === "command-ended");
	expect(started.some(({ line }) => line.includes(" strace -f ") && line.includes(" unshare "))).toBe(true);
	expect(started.some(({ line }) => line.includes("nsenter --net=") && line.includes("127.0.0.1:8085"))).toBe(true);
	expect(ended.map(({ number }) => number).sort()).toEqual(started.map(({ number }) => number).sort());
	// The probe has to fail before anything runs.
	expect(ended.find(({ number }) => number === started[0]?.number)?.status).not.toBe(0);
});
