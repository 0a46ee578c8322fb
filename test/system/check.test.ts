import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { cagewright, inProcess, type Made, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { type Daemon, redis } from "./daemons.ts";
import { found } from "./findings.ts";
import { freePort } from "./network.ts";

/** The audit's findings about a changed cage, during `check` and during a launch. */

const state = temporaryState();
const name = "checked";
const included = temporaryFolder("included");
let daemon: Daemon;
let made: Made;
let library: string;

beforeAll(async () => {
	daemon = redis(await freePort());
	// The state of these tests is below /tmp.
	for (const file of ["page", "still"]) fs.writeFileSync(`${included}/${file}`, "a page\n", { mode: 0o644 });
	made = await make([...words(), "--", ...daemon.command], { state });
	library =
		execFileSync("find", [made.root, "-name", "libssl.so*", "-type", "f"], { encoding: "utf8" }).trim().split("\n")[0] ?? "";
});

/** Options of the cage, before its command. */
const words = () => [
	"--name",
	name,
	"--user",
	"redis",
	"--include",
	included,
	"--accept-finding",
	"way-sticky",
	"--probe",
	daemon.probe,
];

const check = (...words: string[]) => cagewright(["check", ...(words.length ? words : [name])], { state });
/** Ends immediately if the launch is allowed. */
const launchWords = (...options: string[]) => ["run", name, ...options, "--", "/usr/bin/redis-server", "--version"];
const launch = (...options: string[]) => cagewright(launchWords(...options), { state });
const refusedLaunch = (...options: string[]) => inProcess(launchWords(...options), { state });

test("an unchanged cage has no findings except accepted ones", async () => {
	const result = await check();
	expect(found(result)).toEqual([]);
	expect(result.stdout).toContain("checked: accepted way-sticky /tmp: ");
});

const touches = [
	{
		what: "a file that was put into an included folder",
		touch: () => fs.writeFileSync(`${included}/other`, "another page\n"),
		undo: () => fs.rmSync(`${included}/other`),
		line: () => `would add 1 entry: ${included}/other`,
	},
	{
		what: "an empty folder that was put there",
		touch: () => fs.mkdirSync(`${included}/empty`),
		undo: () => fs.rmSync(`${included}/empty`, { recursive: true }),
		line: () => `would add 1 entry: ${included}/empty`,
	},
	{
		what: "a file with other rights and the same content",
		touch: () => fs.chmodSync(`${included}/page`, 0o600),
		undo: () => fs.chmodSync(`${included}/page`, 0o644),
		line: () => `would change 1 entry: ${included}/page (mode)`,
		dry: () => `~ ${included}/page (mode)`,
	},
];

test.each(touches)("$what on the host is reported until it is undone", async ({ dry, line, touch, undo }) => {
	touch();
	const [checked, monitored] = [await check(), await check(name, "--nagios")];
	const planned = await inProcess(["update", name, "--dry-run"], { state });
	undo();
	expect(checked.stdout).toContain(`${name}: update ${line()}\n`);
	expect({ checked: checked.status, monitored: monitored.status }).toEqual({ checked: 1, monitored: 1 });
	expect(monitored.stdout).toContain(`updates missing in ${name}`);
	expect(planned.stdout).toContain(dry?.() ?? line().replace(/^.*: /, "+ "));
	expect(found(await check())).toEqual([]);
});

test("a host file that was merely replaced by its like is reported by neither check nor update", async () => {
	const file = `${included}/page`;
	fs.writeFileSync(`${file}.new`, fs.readFileSync(file), { mode: 0o644 });
	fs.renameSync(`${file}.new`, file);
	expect(found(await check())).toEqual([]);
	expect((await inProcess(["update", name, "--dry-run", "--json"], { state })).json).toMatchObject({
		cages: [{ outcome: "unchanged", changed: [] }],
	});
	// stat(2) suffices for unchanged files.
	const opened = `${state}-opened`;
	const enter = ["strace", "-f", "-q", "-o", opened, "-e", "trace=open,openat,openat2"];
	const updated = await cagewright(["update", name, "--json"], { state, enter });
	const trace = fs.readFileSync(opened, "utf8");
	fs.rmSync(opened);
	expect(updated.json).toMatchObject({ cages: [{ outcome: "unchanged", from: 1 }] });
	expect(fs.readdirSync(`${state}/cages/${name}/generations`)).toEqual(["1"]);
	expect([trace.includes(`${included}/page"`), trace.includes(`${included}/still"`)]).toEqual([true, false]);
});

test("a failed check is UNKNOWN for monitoring, in one line", async () => {
	expect(await cagewright(["check", "nowhere", "--nagios"], { state })).toMatchObject({
		status: 3,
		stdout: /^CAGEWRIGHT UNKNOWN - Unknown cage 'nowhere'[^\n]*\n$/,
		stderr: "",
	});
	const mistyped = `${state}/mistyped`;
	expect(await cagewright(["check", "--all", "--nagios"], { state: mistyped })).toMatchObject({
		status: 3,
		stdout: `CAGEWRIGHT UNKNOWN - State folder ${mistyped} contains no cage. Check the path, or choose another folder with --state.\n`,
	});
	expect(fs.existsSync(mistyped)).toBe(false);
});

test("a cage that is named twice counts once", async () => {
	expect((await cagewright(["check", name, name, "--nagios"], { state })).stdout).toContain("cages=1 ");
});

test("--nagios and --json exclude each other", async () => {
	expect(await check(name, "--nagios", "--json")).toMatchObject({ status: 3, stdout: /UNKNOWN - .*--nagios and --json/ });
});

interface Change {
	readonly what: string;
	readonly change: () => void;
	readonly undo: () => void;
	readonly finding: string;
	/** Undefined if another change of the same severity is launched. */
	readonly refused?: boolean;
}

const aside = () => `${made.root}/../aside`;
const inCage = (path: string) => `${made.root}${path}`;
const configuration = () => `${made.root}/etc/ssl/openssl.cnf`;
const trap = () => `${made.data}${daemon.folder}/data/trap`;

const changes: Change[] = [
	{
		what: "a library with another byte and its old times",
		change: () => {
			execFileSync("cp", ["-a", library, aside()]);
			const { atime, mtime } = fs.statSync(library);
			const bytes = fs.readFileSync(library);
			bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
			fs.writeFileSync(library, bytes);
			fs.utimesSync(library, atime, mtime);
		},
		undo: () => fs.renameSync(aside(), library),
		finding: "danger changed LIBRARY",
		refused: true,
	},
	{
		what: "a file that was put in",
		change: () => fs.writeFileSync(inCage("/usr/bin/sh"), "", { mode: 0o755 }),
		undo: () => fs.rmSync(inCage("/usr/bin/sh")),
		finding: "danger added /usr/bin/sh",
		refused: true,
	},
	{
		what: "a library that the loader is told to load",
		change: () => fs.writeFileSync(inCage("/etc/ld.so.preload"), "/usr/lib/mine.so\n", { mode: 0o644 }),
		undo: () => fs.rmSync(inCage("/etc/ld.so.preload")),
		finding: "danger added /etc/ld.so.preload",
		refused: true,
	},
	{
		what: "a configuration that was edited",
		change: () => {
			execFileSync("cp", ["-a", configuration(), aside()]);
			fs.appendFileSync(configuration(), "# edited\n");
		},
		undo: () => fs.renameSync(aside(), configuration()),
		finding: "warning configuration-edited /etc/ssl/openssl.cnf",
		refused: false,
	},
	{
		what: "a configuration that is gone",
		change: () => fs.renameSync(inCage("/etc/nsswitch.conf"), aside()),
		undo: () => fs.renameSync(aside(), inCage("/etc/nsswitch.conf")),
		finding: "warning missing /etc/nsswitch.conf",
	},
	{
		what: "another mode",
		change: () => fs.chmodSync(library, 0o600),
		undo: () => fs.chmodSync(library, 0o644),
		finding: "warning attributes-changed LIBRARY",
	},
	{
		what: "a setuid file in the data",
		change: () => {
			fs.writeFileSync(trap(), "");
			fs.chmodSync(trap(), 0o4755);
		},
		undo: () => fs.rmSync(trap()),
		finding: "danger data-setuid DATA/trap",
		refused: true,
	},
	{
		what: "a device in the data",
		change: () => void execFileSync("mknod", [trap(), "c", "1", "1"]),
		undo: () => fs.rmSync(trap()),
		finding: "danger data-device DATA/trap",
		refused: true,
	},
];

test.each(changes)("$what is reported", async ({ change, finding, refused, undo }) => {
	change();
	try {
		const result = await check();
		expect(result.status).toBe(1);
		const path = finding.replace("LIBRARY", library.slice(made.root.length)).replace("DATA", `${daemon.folder}/data`);
		expect(found(result)).toEqual([path]);
		if (refused === false) expect((await launch()).status).toBe(0);
		if (refused) {
			const launched = await refusedLaunch();
			expect(launched.status).toBe(4);
			const [, code, where] = path.split(" ");
			expect(launched.stderr).toMatch(/^cagewright: Cage checked was not started because it is not safe: [^\n]+\n$/);
			expect(launched.stderr).toContain(`--accept-finding ${code}:${where}`);
		}
	} finally {
		undo();
	}
	expect(found(await check())).toEqual([]);
});

test("a danger must be accepted by name, and every later launch repeats it", async () => {
	const added = inCage("/usr/bin/sh");
	fs.writeFileSync(added, "", { mode: 0o755 });
	try {
		expect((await refusedLaunch("--accept-finding", "aded")).status).toBe(2);
		expect((await refusedLaunch("--accept-finding", "added:/usr/bin/other")).status).toBe(4);

		for (const result of [await launch("--accept-finding", "added:/usr/bin/sh"), await launch("--quiet")]) {
			expect(result.status).toBe(0);
			expect(result.stderr).toMatch(/^Starting checked despite accepted findings: [^\n]*added \/usr\/bin\/sh\.\n$/);
		}
		expect(found(await check())).toEqual(["accepted added /usr/bin/sh"]);
		const said = 'finding-accepted {"accepted":["added:/usr/bin/sh"]}';
		expect((await cagewright(["show", name, "--history", "--json"], { state })).json.history.join("\n")).toContain(said);
		expect((await cagewright(["show", name, "--record"], { state })).stdout).toContain(said);

		fs.writeFileSync(`${added}2`, "");
		expect((await refusedLaunch()).status).toBe(4);
	} finally {
		for (const path of [added, `${added}2`]) fs.rmSync(path, { force: true });
	}
	expect((await launch()).stderr).toBe("");
});

test("--require full is refused for a unit that systemd starts without Cagewright", async () => {
	expect(await inProcess(["unit", name, "--require", "full"], { state })).toMatchObject({ status: 2, stdout: "" });
});

test("a finding that stops the launch also stops the unit", async () => {
	fs.writeFileSync(inCage("/usr/bin/mine"), "");
	try {
		expect(await inProcess(["unit", name], { state })).toMatchObject({ status: 4, stdout: "" });
	} finally {
		fs.rmSync(inCage("/usr/bin/mine"));
	}
	const { status, stdout } = await inProcess(["unit", name], { state });
	expect(status).toBe(0);
	expect(stdout).toMatch(/^# Accepted findings of the audit: .*way-sticky.*\n/m);
});

test("check --json has the documented fields", async () => {
	fs.writeFileSync(inCage("/usr/bin/mine"), "");
	try {
		const { json, status } = await check(name, "--json");
		expect(status).toBe(1);
		expect(json).toMatchObject({ schema: "cagewright/check/1", cages: [{ name, generation: 1 }] });
		const [cage] = json.cages;
		expect(cage?.findings).toContainEqual({
			finding: "added:/usr/bin/mine",
			acknowledged: null,
			code: "added",
			path: "/usr/bin/mine",
			severity: "danger",
			accepted: false,
			known: false,
			values: { kind: "file" },
			what: "was added to the cage after the build (file)",
			close: "Remove it; if the application needs it, rebuild the cage with --include",
		});
	} finally {
		fs.rmSync(inCage("/usr/bin/mine"));
	}
});

test("check needs either names or --all", async () => {
	expect((await cagewright(["check"], { state })).status).toBe(2);
	expect((await check(name, "--all")).status).toBe(2);
	expect((await check("nobody")).status).toBe(2);
});
