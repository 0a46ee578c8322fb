import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { lstatSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { isUpToDate } from "../../src/cage/host/generation-store.ts";
import { readManifest } from "../../src/cage/host/generations.ts";
import type { Manifest } from "../../src/cage/manifest.ts";
import { plan } from "../cage/plans.ts";
import { eventually } from "./eventually.ts";
import { build, cage, fileEntry, host, hostFile, inCage, inHost, openWorkshop, root } from "./workshop.ts";

openWorkshop();

const previous = (manifest: Manifest) => ({ manifest, root: root(manifest.generation) });

describe("another build", () => {
	test("reads no unchanged file of the host", async () => {
		const one = plan([hostFile("same", Buffer.alloc(3_000_000, 1)), hostFile("changed"), hostFile("touched")]);
		await sleep(150);
		const first = await build(one);
		expect(await isUpToDate(one, previous(first))).toBe(true);
		hostFile("changed", "otherwise");
		// relatime: a read changes a file's access time if it is older than the last change.
		execFileSync("touch", ["-a", "-d", "2001-01-01", inHost("same"), inHost("touched")]);
		const again = plan([fileEntry("same"), fileEntry("changed"), fileEntry("touched")]);
		await sleep(150);
		const atime = () => lstatSync(inHost("same")).atimeMs;
		// touch changes the source's ctime, so one build records the new time first.
		const second = await build(again, { previous: previous(first) });
		execFileSync("touch", ["-a", "-d", "2001-01-01", inHost("same")]);
		await sleep(150);
		const third = await build(again, { previous: previous(second) });
		expect(atime()).toBeGreaterThan(1e12);
		const readBefore = atime();
		const opened = await openedBy(() => build(again, { previous: previous(third) }));
		expect(opened.filter((path) => path.startsWith(`${host}/`))).toEqual([]);
		expect(atime()).toBe(readBefore);
		expect(readFileSync(inCage(inHost("changed"), 4), "utf8")).toBe("otherwise");
		expect((await readManifest(cage, 4)).entries).toEqual(
			third.entries.map((one) => ({ ...one, ...(one.copy && { copy: expect.anything() }) })),
		);
	});

	const touch = () => {
		writeFileSync(inCage(inHost("a")), "evil");
		utimesSync(inCage(inHost("a")), 1_600_000_000, 1_600_000_000);
	};
	test.each([
		["copy", touch, "good"],
		["host's file", () => hostFile("a", "new!"), "new!"],
	])("copies a file again if the %s was changed with the same size and time", async (_, change, copied) => {
		const one = plan([hostFile("a", "good")]);
		await sleep(150);
		const first = await build(one);
		change();
		expect(await isUpToDate(one, previous(first))).toBe(false);
		await build(one, { previous: previous(first) });
		expect(readFileSync(inCage(inHost("a"), 2), "utf8")).toBe(copied);
	});
});

/** Returns the paths that this process opened during the work, according to strace. */
async function openedBy(work: () => Promise<unknown>): Promise<string[]> {
	const strace = spawn("strace", ["-f", "-e", "trace=open,openat,openat2", "-p", String(process.pid)], {
		stdio: ["ignore", "ignore", "pipe"],
	});
	let text = "";
	strace.stderr.on("data", (data) => {
		text += data;
	});
	await eventually(() => expect(text).toContain("attached"));
	await work();
	strace.kill("SIGINT");
	await once(strace, "close");
	expect(text).toContain("openat(");
	return [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path]) => path ?? "");
}
