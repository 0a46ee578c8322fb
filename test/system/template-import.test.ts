// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a shell reads
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { refused, refusedByUs, smallest } from "../template/corpus.ts";
import { cagewright, inProcess, must, temporaryFolder, temporaryState } from "./cagewright.ts";
import { describedJson } from "./described.ts";

/** Imported templates are untrusted: nothing of them runs before the administrator has seen it, and forbidden content is refused. */

const folder = temporaryFolder("from-elsewhere");
const state = temporaryState();
const ran = `${folder}/ran`;
const run = (args: readonly string[]) => cagewright(["template", ...args], { state });

const benign = (name: string, more: object = {}) => ({
	...smallest,
	name,
	application: { command: ["/bin/sh", "-c", `touch ${ran}; sleep 60`], probes: [`touch ${ran}`], exercises: [`touch ${ran}`] },
	...more,
});

function write(name: string, value: unknown, space = 2): string {
	const path = `${folder}/${name}`;
	writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value, null, space));
	return path;
}

test("forbidden content is refused with place and reason, and none of it runs", async () => {
	const hostile = Object.entries({ ...refused, ...refusedByUs }).filter(
		([, [json]]) => typeof json === "object" && json !== null && !Array.isArray(json),
	);
	mkdirSync(`${folder}/hostile`);
	for (const [index, [, [json]]] of hostile.entries()) {
		writeFileSync(
			`${folder}/hostile/${String(index).padStart(3, "0")}.json`,
			JSON.stringify({ schema: smallest.schema, ...(json as object) }, null, 1),
		);
	}
	const { status, stderr, stdout } = await run(["import", `${folder}/hostile`, "--yes", "--json"]);
	expect({ status, stderr }).toEqual({ status: 2, stderr: "" });
	const files = describedJson(stdout).files as { file: string; errors: { code: string; line: number; column: number }[] }[];
	const found = new Map(files.map(({ errors, file }) => [Number(/(\d+)\.json$/.exec(file)?.[1]), errors]));
	for (const [index, [what, [, , code]]] of hostile.entries()) {
		// A file that does not claim to be a template counts as another file of the repository.
		if (what === "no schema" || what === "another schema") continue;
		const errors = found.get(index) ?? [];
		expect(
			errors.map((error) => error.code),
			what,
		).toContain(code);
		expect(
			errors.every(({ column, line }) => line > 0 && column > 0),
			what,
		).toBe(true);
	}
	expect(existsSync(`${state}/templates`)).toBe(false);
	expect(existsSync(ran)).toBe(false);
});

test("each violation is on its own line, in a format for editors", async () => {
	const path = write("bad.json", {
		...benign("bad"),
		rules: { include: ["/etc/shadow"], devices: ["/dev/null", "/etc/passwd"] },
	});
	const { status, stdout } = await run(["check", path]);
	expect(status).toBe(2);
	expect(stdout).toBe(
		[
			`${path}:27:7: /rules/include/0: matches a file that contains passwords`,
			`${path}:31:7: /rules/devices/1: must be below /dev\n`,
		].join("\n"),
	);
	expect((await run(["check", path, "--lang", "de"])).stdout).toContain("/rules/include/0: erfasst eine Datei mit Passwörtern");
	expect((await inProcess(["make", "bad", "--yes"], { state })).status).toBe(2);
});

test("a file that is not regular or much too large is not read", async () => {
	execFileSync("mkfifo", [`${folder}/fifo.json`]);
	execFileSync("truncate", ["-s", "100M", `${folder}/large.json`]);
	for (const [path, reason] of [
		[`${folder}/fifo.json`, /not a regular file/],
		["/dev/zero", /not a regular file/],
		[`${folder}/large.json`, /too large/],
		[`${folder}/absent.json`, /File '.*absent\.json' does not exist/],
	] as const) {
		const { status, stderr } = await run(["import", path, "--yes"]);
		expect({ path, status }).toEqual({ path, status: 2 });
		expect(stderr).toMatch(reason);
	}
});

