import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isLong } from "../long.ts";
import { packed, unpacked } from "./archives.ts";
import { inProcess } from "./cagewright.ts";
import { exportedRedis } from "./hostile-archives.ts";

/** Whatever an archive writes into any field of its cage's description, it becomes no word of a script or line of a unit of root. */

const { archive, folder, there } = exportedRedis();
const seed = Number(process.env.CAGEWRIGHT_SEED ?? Date.now() % 1_000_000);

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Keys = readonly (string | number)[];

/** Every setting that a unit can have, so that each is tried. */
const service = {
	umask: 0o27,
	resourceLimits: ["--nofile=100:200"],
	oomScoreAdjust: 5,
	ignoresPipe: true,
	notifies: true,
	watchdog: 30_000_000,
	stopSignal: "INT",
	pidFile: "/run/a.pid",
	pidFiles: ["/run/b.pid"],
	runtimeDirectories: ["/run/a"],
	before: [["/bin/a", "b"]],
	after: [["/bin/a"]],
	reload: [["/bin/a"]],
	stop: [["/bin/a"]],
	credentials: [{ name: "key", content: "YQ==" }],
};
const application = {
	service,
	limits: { memory: 1e9, processes: 50, files: 500 },
	directories: ["/run/made:0755:redis:redis"],
	env: { A: "b" },
	sockets: ["stream /run/made/a name=a"],
	timeout: 30,
};

const words = ["'pwned;\"$(pwned)`pwned`%n", "'\npwned\nExecStartPre=+/bin/pwned\n'"];

/** Places of all values but those of files, of which there are many of a kind. */
function leaves(json: Json, keys: Keys = []): Keys[] {
	if (typeof json !== "object" || json === null) return [keys];
	const some = Array.isArray(json) ? json.slice(0, 2) : json;
	return Object.entries(some).flatMap(([key, value]) => leaves(value, [...keys, Array.isArray(json) ? Number(key) : key]));
}

function replaced(json: Json, [key, ...rest]: Keys, change: (old: Json) => Json): Json {
	if (key === undefined) return change(json);
	if (Array.isArray(json)) return json.map((one, index) => (index === key ? replaced(one, rest, change) : one));
	const object = json as { [key: string]: Json };
	return { ...object, [key]: replaced(object[key] as Json, rest, change) };
}

/** Returns what a shell does not read as quoted text: a word that it may expand or execute. */
function unquoted(script: string): string {
	let found = "";
	for (const [part] of script.matchAll(/'[^']*'|"(?:[^"\\]|\\.)*"|(?<=^|\s)#[^\n]*|\\.|[^'"\\#]+|./gs))
		if (!part.startsWith("'") && !/^\s*#/.test(part)) found += part;
	return found;
}

const settingsOf = (unit: string) => [...new Set(unit.split("\n").map((line) => /^\w+=/.exec(line)?.[0] ?? ""))].sort();

const tree = `${folder}/words`;
const described = ["cage.json", "manifests/1.json"];

/** Imports the description. Returns root's script and unit, or undefined if the import refuses. */
async function made(files: ReadonlyMap<string, Json>): Promise<{ readonly script: string; readonly unit: string } | undefined> {
	for (const [name, json] of files) writeFileSync(`${tree}/${name}`, JSON.stringify(json));
	const file = packed(tree, `${folder}/words.tar`);
	rmSync(`${there}/cages`, { recursive: true, force: true });
	const taken = await inProcess(["import", file, "--name", "taken", "--yes", "--no-trial"], { state: there });
	if (taken.status !== 0) {
		expect([2, 4], taken.stderr).toContain(taken.status);
		expect(taken.stderr).toMatch(/^cagewright: [^\n]*\n$/);
		return undefined;
	}
	const [script, unit] = [
		await inProcess(["run", "taken", "--print"], { state: there }),
		await inProcess(["unit", "taken"], { state: there }),
	];
	for (const one of [script, unit]) expect([0, 2, 4], one.stderr).toContain(one.status);
	return { script: script.stdout, unit: unit.stdout };
}

test(`hostile words in a description stay quoted, or are refused (seed ${seed})`, async () => {
	unpacked(archive, tree);
	const files = new Map<string, Json>(described.map((name) => [name, JSON.parse(readFileSync(`${tree}/${name}`, "utf8"))]));
	Object.assign((files.get("cage.json") as { application: object }).application, application);
	const harmless = await made(files);
	if (!harmless) throw new Error("the unchanged description was refused");
	expect(harmless.script).toContain("prlimit");
	const places = [...files].flatMap(([name, json]) => leaves(json).map((keys) => [name, keys] as const));
	expect(places.length).toBeGreaterThan(100);
	const tried = isLong ? places : places.filter((_, index) => index % 40 === seed % 40);
	let accepted = 0;
	for (const [name, keys] of tried)
		for (const word of words) {
			const change = (old: Json) => (typeof old === "string" ? old + word : word);
			const result = await made(new Map(files).set(name, replaced(files.get(name) as Json, keys, change)));
			if (!result) continue;
			accepted++;
			const place = `${name} ${keys.join(".")}: ${word}`;
			expect(unquoted(result.script), place).not.toContain("pwned");
			expect(settingsOf(result.unit), place).toEqual(settingsOf(harmless.unit));
		}
	expect(accepted).toBeGreaterThan(isLong ? 20 : -1);
	execFileSync("sh", ["-n"], { input: harmless.script });
});
