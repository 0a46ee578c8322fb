import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { systemFiles } from "../../src/base/host/files.ts";
import { systemRecording } from "../../src/record/host/recording.ts";
import { cycloneDxProblems, recordProblems } from "../record/report/record-schemas.ts";
import { cagewright, type Json, type Made, makeAsUsual, temporaryFolder, temporaryState } from "./cagewright.ts";
import { type Daemon, redis } from "./daemons.ts";
import { freePort } from "./network.ts";

const state = temporaryState();
const folder = temporaryFolder("record");
/** The test adds this to the environment, the command line and the configuration. */
const secret = "hunter2-of-the-test";
let daemon: Daemon;
let cage: Made;
let html: string;
let web: string;

beforeAll(async () => {
	const port = await freePort();
	daemon = redis(port);
	const probe = `test "$(redis-cli -p ${port} -a ${secret} SET probe ok)" = OK`;
	const application = ["--user", "redis", "--env", `APP_TOKEN=${secret}`, "--probe", probe];
	cage = await makeAsUsual(["--name", "redis", ...application, "--", ...daemon.command, "--requirepass", secret], { state });
	appendFileSync(`${cage.root}/etc/ssl/openssl.cnf`, `[ req ]\ndefault_bits = 4321\noutput_password = ${secret}\n`);
	await makeAsUsual(["--name", "web", "nginx"], { state });
	const said = [
		"--purpose",
		"Cache of the shop",
		"--initiated-by",
		"Ada (CISO)",
		"--implemented-by",
		"Bo",
		"--approved-by",
		"Cy",
	];
	html = await page("redis", said);
	web = await page("web");
});

async function page(name: string, options: readonly string[] = []): Promise<string> {
	const file = `${folder}/${name}.html`;
	const { status, stderr } = await cagewright(["record", name, ...options, "-o", file], { state });
	expect({ status, stderr }).toEqual({ status: 0, stderr: `Wrote the record of ${name} to ${file}.\n` });
	expect(statSync(file).mode & 0o777).toBe(0o600);
	return readFileSync(file, "utf8");
}

