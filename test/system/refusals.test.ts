import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { begin, cagewright, inProcess, type Result, temporaryState } from "./cagewright.ts";
import { type Daemon, pythonPages, redis, startOnHost, wordsOf } from "./daemons.ts";
import { hiding } from "./hiding.ts";
import { freePort } from "./network.ts";
import { preparedDemo, preparedRedis } from "./prepared.ts";

/** Requests that must fail: with one line that says why, the right exit status, and nothing left behind. */

const state = temporaryState();
let daemon: Daemon;

beforeAll(async () => {
	daemon = pythonPages(await freePort());
});

function makeArguments(options: readonly string[] = [], command: readonly string[] = daemon.command): string[] {
	return ["make", "--yes", "--quiet", "--name", "refused", ...options, "--", ...command];
}

function expectRefused(result: Result, status: number, ...says: (string | RegExp)[]): void {
	expect(result).toMatchObject({ status, stdout: "" });
	expect(result.stderr).toMatch(/^cagewright: [^\n]+\n$/);
	for (const words of says) expect(result.stderr).toMatch(words);
	expectNoCage("refused");
}

/** Not even an empty folder may exist. */
function expectNoCage(name: string): void {
	let cages: string[] = [];
	try {
		cages = readdirSync(`${state}/cages`);
	} catch {
		// Nothing has been made in this state.
	}
	expect(cages).not.toContain(name);
}

test("make without strace names the missing package", async () => {
	const result = await cagewright(makeArguments(["--probe", daemon.probe]), { state, enter: hiding("/usr/bin/strace") });
	expectRefused(result, 3, "strace", "Install the package strace", "doctor --fix");
});

test.each([
	["an unknown account", ["--user", "no-such-account"], "no-such-account"],
	["an unknown group", ["--user", "nobody:no-such-group"], "no-such-group"],
	["a working directory that does not exist", ["--cwd", "/nowhere"], "Directory '/nowhere' does not exist"],
	["a file as working directory", ["--cwd", "/etc/passwd"], "Directory '/etc/passwd' does not exist"],
	["--keep without --minimise", ["--keep", "/etc"], "--minimise"],
])("%s is refused", async (_, options, says) => {
	expectRefused(await inProcess(makeArguments([...options, "--probe", daemon.probe]), { state }), 2, says);
});

