import { once } from "node:events";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import { StateSessions } from "../../src/sessions/host/sessions.ts";
import { ownProcess } from "./workshop.ts";

/** The session store on a real disk, with files that an accident or an attacker may leave there. */
let state: string;
let sessions: StateSessions;

beforeEach(() => {
	state = fs.mkdtempSync(join(tmpdir(), "cagewright-sessions-"));
	sessions = new StateSessions(state);
});
afterEach(() => fs.rmSync(state, { recursive: true, force: true }));

const place = (...names: string[]) => join(state, "sessions", ...names);
const large = Array.from({ length: 3000 }, (_, index) => ({ path: `/usr/lib/\xff${index}`, reasons: [{ kind: "traced" }] }));
const fields = { answers: { name: "redis" }, screen: "files", plan: { entries: large, notes: [] }, output: large.slice(0, 200) };

async function left(more: object = {}): Promise<string> {
	const held = await sessions.create();
	await held.write({ ...fields, ...more });
	held.release();
	return held.id;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
	const error = await work.then(
		() => undefined,
		(error: unknown) => error,
	);
	if (!(error instanceof Failure)) throw error ?? new Error("did not fail");
	return error.code;
}

describe("a session", () => {
	test("is restored as it was written, in a small head and large parts, readable only by its owner", async () => {
		const id = await left();
		const files = fs.readdirSync(place(id)).sort();
		expect(files).toEqual([/^output-\d+\.json$/, /^plan-\d+\.json$/, "session.json"]);
		for (const file of files) expect(fs.statSync(place(id, file)).mode & 0o777).toBe(0o600);
		expect(fs.statSync(place(id)).mode & 0o777).toBe(0o700);
		expect(fs.statSync(place(id, "session.json")).size).toBeLessThan(4096);
		const { fields: found, held } = await sessions.open(id);
		expect(found).toEqual(fields);
		held.release();
	});

	test("is written only in its changed parts, without leftovers", async () => {
		const held = await sessions.create();
		await held.write(fields);
		const before = fs.readdirSync(place(held.id));
		await held.write({ ...fields, screen: "build" });
		expect(fs.readdirSync(place(held.id))).toEqual(before);
		await held.write({ ...fields, plan: { ...fields.plan }, output: [] });
		expect(fs.readdirSync(place(held.id)).sort()).toEqual([expect.stringMatching(/^plan-/), "session.json"]);
		expect(fs.readdirSync(place(held.id))).not.toContain(before.find((name) => name.startsWith("plan-")));
		await held.write({ answers: fields.answers });
		expect(fs.readdirSync(place(held.id))).toEqual(["session.json"]);
		await held.remove();
		expect(fs.readdirSync(place())).toEqual([]);
	});

	test("is listed with the latest first, and a listing creates nothing", async () => {
		expect(await sessions.list()).toEqual([]);
		expect(fs.readdirSync(state)).toEqual([]);
		const first = await left();
		await new Promise((resolve) => setTimeout(resolve, 5));
		const second = await left();
		expect((await sessions.list()).map((one) => one.id)).toEqual([second, first]);
	});

	test("conf installs no signal handler", async () => {
		const before = ["SIGHUP", "SIGINT", "SIGTERM", "SIGUSR2"].map((name) => process.listenerCount(name));
		await left();
		expect(["SIGHUP", "SIGINT", "SIGTERM", "SIGUSR2"].map((name) => process.listenerCount(name))).toEqual(before);
	});
});