test("a template runs after its commands were accepted, and must be accepted again after a change", async () => {
	const path = write("nice.json", benign("nice", { parameters: {} }));
	const asked = await run(["import", path]);
	expect(asked.status).toBe(2);
	for (const word of ["/bin/sh -c", `touch ${ran}`, "Probes", "Exercises", "--yes"]) expect(asked.stderr).toContain(word);
	expect(existsSync(`${state}/templates`)).toBe(false);

	expect((await run(["import", path, "--dry-run"])).stdout).toContain(`touch ${ran}`);
	expect((await run(["import", path, "--yes", "--json"])).json).toMatchObject({ templates: [{ name: "nice", imported: true }] });
	expect((await run(["import", path])).stdout).toContain("already exists and is identical");
	expect((await inProcess(["make", "nice", "--dry-run"], { state })).status).toBe(0);

	const other = write("other.json", benign("nice", { title: { en: "x", de: "x" } }));
	expect((await run(["import", other, "--yes"])).stderr).toMatch(/--replace.*--as/);
	expect((await run(["import", other, "--yes", "--as", "nicer"])).status).toBe(0);

	const stored = `${state}/templates/nice.json`;
	writeFileSync(stored, readFileSync(stored, "utf8").replace("sleep 60", "sleep 61"));
	const refusal = await inProcess(["make", "nice", "--yes"], { state });
	expect(refusal.status).toBe(2);
	expect(refusal.stderr).toMatch(/^cagewright: .*template accept nice.*--yes.*\n$/);
	expect((await run(["list"])).stdout).toMatch(/nice +saved, not accepted/);
	expect((await run(["accept", "nice"])).status).toBe(2);
	expect((await run(["accept", "nice", "--dry-run"])).stdout).not.toContain("was accepted");
	expect((await run(["accept", "nice", "--dry-run", "--json"])).json).toMatchObject({ name: "nice", accepted: false });
	expect((await run(["accept", "nice", "--yes"])).status).toBe(0);
	expect((await inProcess(["make", "nice", "--dry-run"], { state })).status).toBe(0);

	expect((await run(["remove", "nice", "--dry-run"])).stderr).toMatch(/`template remove`.*--dry-run.*`template import`/);
	expect(existsSync(stored)).toBe(true);
	expect((await run(["remove", "nice"])).status).toBe(0);
	expect((await inProcess(["make", "nice", "--yes"], { state })).status).toBe(2);
	expect(existsSync(ran)).toBe(false);
});

test("the name of a built-in template cannot be used", async () => {
	const { status, stderr } = await run(["import", write("redis.json", benign("redis")), "--yes"]);
	expect(status).toBe(2);
	expect(stderr).toMatch(/built-in.*--as/);
	expect((await run(["remove", "redis"])).stderr).toMatch(/built in/);
});

test("a new template is valid, names its schema for editors, and overwrites no file", async () => {
	const path = `${folder}/shop.json`;
	expect((await run(["new", "shop", "-o", path])).stderr).toContain("cagewright template check");
	const { $schema } = JSON.parse(readFileSync(path, "utf8")) as { $schema: string };
	expect(JSON.parse(readFileSync($schema, "utf8"))).toHaveProperty("properties");
	expect((await run(["check", path])).status).toBe(0);
	expect((await run(["import", path, "--dry-run"])).stdout).toContain("/usr/bin/shop --port");
	expect((await run(["new", "shop", "-o", path])).status).toBe(2);
	expect((await run(["new"])).status).toBe(2);
	for (const name of ["Shop", "../shop"]) {
		const says = `Invalid template name '${name}': use lower-case letters`;
		expect(await run(["new", name])).toMatchObject({ status: 2, stderr: expect.stringContaining(says) });
	}
});

test("a changed export is refused", async () => {
	const bundle = `${folder}/demo.bundle.json`;
	expect((await run(["export", "demo", "-o", bundle])).status).toBe(0);
	expect((await run(["check", bundle])).status).toBe(0);
	expect((await run(["import", bundle, "--as", "my-demo", "--yes"])).status).toBe(0);
	const { template } = (await run(["show", "my-demo", "--json"])).json;
	const known = (await run(["show", "demo", "--json"])).json;
	expect(template.application).toEqual(known.template.application);

	writeFileSync(bundle, readFileSync(bundle, "utf8").replace("8085", "8086"));
	expect(await run(["import", bundle, "--as", "bent", "--yes"])).toMatchObject({ status: 4, stderr: /SHA-256/ });
});

test("a folder is searched for templates at its top and in templates/, without following links", async () => {
	const repository = `${folder}/repository`;
	mkdirSync(`${repository}/templates`, { recursive: true });
	writeFileSync(`${repository}/templates/cloned.json`, JSON.stringify(benign("cloned")));
	writeFileSync(`${repository}/package.json`, '{"name":"another file"}');
	symlinkSync("/etc/shadow", `${repository}/templates/link.json`);
	await must(run(["import", repository, "--yes"]));
	expect((await run(["show", "cloned"])).status).toBe(0);
});

test.each([
	"https://git.example.org/templates",
	"git@git.example.org:templates",
	"git://127.0.0.1/x",
	`file://${folder}`,
	`ext::sh -c touch% ${ran}`,
	`ssh://-oProxyCommand=touch${"${IFS}"}${ran}/x`,
])("the address %s is refused with advice, and nothing is fetched or run", async (address) => {
	const { status, stderr } = await run(["import", address, "--yes"]);
	expect(status).toBe(2);
	expect(stderr).toMatch(/^cagewright: [^\n]* Clone it with git, then import the folder\.\n$/);
	expect(existsSync(ran)).toBe(false);
});

test("the next command names the state folder that got the template", async () => {
	const { status, stdout } = await run(["import", write("used-here.json", benign("used-here")), "--yes"]);
	expect({ status, next: stdout.split("\n").at(-2) }).toEqual({
		status: 0,
		next: `To use it: cagewright --state ${state} make used-here`,
	});
});