test("a mistyped cage, template or account is answered with the nearest one, in every verb", async () => {
	const own = temporaryState();
	await preparedDemo(own);
	const say = async (...words: string[]) => {
		const { status, stderr } = await cagewright(words, { state: own });
		return `${status} ${stderr}`;
	};
	const verbs = [
		"show",
		"check",
		"explain",
		"run",
		"shell",
		"unit",
		"update",
		"rollback",
		"diff",
		"record",
		"selftest",
		"minimise",
	];
	for (const verb of [...verbs, "remove", "plan", "build", "trial"]) {
		expect(await say(verb, "dmeo")).toMatch(/^2 cagewright: Unknown cage 'dmeo'\. Did you mean 'demo'\? [^\n]*\n$/);
	}
	expect(await say("--lang", "de", "show", "demo2")).toMatch(/^2 cagewright: Unbekannter Käfig 'demo2'\. Meinten Sie 'demo'\? /);
	expect(await say("show", "unlike")).toMatch(/^2 cagewright: Unknown cage 'unlike'\. `/);
	expect(await say("make", "reids", "--yes")).toMatch(/'reids'\. Did you mean 'redis'\? /);
	expect(await say("template", "show", "ngnix")).toMatch(/^2 cagewright: Unknown template 'ngnix'\. Did you mean 'nginx'\? /);
	expect(await say(...makeArguments(["--user", "nobdy", "--probe", daemon.probe]))).toMatch(
		/^2 cagewright: Unknown account 'nobdy'\. Did you mean 'nobody'\? /,
	);
	expect(await say(...makeArguments(["--user", "nobody:nogruop", "--probe", daemon.probe]))).toMatch(
		/^2 cagewright: Unknown group 'nogruop'\. Did you mean 'nogroup'\? /,
	);
	expect(await say("run", "demo", "--accept-finding", "setuidd")).toMatch(
		/^2 cagewright: Unknown finding 'setuidd'\. Did you mean .*'setuid'/,
	);
	// Commander knows verbs and options.
	expect(await say("chekc", "demo")).toContain("'check'");
	expect(await say("check", "--al")).toContain("'--all'");
});

test.each([
	["--bind /etc:ro", 4],
	["--bind /proc", 4],
	["--bind /dev", 4],
	["--bind /", 4],
	["--bind /etc/../dev", 2],
	["--bind /nothing/here", 2],
	["--include srv/shop", 2],
	["--include /nowhere/shop", 2],
	["--include /etc/nothing-*.here", 2],
	["--device dev/null", 2],
	["--device /dev/nothing-here", 2],
	["--device /etc/passwd", 2],
	["--writable srv/shop", 2],
	["--writable /etc/passwd", 4],
	["--writable /proc/sys", 4],
])("%s is refused before anything starts", async (option, status) => {
	const rule = option.split(" ");
	for (const verb of [["make", "--yes"], ["make", "--dry-run"], ["trace"]]) {
		const words = [...verb, "--events", "--name", "refused", ...rule, ...wordsOf(daemon)];
		expectRefused(await inProcess(words, { state }), status, (rule[1] ?? "").replace(":ro", ""));
	}
});

test("make needs no parameter whose command was given instead, and repeats the command", async () => {
	const values = ["--set", "port=11211", "--set", "send=version", "--set", "expect=VERSION"];
	const request = ["make", "network-daemon", "--name", "cache", ...values, "--dry-run", "--json", "--", "/bin/sleep", "1"];
	const { json, status } = await inProcess(request, { state });
	expect(status).toBe(0);
	expect(json.command).toContain(
		"make network-daemon --set port=11211 --set send=version --set expect=VERSION --name cache --yes -- /bin/sleep 1",
	);
});

test("a probe without an answer fails and is quoted by its first line", async () => {
	const line = `curl -fsS http://127.0.0.1:${await freePort()}/ &&`;
	const result = await cagewright(makeArguments(["--timeout", "1", "--probe", `${line}\nfalse`]), { state });
	expectRefused(result, 1, "does not answer", `${line}…`);
	expect(result.stderr).not.toContain("false");
});

test("a probe that passes without the application is refused", async () => {
	expectRefused(await cagewright(makeArguments(["--probe", "true"]), { state }), 2, "proves nothing", "true");
});

test("a probe that another daemon of this machine answers is refused with --on-host", async () => {
	const other = redis(await freePort());
	await startOnHost(other);
	const result = await cagewright(makeArguments(["--on-host", "--probe", other.probe], other.command), { state });
	expectRefused(result, 2, "already answers");
});

test("a command that exits at once is reported with its last output", async () => {
	const result = await cagewright(makeArguments(["--probe", daemon.probe], ["redis-server", "/no/such.conf"]), { state });
	expectRefused(result, 1, "redis-server");
	expect(result.stderr).toMatch(/no\/such\.conf|open config/);
});

test.each(["../escape", "a/b", "", ".", "..", "a..b", ".hidden", "-rf", "a b", "a\nb", "a\n", "a\0", "ä", "x".repeat(65)])(
	"the name %j is refused",
	async (name) => {
		const words = ["make", "--yes", "--quiet", `--name=${name}`, ...wordsOf(daemon)];
		expectRefused(await inProcess(words, { state }), 2);
	},
);

test.each(["run", "show", "remove", "plan", "build", "trial", "unit", "minimise"])(
	"%s refuses a missing cage and a name with ..",
	async (verb) => {
		for (const name of ["no-such-cage", "../../etc"]) {
			const result = await inProcess([verb, name], { state });
			expectRefused(result, 2, name);
		}
	},
);

test("without a terminal and --yes, make shows the plan and makes nothing, whatever a pipe answers", async () => {
	const args = ["make", "--quiet", "--name", "refused", ...wordsOf(daemon)];
	const result = await cagewright(args, { state, input: "y\ny\n" });
	expect(result.status).toBe(2);
	expect(result.stderr).toMatch(/^cagewright: [^\n]*--yes[^\n]*\n$/);
	expect(result.stdout).toContain("python3");
	expectNoCage("refused");
});

test.each([
	["a start without a verb and a terminal", [], "cagewright make"],
	["an unknown template", ["make", "no-such-template", "--yes", "--quiet"], "no-such-template"],
	["a missing program", makeArguments(["--probe", "false"], ["no-such-program"]), "no-such-program"],
	["a command of an unknown protocol without a probe", makeArguments(["--timeout", "1"], ["sleep", "1000"]), "--probe"],
	["an option that does not exist", ["list", "--no-such-option"], ""],
	["a verb that does not exist", ["no-such-verb"], ""],
	["a timeout that is no number", ["make", "--timeout", "soon", "demo"], ""],
	["two words where one command is meant", ["make", "demo", "nginx"], ""],
	["a second run of a cage that does not exist", ["trace", "no-such-cage", "--add"], ""],
	["a path that climbs", ["make", "demo", "--writable", "/srv/../etc"], ""],
])("%s is wrong usage", async (_, args, says) => {
	expectRefused(await inProcess(args, { state }), 2, says);
});

test("another application under an existing name is refused, and replaces it with --replace", async () => {
	const folder = temporaryState();
	const where = { state: folder };
	const first = await preparedRedis(folder);
	const record = readFileSync(`${folder}/cages/redis/cage.json`, "utf8");
	const other = ["make", "--name", "redis", "--user", "nobody", "--yes", "--quiet", "--no-selftest", "--probe", daemon.probe];
	const refused = await inProcess([...other, "--", ...daemon.command], where);
	expect(refused.status).toBe(2);
	expect(refused.stderr).toMatch(/^cagewright: [^\n]*redis[^\n]*--replace[^\n]*\n$/);
	expect(readFileSync(`${folder}/cages/redis/cage.json`, "utf8")).toBe(record);

	const replaced = await cagewright([...other, "--replace", "--json", "--", ...daemon.command], where);
	expect(replaced).toMatchObject({ status: 0, json: { answered: true } });
	expect(replaced.json.root).not.toBe(first.made.root);
	const shown = await cagewright(["show", "redis", "--json"], where);
	expect(shown.json).toMatchObject({ application: { command: expect.arrayContaining([daemon.folder]) } });
});

test("a second command on the same cage names the process of the first", async () => {
	const options = ["--name", "twice", ...wordsOf(daemon)];
	const first = begin(["trace", "--events", ...options], { state });
	await first.says("application-started");
	const second = await inProcess(["make", "--quiet", "--yes", ...options], { state });
	expect(second.status).toBe(1);
	expect(second.stderr).toContain(String(first.pid));
	expect((await first.ended).status).toBe(0);
});

test.each(["check", "update", "update --dry-run"])(
	"%s of several cages refuses an unknown one before any work",
	async (words) => {
		const there = temporaryState();
		await preparedDemo(there);
		const [verb = "", ...options] = words.split(" ");
		expect(await inProcess([verb, "demo", "nosuch", ...options], { state: there })).toMatchObject({
			status: 2,
			stdout: "",
			stderr: /^cagewright: Unknown cage 'nosuch'[^\n]+\n$/,
		});
	},
);
