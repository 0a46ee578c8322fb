import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, inProcess, type Json, type Made, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { giveTo } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside, expectWellMade } from "./held.ts";
import { ask, type Network, privateNetwork } from "./network.ts";
import { processesIn } from "./processes.ts";

/**
 * Tests each built-in template with nothing but its required settings: makes the cage, probes, records, checks and saves it. The saved
 * template must describe the same application. Some cages are made again from it.
 */

interface Subject {
	/** Values of parameters that have no default. */
	readonly set?: Readonly<Record<string, string>>;
	readonly options?: readonly string[];
	readonly command?: readonly string[];
	/** Its port. The test checks the listening process's root. */
	readonly port?: number;
}

/**
 * Templates whose cage is also made from the saved template. Their values and commands cover every part of a template. The saved
 * templates of the others only have to request the same.
 */
const madeAgain = new Set(["nginx-account", "sftp", "network-daemon"]);
/** Only `npm run test:long` makes cages from these. Other tests make cages of most of their daemons. */
const madeBeforeReleases = [
	"demo",
	"nginx",
	"apache2",
	"redis",
	"bind9",
	"dnsmasq",
	"haproxy",
	"web-folder",
	"node-service",
	"php-fpm",
	"mariadb",
	"python-service",
];
const tried = (name: string) => isLong || madeAgain.has(name);

const folder = temporaryFolder("templates");
/** sshd only accepts keys in directories that nobody but root can write to. */
const strict = mkdtempSync("/srv/cagewright-");
afterAll(() => rmSync(strict, { recursive: true }));

/** Each file gets a separate folder, because a cage includes the files next to an interpreter's program. */
const write = (name: string, text: string) => {
	const own = `${folder}/${name.replace(".", "-")}`;
	mkdirSync(own);
	writeFileSync(`${own}/${name}`, text);
	return `${own}/${name}`;
};

