import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { TracePipe, tracePipe } from "../../src/launch/host/trace-pipe.ts";
import { temporaryFolder } from "./cagewright.ts";

const descriptors = () => readdirSync("/proc/self/fd").length;

test("every byte arrives once and in order at any speed, and nothing stays open", async () => {
	const before = descriptors();
	const chunks: Uint8Array[] = [];
	const folder = temporaryFolder("pipe");
	const pipe = new TracePipe(folder, (chunk) => chunks.push(chunk));
	const writer = spawn("sh", ["-c", 'seq 300000 >"$1"', "sh", tracePipe(folder)], { stdio: "ignore" });
	await once(writer, "close");
	pipe.finish();
	const lines = Buffer.concat(chunks).toString("latin1").trimEnd().split("\n");
	expect(lines.length).toBe(300_000);
	expect(lines.every((line, index) => line === String(index + 1))).toBe(true);
	expect(descriptors()).toBe(before);
});

test("a pipe without a writer ends empty", () => {
	const pipe = new TracePipe(temporaryFolder("pipe"), () => expect.unreachable());
	pipe.finish();
	pipe.finish();
});
