import { readFileSync, statSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { cagewright, type Made, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { type Daemon, redis } from "./daemons.ts";
import { freePort } from "./network.ts";

const state = temporaryState();
const folder = temporaryFolder("record");
let daemon: Daemon;
let cage: Made;
let html: string;

beforeAll(async () => {
	daemon = redis(await freePort());
	cage = await make(["--name", "redis", "--user", "redis", "--probe", daemon.probe, "--", ...daemon.command], { state });
	await make(["--name", "web", "nginx"], { state });
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
}, 120_000);

async function page(name: string, options: readonly string[] = []): Promise<string> {
	const file = `${folder}/${name}.html`;
	const { status, stderr } = await cagewright(["record", name, ...options, "-o", file], { state });
	expect({ status, stderr }).toEqual({ status: 0, stderr: `The record of ${name} is in ${file}.\n` });
	expect(statSync(file).mode & 0o777).toBe(0o600);
	return readFileSync(file, "utf8");
}

/** What a reader sees in a part of the page. */
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

describe("ten questions of an auditor are answered by the page alone", () => {
	test.each([
		["which account does it run under?", "application", /Started as redis \(uid \d+, gid \d+\)/],
		["why is this library in there?", "files", /libssl\.so\.3 .*openssl|libssl3t64 .*library of \/usr\/bin\/redis-/s],
		["which version is it?", "application", /Version redis-server \d+:[\d.]+\S*, /],
		["who approved it?", "responsibilities", /Approved by Cy, at \d{4}-\S+ \S+ UTC, for generation 1/],
		["what was tested?", "trials", /passed: .*redis-cli/],
		["what is open in its confinement?", "confinement", /Nothing was opened beyond what every application has|Left open/],
		["what can it reach by the network?", "confinement", /The cage shares the host's network, loopback included/],
		["when was it made or updated last?", "history", /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC made /],
		[
			"in what does it differ from the host's configuration?",
			"configuration",
			/\/etc\/nsswitch\.conf: the host's \(-\) and the cage's \(\+\)/,
		],
		["what risks remain?", "risks", /The kernel is shared/],
	])("%s", (_, id, answer) => {
		expect(part(id).replace(/[ \n]+/g, " ")).toMatch(answer);
	});
});

test("what is said once is kept, and approval is of one generation alone", async () => {
	const web = part("responsibilities", await page("web"));
	expect(web).toContain("Initiated by Ada (CISO)");
	expect(web).toContain("Implemented by Bo");
	expect(web).toMatch(/Approved by open/);
	expect(readFileSync(`${state}/settings.json`, "utf8")).toContain("Ada (CISO)");
	expect(statSync(`${state}/settings.json`).mode & 0o777).toBe(0o600);
});

test("no item is open but those that only a person can close", async () => {
	for (const name of ["redis", "web"]) {
		const { json } = await cagewright(["record", name, "--format", "json"], { state });
		const items = json.checklist as readonly { readonly id: string; readonly state: string }[];
		expect(items.filter((item) => item.state === "open" || item.state === "failed")).toEqual([]);
		const persons = items.filter((item) => item.state === "person").map(({ id }) => id);
		expect(persons).toEqual(name === "redis" ? ["s14"] : ["s14", "q8", "q9"]);
	}
});

test("the trials and the verdict of the self-test are kept with their generation", () => {
	const kept = JSON.parse(readFileSync(`${state}/cages/redis/record/evidence-1.json`, "utf8"));
	expect(kept).toMatchObject({
		generation: 1,
		trials: [{ round: 1, answered: true, probes: [{ ok: true }] }],
		selftest: { escaped: [] },
	});
	expect(kept.trials).toHaveLength(cage.rounds.length);
});
