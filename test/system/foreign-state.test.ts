import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { begin, cagewright, inProcess, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { nobodyInParticular as user } from "./ordinary.ts";
import { preparedRedis } from "./prepared.ts";
import { mounted, scoped } from "./scoped.ts";

/** Root reads a state folder that belongs to a user, who can change everything in it at any moment. */

const reading = [
	["list"],
	["show", "redis"],
	["check", "redis"],
	["check", "--all"],
	["doctor"],
	["explain", "redis"],
	["explain", "redis", "/usr/bin/redis-server"],
	["diff", "redis"],
	["stale"],
	["record", "redis"],
	["sessions", "list"],
	["template", "list"],
	["apps", "redis"],
] as const;
const writing = [
	["run", "redis"],
	["trial", "redis"],
	["shell", "redis"],
	["update", "redis"],
	["rollback", "redis"],
	["remove", "redis", "--yes"],
	["minimise", "redis", "--yes"],
	["selftest", "redis"],
	["stale", "--mark"],
	["unit", "redis"],
	["export", "redis", "-o", "/var/tmp/cagewright-never-written"],
	["template", "save", "redis"],
	["make", "demo", "--yes"],
] as const;

const made = temporaryState();
let port: number;
beforeAll(async () => {
	({ port } = await preparedRedis(made));
});

let state: string;
let victim: string;
beforeEach(() => {
	const folder = temporaryFolder("foreign");
	fs.chmodSync(folder, 0o755);
	state = join(folder, "state");
	execFileSync("cp", ["-a", made, state]);
	victim = temporaryFolder("victim");
	for (const name of ["secret", "cage.json", "x.json"]) fs.writeFileSync(join(victim, name), `{"secret of root": ${name}`);
	fs.mkdirSync(join(victim, "sub"));
	for (const path of [".", "cages", "cages/redis", "scratch"]) fs.mkdirSync(join(state, path), { recursive: true });
	execFileSync("find", [state, "-not", "-path", "*/generations/*", "-exec", "chown", "-h", `${user}:${user}`, "{}", "+"]);
});
afterEach(() => fs.rmSync(join(state, ".."), { recursive: true, force: true, maxRetries: 5 }));

/** Everything visible of a tree, except for access times. */
const seen = (folder: string) =>
	execFileSync("find", [folder, "-printf", "%p %y %i %m %U %s %T@ %C@ %l\\n"], { encoding: "latin1" }).split("\n").sort();

/** Plants a killed command's leftover, which root would remove from its own state. */
function plantLeftover(): string {
	const leftover = join(state, "scratch/.scratch-1-1-aaaaaaaaaaaa");
	fs.mkdirSync(join(leftover, "a"), { recursive: true });
	fs.writeFileSync(join(leftover, "a/file"), "");
	execFileSync("chown", ["-R", `${user}`, leftover]);
	return leftover;
}

test("reading verbs answer, and change nothing", async () => {
	plantLeftover();
	fs.mkdirSync(join(state, "cages/.removed-1-1-aaaaaaaaaaaa"));
	const before = seen(state);
	for (const words of reading) {
		const { status, stderr } = await cagewright(words, { state });
		expect({ words, status, stderr }).toMatchObject({ status: expect.toSatisfy((value: number) => value <= 1) });
		expect(stderr).not.toContain("Internal error");
	}
	expect(seen(state)).toEqual(before);
});

test("verbs that would write are refused with one line, and change nothing", async () => {
	plantLeftover();
	const before = seen(state);
	for (const words of writing) {
		const { status, stderr } = await inProcess(words, { state });
		expect({ words, status, stderr }).toMatchObject({ status: 4, stderr: expect.stringMatching(/^cagewright: [^\n]+\n$/) });
	}
	expect(seen(state)).toEqual(before);
});

test("no process that the user's state names is killed or signalled", async () => {
	const script = join(plantLeftover(), "launch.sh");
	await using named = scoped(spawn("sh", ["-c", "read line", script]));
	await using _run = startRun("redis", { state: made });
	await eventually(async () => expect(await askRedis(port, ["PING"])).toBe("PONG"));
	fs.rmSync(join(state, "cages/redis/generations"), { recursive: true });
	fs.mkdirSync(join(state, "cages/redis/generations"));
	// Without root, a user can only imitate this bind mount with a link, and a link is refused too.
	const generation = "cages/redis/generations/1";
	fs.mkdirSync(join(state, generation));
	using _mount = mounted(join(state, generation), "--bind", join(made, generation));
	for (const words of reading) await cagewright(words, { state });
	expect(await inProcess(["signal", "redis", "TERM"], { state })).toMatchObject({ status: 4 });
	expect(named.exitCode ?? named.signalCode).toBe(null);
	expect(await askRedis(port, ["PING"])).toBe("PONG");
});

const readers = [
	["show", "redis"],
	["check", "redis"],
	["record", "redis"],
];
/** They open the same files in the same way, so each place is tried with one of the first `count`, or with all by `npm run test:long`. */
const some = (index: number, count: number) => readers.slice(0, count).filter((_, at) => isLong || at === index % count);

describe("a link of the user", () => {
	const places = [
		"cages",
		"scratch",
		"templates",
		"sessions",
		"features.json",
		"settings.json",
		"cages/redis",
		"cages/redis/cage.json",
		"cages/redis/data",
		"cages/redis/manifests",
		"cages/redis/manifests/1.json",
		"cages/redis/generations",
		"cages/redis/generations/1",
		"cages/redis/log",
		"cages/redis/record.md",
		"cages/redis/traces",
		"cages/redis/traces/host.json.gz",
		"cages/redis/account.json",
		"cages/redis/adoption.json",
		"cages/redis/stale",
		"cages/redis/evidence",
		"cages/redis/current",
		"cages/other",
		"scratch/.scratch-1-1-aaaaaaaaaaaa",
		"cages/redis/lock",
	];

	test.each(places.map((place, index) => [place, index] as const))("at %s is not followed by root", async (place, index) => {
		const path = join(state, place);
		fs.rmSync(path, { recursive: true, force: true });
		fs.symlinkSync(/\.[a-z]+$|log$|stale$/.test(place) ? join(victim, "secret") : victim, path);
		execFileSync("chown", ["-h", String(user), path]);
		const before = [...seen(victim), ...seen(state)];
		for (const words of [...some(index, 2), ["remove", "redis", "--yes"]]) {
			const { status, stderr, stdout } = await cagewright(words, { state });
			expect(stderr + stdout, words.join(" ")).not.toMatch(/secret of root|Internal error/);
			expect(status, words.join(" ")).toBeLessThanOrEqual(4);
		}
		expect([...seen(victim), ...seen(state)]).toEqual(before);
	});

	test("in place of the state folder is not followed by root", async () => {
		const link = `${state}-link`;
		fs.symlinkSync(made, link);
		execFileSync("chown", ["-h", String(user), link]);
		const before = seen(made);
		expect((await cagewright(["list"], { state: link })).status).toBe(4);
		expect((await cagewright(["remove", "redis", "--yes"], { state: link })).status).toBe(4);
		expect(seen(made)).toEqual(before);
	});
});

const fifos = [
	"cages/redis/cage.json",
	"cages/redis/manifests/1.json",
	"cages/redis/log",
	"cages/redis/record.md",
	"cages/redis/stale",
	"cages/redis/account.json",
	"cages/redis/adoption.json",
	"cages/redis/traces/host.json.gz",
	"features.json",
	"scratch",
	"cages",
];
test.each(fifos.map((place, index) => [place, index] as const))("a FIFO at %s blocks no verb", async (place, index) => {
	fs.rmSync(join(state, place), { recursive: true, force: true });
	execFileSync("mkfifo", [join(state, place)]);
	for (const words of some(index, 3)) {
		// A process knows its machine's features once it has read them.
		const result = place === "features.json" ? await begin(words, { state }).ended : await cagewright(words, { state });
		expect(result.status).toBeLessThanOrEqual(4);
	}
});

test("directories that are swapped for links while root reads lose nothing", async () => {
	const [cages, other] = [join(state, "cages"), join(state, ".cages")];
	const leftover = plantLeftover();
	const attacker = spawn(
		"sh",
		[
			"-c",
			'while :; do mv "$1" "$2"; ln -s "$3" "$1"; rm "$1"; mv "$2" "$1"; mv "$4/a" "$4/b"; ln -s "$3" "$4/a"; rm "$4/a"; mv "$4/b" "$4/a"; done',
			"sh",
			cages,
			other,
			victim,
			leftover,
		],
		{ stdio: "ignore", uid: user, gid: user, detached: true },
	);
	const ended = once(attacker, "close");
	const before = seen(victim);
	try {
		for (let round = 0; round < 6; round++) await cagewright(["list"], { state });
		expect(seen(victim)).toEqual(before);
	} finally {
		// Kill its whole group: an mv that outlives the shell would move a folder back.
		process.kill(-(attacker.pid as number), "SIGKILL");
		await ended;
		if (fs.existsSync(other) && !fs.lstatSync(cages, { throwIfNoEntry: false })) fs.renameSync(other, cages);
	}
	expect(fs.readdirSync(join(leftover)).length).toBeGreaterThan(0);
	expect(fs.readFileSync(join(victim, "secret"), "utf8")).toContain("secret of root");
});
