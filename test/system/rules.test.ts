import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, inProcess, type Made, make, startRun, temporaryState } from "./cagewright.ts";
import { askRedis, type Daemon, giveTo, nginx, redis, startOnHost, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { ask, freePort } from "./network.ts";
import { listeners } from "./processes.ts";

/** Rules that add to the trace or remove from it, each with a daemon that needs them. */

const state = temporaryState();

async function whileRunning(name: string, answers: () => Promise<unknown>, look: () => Promise<void>): Promise<void> {
	const run = startRun(name, { state });
	await eventually(answers);
	await look();
	expect((await run.stop()).status).toBe(0);
}

function makeArguments(name: string, user: string, daemon: Daemon, options: readonly string[]): string[] {
	return ["--name", name, "--user", user, ...options, ...wordsOf(daemon)];
}

function tlsSite(port: number): Daemon & { key: string } {
	const site = nginx({ port, server: ["dav_methods PUT;"] });
	const [key, certificate] = [`${site.folder}/site.key`, `${site.folder}/site.crt`];
	const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"];
	execFileSync("openssl", [...request, "-keyout", key, "-out", certificate], { stdio: "ignore" });
	giveTo("www-data", key);
	const conf = `${site.folder}/nginx.conf`;
	const text = readFileSync(conf, "utf8").replace(
		`listen 127.0.0.1:${port};`,
		`listen 127.0.0.1:${port} ssl; ssl_certificate ${certificate}; ssl_certificate_key ${key};`,
	);
	writeFileSync(conf, text);
	return { ...site, key, probe: `curl -kfsS --noproxy '*' https://127.0.0.1:${port}/ | grep -q 'a page of the test'` };
}

/** One site whose cage needs every kind of rule about files. */
describe("a web server", () => {
	const names = ["other.html", "notes.txt", "draft.html"];
	let site: ReturnType<typeof tlsSite>;
	let url: string;
	let made: Made;
	const curl = (...words: string[]) => ask(["curl", "-ksS", "--noproxy", "*", ...words]);
	const page = async (path: string) => (await curl("-f", `${url}${path}`)).output;
	const statusOf = async (path: string) => (await curl("-o", "/dev/null", "-w", "%{http_code}", `${url}${path}`)).output;
	const put = (path: string) => curl("-f", "-X", "PUT", "--data-binary", "new", `${url}${path}`);
	const inCage = (path: string) => `${made.root}${site.folder}/${path}`;

	beforeAll(async () => {
		const port = await freePort();
		site = tlsSite(port);
		url = `https://127.0.0.1:${port}`;
		for (const name of ["pages/open", "pages/shut", "pages/bound", "apart"]) mkdirSync(`${site.folder}/${name}`);
		giveTo("www-data", `${site.folder}/pages/bound`);
		for (const name of names) for (const place of ["apart", "pages"]) writeFileSync(`${site.folder}/${place}/${name}`, "more\n");
	});

	test("with a private key is refused without consent, and the refusal names the key", async () => {
		const result = await cagewright(["make", "--yes", "--quiet", ...makeArguments("site", "www-data", site, [])], { state });
		expect(result.status).toBe(4);
		expect(result.stderr).toMatch(/^cagewright: [^\n]+\n$/);
		expect(result.stderr).toContain(site.key);
		expect(result.stderr).toContain("--allow-secret");
		expect((await inProcess(["run", "site"], { state })).status).toBe(2);
	});

	test("has an allowed key, requested writable directories, included files and the host's bound ones", async () => {
		const { folder } = site;
		const rules = [
			"--allow-secret",
			site.key,
			"--include",
			`${folder}/apart/*.html`,
			"--exclude",
			"**/draft.*",
			"--writable",
			`${folder}/pages/open`,
			"--bind",
			`${folder}/pages/bound:ro`,
		];
		made = await make(makeArguments("site", "www-data", site, rules), { state });
		expect(execFileSync("stat", ["-c", "%a %U", inCage("site.key")], { encoding: "utf8" })).toBe("600 www-data\n");
		expect(names.map((name) => existsSync(inCage(`apart/${name}`)))).toEqual([true, false, false]);
		writeFileSync(`${folder}/pages/bound/later.html`, "written later\n");
		await whileRunning(
			"site",
			async () => expect(await page("/")).toBe("a page of the test"),
			async () => {
				expect((await put("/open/new.html")).status).toBe(0);
				expect(await page("/open/new.html")).toBe("new");
				expect((await put("/shut/new.html")).status).not.toBe(0);
				// The plan includes a directory of served pages completely.
				expect(await statusOf("/notes.txt")).toBe("200");
				expect(await statusOf("/draft.html")).toBe("404");
				expect(await page("/bound/later.html")).toBe("written later");
				expect((await put("/bound/new.html")).status).not.toBe(0);
			},
		);
		expect(readFileSync(`${made.data}${folder}/pages/open/new.html`, "utf8")).toBe("new");
		expect(execFileSync("find", [inCage("pages/bound"), "-type", "f"], { encoding: "utf8" })).toBe("");
	});
});

test.runIf(isLong)("state that the application read is copied only once", async () => {
	const port = await freePort();
	const daemon = redis(port);
	const host = await startOnHost(daemon);
	await askRedis(port, ["SET", "from", "the host"]);
	await askRedis(port, ["SAVE"]);
	host.kill("SIGTERM");
	await eventually(() => expect(listeners(port)).toEqual([]));
	writeFileSync(`${daemon.folder}/data/beside`, "asked for\n");

	const options = ["--seed", `${daemon.folder}/data/beside`];
	const made = await make(makeArguments("seeded", "redis", daemon, options), { state });
	const beside = `${made.data}${daemon.folder}/data/beside`;
	expect(readFileSync(beside, "utf8")).toBe("asked for\n");
	await whileRunning(
		"seeded",
		() => askRedis(port, ["PING"]),
		async () => {
			expect(await askRedis(port, ["GET", "from"])).toBe("the host");
			await askRedis(port, ["SET", "from", "the cage"]);
			await askRedis(port, ["SAVE"]);
		},
	);

	writeFileSync(beside, "changed inside\n");
	const built = await cagewright(["build", "seeded", "--include", "/etc/debian_version", "--yes", "--quiet"], { state });
	expect(built).toMatchObject({ status: 0, stderr: "" });
	expect(readFileSync(beside, "utf8")).toBe("changed inside\n");
	await whileRunning(
		"seeded",
		() => askRedis(port, ["PING"]),
		async () => expect(await askRedis(port, ["GET", "from"])).toBe("the cage"),
	);
});
