import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cagewright, type Made, make, startRun, temporaryState } from "./cagewright.ts";
import { askRedis, type Daemon, giveTo, nginx, redis, startOnHost } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { ask, fetchPage, freePort, hostNetwork } from "./network.ts";
import { listeners, processesIn } from "./processes.ts";

/** Rules that add to the trace or remove from it, each with a daemon that needs them. */

const state = temporaryState();

async function whileRunning(name: string, answers: () => Promise<unknown>, look: () => Promise<void>): Promise<void> {
	const run = startRun(name, { state });
	await eventually(answers);
	await look();
	expect((await run.stop()).status).toBe(0);
}

function makeArguments(name: string, user: string, daemon: Daemon, options: readonly string[]): string[] {
	return ["--name", name, "--user", user, ...options, "--probe", daemon.probe, "--", ...daemon.command];
}

describe("a private key that the application reads", () => {
	function tlsSite(port: number): Daemon & { key: string } {
		const site = nginx({ port, server: [] });
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

	test("stays out without consent, and the refusal names it", async () => {
		const site = tlsSite(await freePort());
		const result = await cagewright(["make", "--yes", "--quiet", ...makeArguments("tls", "www-data", site, [])], { state });
		expect(result.status).toBe(4);
		expect(result.stderr).toMatch(/^cagewright: [^\n]+\n$/);
		expect(result.stderr).toContain(site.key);
		expect(result.stderr).toContain("--allow-secret");
		expect((await cagewright(["run", "tls"], { state })).status).toBe(2);
	});

	test("goes in if it is allowed by path, readable only by its owner", async () => {
		const port = await freePort();
		const site = tlsSite(port);
		const made = await make(makeArguments("tls-allowed", "www-data", site, ["--allow-secret", site.key]), { state });
		expect(execFileSync("stat", ["-c", "%a %U", `${made.root}${site.key}`], { encoding: "utf8" })).toBe("600 www-data\n");
		const page = ["curl", "-kfsS", "--noproxy", "*", `https://127.0.0.1:${port}/`];
		const answers = async () => expect(await ask(page)).toEqual({ status: 0, output: "a page of the test" });
		await whileRunning("tls-allowed", answers, async () => {});
	});
});

describe("state", () => {
	test("that the application read is copied only once", async () => {
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
		await make(makeArguments("seeded", "redis", daemon, options), { state });
		expect(readFileSync(beside, "utf8")).toBe("changed inside\n");
		await whileRunning(
			"seeded",
			() => askRedis(port, ["PING"]),
			async () => expect(await askRedis(port, ["GET", "from"])).toBe("the cage"),
		);
	});

	test("is writable only in requested directories", async () => {
		const port = await freePort();
		const daemon = nginx({ port, server: ["dav_methods PUT;"] });
		for (const name of ["open", "shut"]) mkdirSync(`${daemon.folder}/pages/${name}`);
		const options = ["--include", `${daemon.folder}/pages`, "--writable", `${daemon.folder}/pages/open`];
		const made = await make(makeArguments("uploads", "www-data", daemon, options), { state });
		const url = `http://127.0.0.1:${port}`;
		const put = (path: string) => ask(["curl", "-fsS", "--noproxy", "*", "-X", "PUT", "--data-binary", "new", `${url}${path}`]);
		await whileRunning(
			"uploads",
			() => fetchPage(`${url}/`),
			async () => {
				expect((await put("/open/new.html")).status).toBe(0);
				expect(await fetchPage(`${url}/open/new.html`)).toBe("new");
				expect((await put("/shut/new.html")).status).not.toBe(0);
			},
		);
		expect(readFileSync(`${made.data}${daemon.folder}/pages/open/new.html`, "utf8")).toBe("new");
	});
});

describe("files", () => {
	const statusOf = async (url: string) =>
		(await ask(["curl", "-sS", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}", url])).output;

	test("are in the cage if they are included, even unused, and not if they are excluded", async () => {
		const port = await freePort();
		const daemon = nginx({ port });
		const names = ["other.html", "notes.txt", "draft.html"];
		mkdirSync(`${daemon.folder}/apart`);
		for (const name of names)
			for (const place of ["apart", "pages"]) writeFileSync(`${daemon.folder}/${place}/${name}`, "more\n");
		const options = ["--include", `${daemon.folder}/apart/*.html`, "--exclude", "**/draft.*"];
		const made = await make(makeArguments("picked", "www-data", daemon, options), { state });
		expect(names.map((name) => existsSync(`${made.root}${daemon.folder}/apart/${name}`))).toEqual([true, false, false]);
		const url = `http://127.0.0.1:${port}`;
		await whileRunning(
			"picked",
			() => fetchPage(`${url}/`),
			async () => {
				// The plan includes a directory of served pages completely.
				expect(await statusOf(`${url}/notes.txt`)).toBe("200");
				expect(await statusOf(`${url}/draft.html`)).toBe("404");
			},
		);
	});

	test("of a bound directory are the host's current ones and read-only", async () => {
		const port = await freePort();
		const daemon = nginx({ port, server: ["dav_methods PUT;"] });
		giveTo("www-data", `${daemon.folder}/pages`);
		const made: Made = await make(makeArguments("bound", "www-data", daemon, ["--bind", `${daemon.folder}/pages:ro`]), { state });
		writeFileSync(`${daemon.folder}/pages/later.html`, "written later\n");
		const url = `http://127.0.0.1:${port}`;
		await whileRunning(
			"bound",
			() => fetchPage(`${url}/`),
			async () => {
				expect(await fetchPage(`${url}/later.html`)).toBe("written later");
				const put = ["curl", "-fsS", "--noproxy", "*", "-X", "PUT", "--data-binary", "new", `${url}/new.html`];
				expect((await ask(put)).status).not.toBe(0);
			},
		);
		expect(execFileSync("find", [`${made.root}${daemon.folder}/pages`, "-type", "f"], { encoding: "utf8" })).toBe("");
	});
});

test("without a network the application cannot be reached and reaches nothing", async () => {
	const port = await freePort();
	const daemon = redis(port);
	const made = await make(makeArguments("alone", "redis", daemon, ["--network", "none"]), { state });
	expect(made.confinement).toMatchObject({ network: "none", namespaces: expect.arrayContaining(["net"]) });
	const run = startRun("alone", { state });
	const server = await eventually(() => {
		const [pid] = processesIn(made.root).filter((one) => listeners(port, one).includes(one));
		if (pid === undefined) throw new Error("does not listen yet");
		return pid;
	});
	expect(readlinkSync(`/proc/${server}/ns/net`)).not.toBe(readlinkSync("/proc/self/ns/net"));
	expect(listeners(port, hostNetwork.pid)).toEqual([]);
	expect((await ask(["redis-cli", "-p", String(port), "PING"])).output).toContain("Could not connect");
	const inside = await ask(["redis-cli", "-p", String(port), "PING"], {
		enter: ["nsenter", `--net=/proc/${server}/ns/net`, "--"],
		pid: server,
	});
	expect(inside.output).toContain("Could not connect");
	expect((await run.stop()).status).toBe(0);
});