/** Returns the visible text of a part of the page. */
function part(id: string, of = html): string {
	const [, content = ""] = new RegExp(`<section id="${id}">([\\s\\S]*?)</section>`).exec(of) ?? [];
	const text = content.replace(/<\/(td|th|dd|dt|li|p|tr|h\d)>/g, " ").replace(/<[^>]*>/g, "");
	return text
		.replace(/&#39;/g, "'")
		.replace(/&quot;/g, '"')
		.replace(/&gt;/g, ">")
		.replace(/&lt;/g, "<")
		.replace(/&amp;/g, "&");
}

describe("the page answers an auditor's questions about a cage", () => {
	const questions: readonly (readonly [question: string, section: string, redis: RegExp, nginx: RegExp])[] = [
		[
			"which account does it run under?",
			"application",
			/Started as redis \(uid \d+, gid \d+\)/,
			/Started as root \(uid 0, gid 0\)/,
		],
		[
			"why is this library in there?",
			"files",
			/libssl\.so\.3 .*library of \/usr\/bin\/redis-/,
			/libpcre2-8\.so\.0\.\S+ .*library of \/usr\/sbin\/nginx/,
		],
		["which version is it?", "application", /Version redis-server \d+:[\d.]+\S*, /, /Version nginx \d[\d.]+\S*, /],
		[
			"who approved it?",
			"responsibilities",
			/Approved by Cy, at \d{4}-\S+ \S+ UTC, for generation 1/,
			/Initiated by Ada \(CISO\) Implemented by Bo Approved by open/,
		],
		["what was tested?", "trials", /passed: test .*redis-cli/, /passed: curl .*127\.0\.0\.1:80/],
		[
			"were escape techniques tried?",
			"selftest",
			/\d{3} escape techniques were tried .* None escaped/,
			/\d{3} escape techniques were tried .* None escaped/,
		],
		[
			"what is open in its confinement?",
			"confinement",
			/No permissions beyond the default/,
			/Permission Evidence of the need CAP_CHOWN chown .*CAP_NET_BIND_SERVICE bind .*CAP_SETUID setuid/,
		],
		[
			"what can it reach by the network?",
			"confinement",
			/shares the host's network, including the loopback/,
			/shares the host's network, including the loopback/,
		],
		["which devices are there, and why?", "devices", /\/dev\/null c 1:3 \S+/, /\/dev\/null c 1:3 the launcher needs it/],
		[
			"who is known in there, and how many were left out of passwd and group?",
			"accounts",
			/User uid gid Reason redis \d+ \d+ the application starts as this account .* omits \d+ entries of the host's \/etc\/passwd and \d+ of its \/etc\/group/,
			/www-data \d+ \d+ the application switches to this account .* \d+ entries of the host's \/etc\/passwd/,
		],
		[
			"in what does its configuration differ?",
			"configuration",
			/openssl\.cnf: the host's \(-\) and the cage's \(\+\).*\+default_bits = 4321 \+output_password = \*{8}/,
			/\/etc\/nginx\/nginx\.conf the package's version nginx-common \d/,
		],
		["where may it write?", "permissions", /\/data \d+:\d+ 755/, /\/var\/log\/nginx 0:4 755/],
		["when was it made or changed last?", "history", /\d{4}-\d\d-\d\d [\d:]{8} UTC made /, /[\d:]{8} UTC made /],
		["what risks remain?", "risks", /Cage and host share the kernel/, /The application starts as root.*CAP_SETUID/],
		[
			"is it as new as the host?",
			"updates",
			/Compared with the host at \S+ \S+ UTC: the files match the host's/,
			/the files match the host's/,
		],
		[
			"on which machine, and by what, was it made?",
			"application",
			/Made with Cagewright \d+\.\d+\.\d+ .*System Debian GNU\/Linux \d+ .*, Kernel \d/,
			/Machine \S+ System Debian/,
		],
	];
	test.each(questions)("%s", (_, id, ofRedis, ofNginx) => {
		expect(part(id).replace(/[ \n]+/g, " ")).toMatch(ofRedis);
		expect(part(id, web).replace(/[ \n]+/g, " ")).toMatch(ofNginx);
	});
});

test("no format contains a secret from environment, command line or configuration, and the machine-readable ones match their schemas", async () => {
	for (const lang of ["en", "de"]) {
		for (const format of ["md", "html", "json", "cyclonedx"]) {
			const { status, stderr, stdout } = await cagewright(["record", "redis", "--format", format, "--lang", lang], { state });
			expect({ format, status, stderr }).toEqual({ format, status: 0, stderr: "" });
			expect(stdout.includes(secret), format).toBe(false);
			if (format === "json") expect(recordProblems(JSON.parse(stdout))).toEqual([]);
			if (format === "cyclonedx") expect(cycloneDxProblems(JSON.parse(stdout))).toEqual([]);
			if (format === "cyclonedx") continue;
			for (const word of ["APP_TOKEN", "--requirepass", "output_password"])
				expect(stdout.includes(word), `${format} ${word}`).toBe(true);
		}
	}
});

test("the CycloneDX format has each package with dpkg's version", async () => {
	const { json } = await cagewright(["record", "redis", "--format", "cyclonedx"], { state });
	const packages: readonly Json[] = json.components.filter(({ type }: Json) => type === "library" || type === "application");
	expect(packages.length).toBeGreaterThan(5);
	const fields = ["{Version}", "{source:Package}", "{Architecture}"].map((field) => `$${field}`).join(" ");
	for (const { name, purl, version } of packages) {
		const [known, source, architecture] = execFileSync("dpkg-query", ["-W", "-f", fields, name]).toString().split(" ");
		expect([name, version]).toEqual([name, known]);
		expect(purl).toMatch(/^pkg:deb\//);
		expect(purl).toContain(`arch=${architecture}`);
		if (source !== name) expect(purl).toMatch(new RegExp(`upstream=${source}(%40|$)`));
	}
});

test("the output file is checked first, and a purpose can be removed", async () => {
	for (const [place, reason] of [
		[folder, /is a directory/],
		[`${folder}/absent/x.html`, /does not exist/],
	] as const) {
		const { status, stderr } = await cagewright(["record", "web", "-o", place], { state });
		expect({ place, status }).toEqual({ place, status: 2 });
		expect(stderr).toMatch(reason);
	}
	const purpose = async (text: string) => {
		const { json } = await cagewright(["record", "web", "--purpose", text, "--format", "json"], { state });
		return json.responsible.purpose;
	};
	expect(await purpose("Pages")).toBe("Pages");
	expect(await purpose("")).toBe(null);
});

test("--json prints the path of a record in the format of its file name, and --quiet prints nothing", async () => {
	const run = (...options: string[]) => cagewright(["record", "web", ...options], { state });
	const schema = "cagewright/record-written/1";
	for (const [name, format, begins] of [
		["said.md", "md", "# Record of the cage web"],
		["said.html", "html", "<!DOCTYPE html>"],
		["said.json", "json", "{"],
		["said", "json", "{"],
	] as const) {
		const file = `${folder}/${name}`;
		const { json, status, stderr } = await run("-o", file, "--json");
		expect({ json, status, stderr }).toEqual({
			json: { schema, name: "web", file, format, generation: 1 },
			status: 0,
			stderr: "",
		});
		expect(readFileSync(file, "utf8").startsWith(begins)).toBe(true);
	}
	const file = `${folder}/said.md`;
	expect((await run("-o", file, "--checksum", "--json")).json).toMatchObject({ schema, checksum: `${file}.sha256` });
	expect(await run("-o", file, "--checksum", "--quiet")).toMatchObject({ status: 0, stdout: "", stderr: "" });
	expect(await run("--format", "html", "--json")).toMatchObject({ status: 2, stdout: "" });
	const kept = await cagewright(["show", "web", "--record", "--json"], { state });
	expect(kept.json).toMatchObject({ schema: "cagewright/show/1", record: expect.stringContaining("# Record of the cage web") });
});

test("--verify detects a changed record", async () => {
	const file = `${folder}/signed.html`;
	const verify = async (place: string) => (await cagewright(["record", "redis", "--verify", place], { state })) ?? {};
	expect((await cagewright(["record", "redis", "--checksum"], { state })).status).toBe(2);
	expect((await cagewright(["record", "redis", "-o", file, "--checksum"], { state })).status).toBe(0);
	execFileSync("sha256sum", ["-c", "--status", `${file}.sha256`], { cwd: folder });
	expect((await verify(file)).stdout).toMatch(
		/unchanged record of .*, generation 1, written at .*\.\nThe cage's files have not changed since/,
	);
	expect((await verify(file)).status).toBe(0);
	writeFileSync(file, readFileSync(file, "utf8").replace("Ada (CISO)", "Eve (CISO)"));
	writeFileSync(`${file}.sha256`, execFileSync("sha256sum", ["signed.html"], { cwd: folder }));
	expect(await verify(file)).toMatchObject({ status: 1, stdout: /was changed/ });
	expect((await verify(`${folder}/web.html`)).status).toBe(1);
	expect((await verify(`${folder}/absent`)).status).toBe(2);
	truncateSync(file, 2 ** 40);
	expect(await verify(file)).toMatchObject({ status: 1, stderr: /is larger than any file that Cagewright writes/ });
	expect(readFileSync(`${state}/cages/redis/log`, "utf8")).toContain("recorded");
});

test("names are kept for later cages, and an approval applies to one generation", async () => {
	expect(part("responsibilities", web)).toMatch(/Initiated by Ada \(CISO\) *Implemented by Bo *Approved by open/);
	expect(readFileSync(`${state}/settings.json`, "utf8")).toContain("Ada (CISO)");
	expect(statSync(`${state}/settings.json`).mode & 0o777).toBe(0o600);
});

test.each([
	["behind sudo is proposed as a responsible person", "ann", "ann"],
	["root is not", "root", undefined],
	["nobody is known to a root shell", undefined, undefined],
])("a person %s", (_, behind, proposed) => {
	vi.stubEnv("SUDO_USER", behind);
	onTestFinished(() => void vi.unstubAllEnvs());
	expect(systemRecording(systemFiles(), { state, version: "" }).person()).toBe(proposed);
});

test("a new cage leaves open what only a person or time can show", async () => {
	for (const name of ["redis", "web"]) {
		const { json } = await cagewright(["record", name, "--format", "json"], { state });
		// No watch runs, and neither program has a profile.
		const always = ["s14", "r3"];
		const items: readonly Json[] = json.checklist;
		const idsOf = (state: string) => items.filter((item) => item.state === state).map(({ id }) => id);
		expect(idsOf("open")).toEqual(["q6"]);
		// Other tests use the same accounts at the same time.
		const isShared = items.find(({ id }) => id === "s8")?.values.shares > 0;
		expect(idsOf("failed")).toEqual(isShared ? ["s8"] : []);
		const persons = items.filter((item) => item.state === "person").map(({ id }) => id);
		expect(persons).toEqual(name === "redis" ? always : [...always, "q8", "q9"]);
	}
});

test("trials and self-test results are kept with their generation", () => {
	const kept = JSON.parse(readFileSync(`${state}/cages/redis/record/evidence-1.json`, "utf8"));
	expect(kept).toMatchObject({
		generation: 1,
		trials: [{ round: 1, answered: true, probes: [{ ok: true }] }],
		selftest: { escaped: [] },
	});
	expect(kept.trials).toHaveLength(cage.rounds.length);
});
