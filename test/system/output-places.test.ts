import { execFileSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	constants,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type OutputRequest, openOutput } from "../../src/base/host/output.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import { begin, cagewright } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { ours, outputFolder } from "./output-folder.ts";

/** Outputs in a directory that somebody else can change, also during the work. */

const { at, folder, metrics, record, state } = outputFolder("output-places");

describe("a place that somebody changes during the work", () => {
	const request = (values: Partial<OutputRequest> = {}): OutputRequest => ({
		path: pathFromText(at("out")),
		isOurs: (beginning) => beginning === "ours",
		signal: new AbortController().signal,
		...values,
	});
	const target = () => writeFileSync(at("target"), "kept");
	const changes: Readonly<Record<string, readonly [change: () => void, code: string]>> = {
		"a link": [() => symlinkSync(at("target"), at("out")), "output-is-link"],
		"a directory": [() => mkdirSync(at("out")), "output-is-folder"],
		"a FIFO": [() => execFileSync("mkfifo", [at("out")]), "output-changed"],
		"a device": [() => execFileSync("mknod", [at("out"), "c", "1", "3"]), "output-changed"],
		"a foreign file": [() => writeFileSync(at("out"), "mine"), "output-foreign"],
	};

	test.each(Object.entries(changes))("is not written if %s appears there", async (_, [change, code]) => {
		for (const first of ["", "ours"]) {
			target();
			if (first) writeFileSync(at("out"), first);
			await using output = await openOutput(request());
			rmSync(at("out"), { force: true });
			change();
			const { ino, mode } = lstatSync(at("out"));
			await expect(output.write("new")).rejects.toMatchObject({ code });
			expect(lstatSync(at("out"))).toMatchObject({ ino, mode });
			expect(readFileSync(at("target"), "utf8")).toBe("kept");
			expect(readdirSync(folder).sort()).toEqual(["out", "target"]);
			rmSync(at("out"), { recursive: true });
		}
	});

	test("is in the directory that was opened, whatever is there now", async () => {
		mkdirSync(at("first"));
		mkdirSync(at("second"));
		await using output = await openOutput(request({ path: pathFromText(at("first/out")) }));
		renameSync(at("first"), at("moved"));
		symlinkSync("second", at("first"));
		await output.write("new");
		expect([readdirSync(at("moved")), readdirSync(at("second"))]).toEqual([["out"], []]);
	});

	test("is written by each of many commands at once", async () => {
		const texts = Array.from({ length: 20 }, (_, index) => `${index}`);
		const write = async (text: string) => {
			await using output = await openOutput(request({ isOurs: () => true }));
			await output.write(text);
		};
		await Promise.all(texts.map(write));
		expect(texts).toContain(readFileSync(at("out"), "utf8"));
		expect(readdirSync(folder)).toEqual(["out"]);
	});

	test("is not written after a signal", async () => {
		const controller = new AbortController();
		await using output = await openOutput(request({ signal: controller.signal }));
		controller.abort();
		await expect(output.write("new")).rejects.toMatchObject({ name: "AbortError" });
		expect(readdirSync(folder)).toEqual([]);
	});

	test("nothing is left of a command that a signal ends", async () => {
		for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
			await using run = begin(["export", "demo", "-o", at("demo.tar")], { state });
			await eventually(() => expect(readdirSync(folder)).toHaveLength(1));
			expect(readdirSync(folder)).not.toContain("demo.tar");
			run.send(signal);
			expect((await run.ended).status).toBeGreaterThan(128);
			expect(readdirSync(folder)).toEqual([]);
		}
	});
});

describe("a directory of another user", () => {
	const user = 65534;
	const place = (name: string, mode: number) => {
		mkdirSync(at(name));
		chmodSync(at(name), mode);
		chownSync(at(name), mode & 0o1000 ? 0 : user, 0);
		return at(name);
	};

	test("gets root's output, and its owner's file keeps that owner", async () => {
		const home = place("home", 0o755);
		expect((await record(join(home, "new"))).status).toBe(0);
		expect(lstatSync(join(home, "new"))).toMatchObject({ uid: 0, mode: constants.S_IFREG | 0o600 });
		writeFileSync(join(home, "m.prom"), ours);
		chownSync(join(home, "m.prom"), user, 0);
		expect((await metrics(join(home, "m.prom"))).status).toBe(0);
		expect(lstatSync(join(home, "m.prom")).uid).toBe(user);
	});

	test("cannot lead root elsewhere by a link, and root's own links work", async () => {
		const home = place("home", 0o755);
		mkdirSync(at("target"));
		for (const name of ["theirs", "ours"]) symlinkSync("../target", join(home, name));
		execFileSync("chown", ["-h", String(user), join(home, "theirs")]);
		const expected = { status: 4, stderr: /home\/theirs: it is another user's link to \.\.\/target/ };
		for (const words of [["metrics"], ["export", "demo"], ["export", "demo", "--format", "quadlet"], ["template", "new", "x"]])
			expect(await cagewright([...words, "-o", join(home, "theirs/new")], { state })).toMatchObject(expected);
		expect(readdirSync(at("target"))).toEqual([]);
		expect((await metrics(`${home}/ours/../target/m.prom`)).status).toBe(0);
		expect(readdirSync(at("target"))).toEqual(["m.prom"]);
	});

	test("shared by all, cannot hand root's output to somebody who was there first", async () => {
		const shared = place("shared", 0o1777);
		writeFileSync(join(shared, "m.prom"), ours);
		chownSync(join(shared, "m.prom"), user, 0);
		for (const force of [[], ["--force"]])
			expect(await metrics(join(shared, "m.prom"), ...force)).toMatchObject({ status: 4, stderr: /another user/ });
		expect(readFileSync(join(shared, "m.prom"), "utf8")).toBe(ours);
		chownSync(join(shared, "m.prom"), 0, 0);
		expect((await metrics(join(shared, "m.prom"))).status).toBe(0);
	});
});
