import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, temporaryFolder, temporaryState } from "../system/cagewright.ts";
import { eventually } from "../system/eventually.ts";
import { commandOf, descendantsOf, leftovers } from "../system/processes.ts";
import { smallest } from "../template/corpus.ts";
import { keys, type PtyProgram } from "./terminal.ts";
import { atFiles, finish, hangUp, openWizard, planned, save, toTrace, wizardProgram } from "./wizards.ts";

/** The steps from the trial to the end, on a terminal. */

/** Resumes a prepared session of the demonstration and goes to the first round of its trial. */
async function atTrialOfDemo(state: string): Promise<PtyProgram> {
	const wizard = await atFiles(state, { columns: 100, rows: 30 });
	await planned(wizard);
	await wizard.sees(/step 6\/7.*Gen\./s);
	return wizard;
}

const verdict = /✓ \d+ escape techniques tried: 0 succeed, \d+ refused, \d+ permitted by the plan/;

/** The directories that the administrator asked to mount. */
const bindsOf = (state: string, name: string): unknown =>
	JSON.parse(readFileSync(join(state, "cages", name, "cage.json"), "utf8")).rules.binds;

/** A cage without times and rounds. */
function cageOf(state: string, name: string): unknown {
	const folder = join(state, "cages", name, "manifests");
	const [file = ""] = readdirSync(folder);
	const { madeAt: _, ...manifest } = JSON.parse(readFileSync(join(folder, file), "utf8"));
	const entries = manifest.entries.map(({ copy: _, mtime: __, reasons: ___, ...entry }: Record<string, unknown>) => entry);
	const { openings } = manifest;
	// Other tests add accounts to the host meanwhile.
	const { groupsLeftOut: _groups, usersLeftOut: _users, ...accounts } = manifest.accounts;
	return { ...manifest, entries, accounts, openings: Object.keys(openings).sort() };
}

/** Runs a command of the wizard in a shell, for another state folder. */
async function copied(line: string, state: string, other: string): Promise<void> {
	const bin = join(other, "bin");
	mkdirSync(bin);
	writeFileSync(join(bin, "cagewright"), `#!/bin/sh\nexec ${process.execPath} ${wizardProgram} "$@"\n`, { mode: 0o755 });
	const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
	const again = `${line.trim()} --no-selftest`.replaceAll(state, join(other, "state"));
	await promisify(execFile)("sh", ["-c", again], { env });
}

