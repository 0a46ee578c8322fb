import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { type PublishedFile, publishScript, withOwnNumbers } from "../../src/unit/published.ts";
import { eventually } from "../system/eventually.ts";

/** The script of root that publishes a service's files, on files of a temporary folder. */

let top: string;
beforeEach(() => {
	top = mkdtempSync(join(tmpdir(), "cagewright-published-"));
	mkdirSync(`${top}/host`);
});
afterEach(() => rmSync(top, { recursive: true }));

const place = (name: string) => pathFromText(`${top}/${name}`);

/** Starts and stops the service, which does `work` in between. Returns the complaints. */
async function publish(
	{ kind, source, target }: Record<"source" | "target", string> & Pick<PublishedFile, "kind">,
	work: () => Promise<void> | void = () => {},
): Promise<string> {
	const files = [{ kind, source: place(source), target: place(target), staged: place("folder/published/one") }];
	const script = `${top}/script`;
	writeFileSync(script, publishScript({ files, directories: [], folder: place("folder") }));
	expect(spawnSync("sh", [script, "prepare"]).status).toBe(0);
	await work();
	// Our own number, whose namespace has no process that a file names.
	const show = spawn("sh", [script, "show", String(process.pid)], { detached: true, stdio: ["ignore", "ignore", "pipe"] });
	let complaint = "";
	show.stderr.setEncoding("utf8").on("data", (text) => {
		complaint += text;
	});
	await once(show, "exit");
	// It leaves a shell that waits for a number.
	spawnSync("kill", ["--", `-${show.pid}`]);
	expect(spawnSync("sh", [script, "hide"]).status).toBe(0);
	return complaint;
}

test("a file that is not published is not removed at the stop, even if it is its own source", async () => {
	const file = "host/passwd";
	writeFileSync(`${top}/${file}`, "999999999\n");
	expect(await publish({ kind: "pid", source: file, target: file })).toContain("names no process of the service");
	expect(readFileSync(`${top}/host/passwd`, "utf8")).toBe("999999999\n");
});

test("a process number's directory is there while the service runs, and stays if the host had it", async () => {
	const file = { kind: "pid", source: "cage/one.pid", target: "host/app/one.pid" } as const;
	const directory = `${top}/host/app`;
	await publish(file, () => expect(statSync(directory).mode & 0o777).toBe(0o755));
	expect(existsSync(directory)).toBe(false);
	mkdirSync(directory);
	await publish(file);
	expect(existsSync(directory)).toBe(true);
	await publish({ ...file, kind: "socket", target: "host/other/socket" }, () =>
		expect(existsSync(`${top}/host/other`)).toBe(false),
	);
});

test("a file of another kind at the target stays", async () => {
	mkdirSync(`${top}/cage`);
	const server = createServer();
	writeFileSync(`${top}/host/socket`, "theirs");
	const complaint = await publish({ kind: "socket", source: "cage/socket", target: "host/socket" }, async () => {
		await once(server.listen(`${top}/cage/socket`), "listening");
	});
	expect(complaint).toContain("which is something else");
	expect(readFileSync(`${top}/host/socket`, "utf8")).toBe("theirs");
	expect(existsSync(`${top}/cage/socket`)).toBe(true);
	server.close();
});

test("a command of the service finds its own process number, and then the host's is back", async () => {
	const service = spawn("unshare", ["--pid", "--fork", "--kill-child", "sleep", "1000"]);
	try {
		const main = String(service.pid);
		const [child = ""] = await eventually(() => {
			const children = readFileSync(`/proc/${main}/task/${main}/children`, "utf8").split(" ").filter(Boolean);
			expect(children).toHaveLength(1);
			return children;
		});
		const file = place("host/one.pid");
		const script = pathFromText(`${top}/script`);
		const files = [{ kind: "pid", source: file, target: file, staged: place("folder/published/one") } as const];
		writeFileSync(script, publishScript({ files, directories: [], folder: place("folder") }));
		const run = (step: string) => spawnSync("sh", [script, step, main], { stdio: "ignore" }).status;
		const number = () => readFileSync(file, "utf8").trim();
		expect(run("prepare")).toBe(0);
		writeFileSync(file, "1\n");
		expect([run("show"), number()]).toEqual([0, child]);
		expect([run("restore"), number()]).toEqual([0, "1"]);
		expect([run("show"), number()]).toEqual([0, child]);
		const line = withOwnNumbers(script, `cat ${file}; exit 3`);
		expect(spawnSync("sh", ["-c", line, "sh", main], { encoding: "utf8" })).toMatchObject({ status: 3, stdout: "1\n" });
		expect(number()).toBe(child);
		expect(run("hide")).toBe(0);
		expect(existsSync(file)).toBe(false);
	} finally {
		service.kill("SIGKILL");
	}
});