function subjects(): Record<string, Subject> {
	const state = "/var/lib/nginx-account";
	const account = [
		"pid /run/nginx-account/nginx.pid;",
		"error_log /var/log/nginx-account/error.log;",
		"events {}",
		"http {",
		...["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${state}/${name};`),
		"access_log /var/log/nginx-account/access.log;",
		"include /etc/nginx/sites-enabled/*;",
		"}",
		"",
	].join("\n");
	const python = [
		"import os\nfrom http.server import BaseHTTPRequestHandler, HTTPServer\nclass Hello(BaseHTTPRequestHandler):",
		'\tdef do_GET(self):\n\t\tself.send_response(200)\n\t\tself.end_headers()\n\t\tself.wfile.write(b"hello")',
		'HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Hello).serve_forever()\n',
	].join("\n");
	const node = 'require("node:http").createServer((_, answer) => answer.end("hello")).listen(process.env.PORT, "127.0.0.1");\n';
	mkdirSync(`${folder}/pages`);
	writeFileSync(`${folder}/pages/index.html`, "a page of the test\n");
	mkdirSync(`${strict}/files`);
	giveTo("www-data", `${strict}/files`);
	execFileSync("chmod", ["755", strict]);
	execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", `${folder}/client`]);
	writeFileSync(`${strict}/keys`, readFileSync(`${folder}/client.pub`));
	const sftp = { account: "www-data", folder: `${strict}/files`, keys: `${strict}/keys`, identity: `${folder}/client` };
	const memcached = { port: "11211", send: "version", expect: "VERSION" };
	return {
		mariadb: {},
		demo: { port: 8085 },
		nginx: { port: 80 },
		"nginx-account": { set: { config: write("nginx.conf", account) }, port: 80 },
		apache2: { port: 80 },
		redis: { port: 6379 },
		bind9: { port: 53 },
		dnsmasq: { port: 53 },
		haproxy: {},
		"php-fpm": { set: { script: write("index.php", '<?php echo "hello ", 6 * 7, "\\n";\n') } },
		sftp: { set: sftp, port: 2222 },
		"web-folder": { set: { folder: `${folder}/pages` }, port: 8080 },
		"python-service": { set: { script: write("hello.py", python) }, port: 8000 },
		"node-service": { set: { script: write("hello.js", node) }, port: 8000 },
		"network-daemon": { set: memcached, options: ["--user", "memcache"], command: ["memcached", "-l", "127.0.0.1"], port: 11211 },
	};
}

interface Asked {
	readonly application: unknown;
	readonly rules: Readonly<Record<string, unknown>>;
}

interface Outcome {
	readonly state: string;
	readonly first: Made;
	/** The requests of the template and of the saved template. */
	readonly asked?: readonly [Asked, Asked];
	readonly again?: Made;
	readonly probes: readonly string[];
	readonly record: string;
	readonly saved: { readonly name: string; readonly text: string };
}

const other = temporaryState();
const outcomes = new Map<string, Promise<Outcome>>();

async function tryTemplate(name: string, { command = [], options = [], port, set = {} }: Subject): Promise<Outcome> {
	// A separate state, because cages of one state warn about shared accounts.
	const state = temporaryState();
	const sets = Object.entries(set).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
	const words = [name, ...sets, ...options];
	const rest = command.length ? ["--", ...command] : [];
	// In a process of its own, because three wait at the same time.
	const first = await make([...words, ...rest], { state, enter: [] });
	const network: Network = await privateNetwork();
	const run = startRun(name, { state, enter: network.enter });
	const probes = first.rounds.at(-1)?.probes.map((probe) => probe.command) ?? [];
	await eventually(async () => {
		const [pid] = processesIn(first.root);
		for (const probe of probes) {
			const { output, status } = await ask(["sh", "-c", `export CAGEWRIGHT_ROOT=/proc/${pid}/root; ${probe}`], network);
			if (status !== 0) throw new Error(`${name} does not answer: ${output}`);
		}
	});
	if (port !== undefined) expectServedInside(first, port, network);
	await run.stop();
	const saving = await cagewright(["template", "save", name, "--as", `${name}-again`, "--json"], { state });
	const { path, values } = saving.json;
	const taken = await cagewright(["template", "import", path, "--yes", "--quiet"], { state: other });
	expect(taken.status, taken.stderr).toBe(0);
	const settings = Object.entries(values).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
	const savedWords = [`${name}-again`, "--name", name, ...settings];
	const outcome = madeAgain.has(name)
		? { again: await make(savedWords, { state: other, enter: [] }) }
		: { asked: [await askedFor(words, state), await askedFor(savedWords, other)] as const };
	return {
		state,
		first,
		...outcome,
		probes,
		record: `${state}/cages/${name}/record.md`,
		saved: { name: `${name}-again`, text: readFileSync(path, "utf8") },
	};
}

async function askedFor(words: readonly string[], state: string): Promise<Asked> {
	const { json } = await inProcess(["make", ...words, "--dry-run", "--json", "--quiet"], { state });
	return { application: json.application, rules: json.rules };
}

/** Ignores accounts that other tests use at the same time. */
function clean({ cages: [cage] }: Json) {
	const { drift, findings = [], outdated } = cage ?? {};
	return { drift, outdated, findings: findings.filter(({ code, known }: Json) => !known && code !== "account-used-outside") };
}

/** The parts that are equal whenever a cage is made. Other processes of its account do not matter. */
function outlineOf({ accounts, bytes, confinement, devices, directories, files, symlinks }: Made) {
	const { openings, warnings: _, ...confined } = confinement;
	return { accounts, bytes, confined, openings: Object.keys(openings).sort(), devices, directories, files, symlinks };
}

/** Daemons mostly wait, so the tests run three at a time, the slowest first. */
beforeAll(async () => {
	const waiting = Object.entries(subjects()).filter(([name]) => tried(name));
	const settled = new Map<string, (outcome: Promise<Outcome>) => void>();
	for (const [name] of waiting) outcomes.set(name, new Promise((resolve) => settled.set(name, resolve)));
	const work = async () => {
		for (let next = waiting.shift(); next; next = waiting.shift()) {
			const outcome = tryTemplate(...next);
			settled.get(next[0])?.(outcome);
			await outcome.catch(() => undefined);
		}
	};
	for (const outcome of outcomes.values()) outcome.catch(() => undefined);
	await Promise.all([work(), work(), work()]);
});

describe.each([...madeBeforeReleases, ...madeAgain].filter(tried))("the template %s", (name) => {
	test("makes a cage that answers without a finding, and so does the template saved from it", async () => {
		const { again, asked, first, probes, record, saved, state } = (await outcomes.get(name)) as Outcome;
		// Secrets without permission stay out of the cage and are reported: sshd's passwords, BIND's key.
		const withoutDeclined = (made: Made) => ({
			...made,
			rounds: made.rounds.map(({ missing, ...round }) => ({
				...round,
				missing: missing.filter((one) => !(one as { declined: boolean }).declined),
			})),
		});
		expectWellMade(withoutDeclined(first), name, state);
		expect(probes.length).toBeGreaterThan(0);
		expect(readFileSync(record, "utf8")).not.toMatch(/[:|] (undefined|NaN)\b|\[object/);
		const checked = await cagewright(["check", name, "--json"], { state });
		expect(clean(checked.json), checked.stdout).toEqual({ drift: [], outdated: false, findings: [] });
		if (again) {
			expectWellMade(withoutDeclined(again), name, other);
			expect(outlineOf(again)).toEqual(outlineOf(first));
		} else {
			expect(asked?.[0].application).toMatchObject({ probes });
			expect(asked?.[1].application).toEqual(asked?.[0].application);
			// A saved template also has what the trials added, for example a permission.
			for (const [rule, words] of Object.entries(asked?.[0].rules ?? {})) {
				expect(asked?.[1].rules[rule]).toEqual(Array.isArray(words) ? expect.arrayContaining(words) : words);
			}
		}
		for (const word of [folder, "-linux-gnu"]) expect(saved.text).not.toContain(word);
	});
});