describe("a session that is damaged", () => {
	test.each([
		["cut off", (id: string) => fs.truncateSync(place(id, "session.json"), 40)],
		["emptied", (id: string) => fs.truncateSync(place(id, "session.json"), 0)],
		["something else", (id: string) => fs.writeFileSync(place(id, "session.json"), '["what"]')],
		["without a version", (id: string) => fs.writeFileSync(place(id, "session.json"), '{"fields":{},"parts":{},"savedAt":1}')],
		["too large", (id: string) => fs.truncateSync(place(id, "session.json"), 2 * 1024 * 1024)],
		["open to others", (id: string) => fs.chmodSync(place(id, "session.json"), 0o666)],
		["another account's", (id: string) => fs.chownSync(place(id, "session.json"), 1234, 1234)],
		["in another account's folder", (id: string) => fs.chownSync(place(id), 1234, 1234)],
		["in a folder for all", (id: string) => fs.chmodSync(place(id), 0o777)],
		[
			"a link",
			(id: string) => {
				fs.writeFileSync(join(state, "elsewhere"), fs.readFileSync(place(id, "session.json")));
				fs.rmSync(place(id, "session.json"));
				fs.symlinkSync(join(state, "elsewhere"), place(id, "session.json"));
			},
		],
		[
			"a folder that is a link",
			(id: string) => {
				fs.rmSync(place(id), { recursive: true });
				fs.symlinkSync("/etc", place(id));
			},
		],
		[
			"a FIFO's place",
			(id: string) => {
				fs.rmSync(place(id, "session.json"));
				fs.mkdirSync(place(id, "session.json"));
			},
		],
	])("(%s) is reported, moved aside with a message, and can be removed", async (_how, damage) => {
		const id = await left();
		damage(id);
		expect(await sessions.list()).toMatchObject([{ id, problem: "damaged", fields: {} }]);
		expect(await codeOf(sessions.open(id))).toBe("session-damaged");
		expect(await sessions.list()).toMatchObject([{ id: `damaged-${id}`, problem: "aside" }]);
		await sessions.remove(`damaged-${id}`);
		expect(fs.readdirSync(place())).toEqual([]);
		expect(fs.existsSync("/etc/passwd")).toBe(true);
	});

	test.each([
		["cut off", (path: string) => fs.truncateSync(path, fs.statSync(path).size - 20)],
		["emptied", (path: string) => fs.truncateSync(path, 0)],
		["in the lines of version 1", (path: string) => fs.writeFileSync(path, '{"kind":"value"}\n"plan"\n{"end":2}\n')],
		["gone", (path: string) => fs.rmSync(path)],
		["another account's", (path: string) => fs.chownSync(path, 1234, 1234)],
		[
			"a link",
			(path: string) => {
				fs.rmSync(path);
				fs.symlinkSync("/etc/passwd", path);
			},
		],
	])("with a part (%s) is restored without that part", async (_how, damage) => {
		const id = await left();
		const part = fs.readdirSync(place(id)).find((name) => name.startsWith("plan-")) ?? "";
		damage(place(id, part));
		const { fields: found, held } = await sessions.open(id);
		expect(found).toEqual({ ...fields, plan: undefined });
		held.release();
	});

	test("cannot name a part outside its folder", async () => {
		const id = await left();
		const head = JSON.parse(fs.readFileSync(place(id, "session.json"), "utf8"));
		fs.writeFileSync(place("secret-1.json"), '"secret"', { mode: 0o600 });
		head.parts.plan = "../secret-1.json";
		fs.writeFileSync(place(id, "session.json"), JSON.stringify(head), { mode: 0o600 });
		const { fields: found, held } = await sessions.open(id);
		expect(found.plan).toBeUndefined();
		held.release();
	});

	test("of a newer version is left alone", async () => {
		const id = await left();
		const text = JSON.stringify({ version: 99, whatever: true });
		fs.writeFileSync(place(id, "session.json"), text);
		expect(await sessions.list()).toMatchObject([{ id, problem: "newer" }]);
		expect(await codeOf(sessions.open(id))).toBe("session-newer");
		expect(fs.readFileSync(place(id, "session.json"), "utf8")).toBe(text);
	});

	test("differs from other files, which are not touched", async () => {
		const id = await left();
		fs.writeFileSync(place("notes.txt"), "mine");
		fs.mkdirSync(place("backup"));
		expect((await sessions.list()).map((one) => one.id)).toEqual([id]);
		for (const name of ["notes.txt", "backup", "..", "../cages", "", `${id}/../${id}`]) {
			expect(await codeOf(sessions.open(name))).toBe("session-unknown");
			expect(await codeOf(sessions.remove(name))).toBe("session-unknown");
		}
	});
});

describe("two processes", () => {
	/** Starts a process that opens a session, says so, and keeps it until it is killed. */
	const holder = async (id: string) => {
		const child = ownProcess(
			`import { StateSessions } from "./src/sessions/host/sessions.ts";
			await new StateSessions(process.argv[2]).open(process.argv[3]);
			console.log("open"); setInterval(() => {}, 1000);`,
			[state, id],
		);
		await once(child.stdout as NodeJS.ReadableStream, "data");
		return child;
	};

	test("never share a session, and that of a killed process is free again", async () => {
		const id = await left();
		const child = await holder(id);
		expect(await sessions.list()).toMatchObject([{ id, holder: child.pid }]);
		expect(await codeOf(sessions.open(id))).toBe("session-open");
		expect(await codeOf(sessions.remove(id))).toBe("session-open");
		child.kill("SIGKILL");
		await once(child, "exit");
		const { held } = await sessions.open(id);
		held.release();
	});

	test("remove each other's unwritten sessions only after the owner's death", async () => {
		const making = await sessions.create();
		const dead = place("0123abcd");
		fs.mkdirSync(dead, { mode: 0o700 });
		fs.writeFileSync(join(dead, "plan-1.json"), "");
		expect(await sessions.list()).toEqual([]);
		const next = await sessions.create();
		expect(fs.readdirSync(place()).sort()).toEqual([making.id, `${making.id}.lock`, next.id, `${next.id}.lock`].sort());
		making.release();
		next.release();
	});
});