describe("a trial", () => {
	it("shows self-test, output and a shell, resumes after SIGHUP, and follows resizes while saving", async () => {
		const state = temporaryState();
		const wizard = await atTrialOfDemo(state);
		await wizard.sees(/^1 +yes +1\/1 +0 +1 /m);
		// Keys of one chunk are handled one by one.
		await wizard.pressAt(verdict, "t");
		await wizard.pressAt("For your information:", "/ptrace", keys.enter);
		await wizard.pressAt("1/1", "qo");
		await wizard.pressAt(/Output.*listening on/s, "/GET", keys.enter, "n");
		await wizard.pressAt(/2\/\d/, "q");
		await wizard.sees(verdict);

		const before = await wizard.screen();
		wizard.press("!");
		await wizard.pressAt("cage demo:/", "echo in $((6*7)) as $(whoami); ls /etc/shadow", keys.enter);
		await wizard.sees("in 42 as nobody");
		await wizard.sees("No such file or directory");
		// Ctrl-C goes to the shell, not to the wizard.
		wizard.press("sleep 1000", keys.enter);
		await eventually(() => expect(descendantsOf(wizard.pid).map(commandOf)).toContain("sleep 1000"));
		wizard.press(keys.ctrlC);
		await eventually(() => expect(descendantsOf(wizard.pid).map(commandOf)).not.toContain("sleep 1000"));
		wizard.resize(90, 28);
		await eventually(async () => {
			wizard.press("stty size", keys.enter);
			await wizard.sees("28 90", 1);
		});
		wizard.resize(100, 30);
		wizard.press("exit 3", keys.enter);
		await wizard.sees("step 6/7");
		await eventually(async () => expect(await wizard.screen()).toEqual(before));
		wizard.press("!");
		await wizard.sees("cage demo:/");
		await hangUp(wizard, state);
		await wizard.close();

		// The candidate was discarded, so it is built and tested again.
		const next = openWizard(state, ["--resume", "demo"], { columns: 100, rows: 30 });
		await next.sees(verdict);
		await next.seesAt(60, 15, /Enter to save\.[\s\S]*Protection[\s\S]*Enter save/);
		next.resize(150, 40);
		await next.pressAt(/ │ Application output/, keys.enter);
		await save(next);
		await next.sees("The cage demo is ready. Its application answers.");
		await next.seesAt(60, 15, /❯ Finish\n.*Enter choose/s);
		await next.seesAt(100, 30, "Show the commands for the next steps");
		next.press("jjjj", keys.enter);
		await next.pressAt(/Record of demo.*# /s, "q", "jj", keys.enter);
		await next.pressAt("Repeat the self-test:", "q", "q");
		expect((await next.ended).exitCode).toBe(0);
		expect(leftovers(state)).toEqual([]);
		expect(readdirSync(join(state, "sessions"))).toEqual([]);
		// The equivalent command stays visible after the alternate screen.
		expect((await next.screen()).map((line) => line.trim())).toContain(`cagewright --state ${state} make demo --yes`);
	});
});

/**
 * If it cannot read its own statistics, it opens another file, complains and exits. So that file is the likeliest cause. The script
 * does not contain its path, because such files go in at once.
 */
const picky = (pages: string) => `import http.server, sys
open("${pages}/index.html").read()
try:
    open("/proc/self/stat").read()
except OSError:
    try:
        open("/etc/" + "debian_version").read()
    except OSError as error:
        sys.exit(f"picky: fatal: {error}")
http.server.test(http.server.SimpleHTTPRequestHandler, port=8471, bind="127.0.0.1")
`;

async function withPicky(state: string, script: string): Promise<void> {
	const probes = ["curl -fsS --noproxy '*' http://127.0.0.1:8471/ | grep -q listing"];
	const application = { command: ["/usr/bin/python3", script], user: "nobody", probes, timeout: 30 };
	const file = join(temporaryFolder("picky-template"), "picky.json");
	writeFileSync(file, JSON.stringify({ ...smallest, name: "picky", application }));
	expect((await cagewright(["template", "import", file, "--yes"], { state })).status).toBe(0);
}

describe("an application with a missing file", () => {
	it.runIf(isLong)(
		"gets the likeliest fix with one key, and the equivalent command makes the same cage without deselected items",
		async () => {
			const state = temporaryState();
			const other = temporaryState();
			const script = join(temporaryFolder("picky"), "picky.py");
			// Content that the cage mounts without a rule, so the stored cage must not contain one either.
			const pages = temporaryFolder("picky-pages");
			writeFileSync(join(pages, "index.html"), "hello");
			writeFileSync(script, picky(pages));
			await withPicky(state, script);
			await withPicky(join(other, "state"), script);
			const wizard = openWizard(state, [], { columns: 200, rows: 40 });
			await toTrace(wizard, "picky");
			await wizard.pressAt("It answers.", keys.enter);
			await planned(wizard);
			await wizard.sees(/step 6\/7.*Gen\./s);
			const shown = await wizard.sees("the likeliest cause first");
			expect(shown).toMatch(/❯ \[✓\] \/etc\/debian_version/);
			expect(shown).toMatch(/Why it is listed: the application printed: picky: fatal/);
			expect(shown).toMatch(/It exited with status 1/);
			// A permission is not preselected while something likelier exists.
			wizard.press("j");
			await wizard.pressAt(/❯ \[ \] \/proc\/self\/stat/, keys.enter);
			await wizard.sees(/^2 +yes .*\/etc\/debian_version/m);
			await wizard.pressAt(verdict, keys.enter);
			await save(wizard);
			await wizard.sees("The cage picky is ready. Its application answers.");
			await finish(wizard);
			const shownCage = await cagewright(["show", "picky", "--json"], { state });
			expect(JSON.stringify(shownCage.json)).toContain("/etc/debian_version");
			expect(cageOf(state, "picky")).toMatchObject({ binds: [{ path: pages, access: "ro" }] });
			const line = (await wizard.screen()).find((one) => one.includes("make picky")) ?? "";
			expect(line).toContain("--refuse proc");
			await copied(line, state, other);
			expect(cageOf(join(other, "state"), "picky")).toEqual(cageOf(state, "picky"));
			for (const one of [state, join(other, "state")]) expect(bindsOf(one, "picky")).toEqual([]);
		},
	);
});
