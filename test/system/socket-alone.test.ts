import type { ChildProcess } from "node:child_process";
import { copyFileSync, existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cagewright, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { endProcess } from "./clean-up.ts";
import { startOnHost } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { fetchPage, freePort } from "./network.ts";
import { ordinaryUser, ownFolder, readableProgram } from "./ordinary.ts";

/** A service whose socket is directly in /run, which no cage may see. */

const state = temporaryState();
const folder = temporaryFolder("alone");
const socket = `/run/cagewright-alone-${process.pid}.sock`;
const other = `/run/cagewright-other-${process.pid}`;

const service = [
	"import os, socket, sys",
	`if os.path.exists("${socket}"): os.unlink("${socket}")`,
	`server = socket.socket(socket.AF_UNIX); server.bind("${socket}"); os.chmod("${socket}", 0o666); server.listen()`,
	"while True:",
	"    client, _ = server.accept(); client.sendall(sys.argv[1].encode()); client.close()",
];
const application = [
	"import os, socket, sys",
	"from http.server import BaseHTTPRequestHandler, HTTPServer",
	"def ask():",
	"    try:",
	`        with socket.socket(socket.AF_UNIX) as client: client.connect("${socket}"); return client.recv(99).decode()`,
	"    except OSError as error: return error.strerror",
	"class Page(BaseHTTPRequestHandler):",
	"    def do_GET(self):",
	'        text = ",".join(sorted(os.listdir("/run"))) if self.path == "/run" else ask()',
	"        self.send_response(200); self.end_headers(); self.wfile.write(text.encode())",
	"    def log_message(self, *words): pass",
	'HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()',
];

let port: number;
let running: ChildProcess;
const url = (place = "") => `http://127.0.0.1:${port}/${place}`;
const startService = (answer: string) =>
	startOnHost({ folder, command: ["python3", join(folder, "service.py"), answer], probe: `test -S ${socket}` });

beforeAll(async () => {
	port = await freePort();
	writeFileSync(join(folder, "service.py"), `${service.join("\n")}\n`);
	writeFileSync(join(folder, "application.py"), `${application.join("\n")}\n`);
	writeFileSync(other, "");
	running = await startService("first");
	const probe = `test "$(curl -fsS --noproxy '*' ${url()})" = first`;
	const options = ["--name", "asks", "--user", "daemon", "--allow", `socket:${socket}`, "--probe", probe];
	const made = await make([...options, "--", "python3", join(folder, "application.py"), String(port)], { state });
	expect(made).toMatchObject({ answered: true, rounds: [{ missing: [] }] });
});

afterAll(() => {
	for (const path of [socket, other]) rmSync(path, { force: true });
});

/** Runs the cage until it has answered. */
async function answers(): Promise<{ answer: string; run: string }> {
	const run = startRun("asks", { state });
	try {
		return { answer: await eventually(() => fetchPage(url())), run: await fetchPage(url("run")) };
	} finally {
		await run.stop();
	}
}

test("a cage gets the socket alone, and its plan says when to start it again", async () => {
	const { json } = await cagewright(["plan", "asks", "--json"], { state });
	expect(json.shared).toEqual([{ kind: "socket", path: socket, example: socket, files: 0, bytes: 0, isSocket: true }]);
	expect(json.notes).toContainEqual({ code: "socket-alone", values: { path: socket } });
	const { answer, run } = await answers();
	expect(answer).toBe("first");
	expect(run.split(",")).toContain(socket.slice("/run/".length));
	expect(run.split(",")).not.toContain(other.slice("/run/".length));
	const checked = await cagewright(["check", "asks"], { state });
	expect(checked.status, checked.stdout).toBe(0);
});

test("the next start gets the new socket of a restarted service", async () => {
	await endProcess(running);
	running = await startService("second");
	expect((await answers()).answer).toBe("second");
});

test("a cage starts without the service, and check finds nothing", async () => {
	await endProcess(running);
	rmSync(socket, { force: true });
	expect((await answers()).answer).toBe("Permission denied");
	expect(existsSync(socket)).toBe(false);
	const checked = await cagewright(["check", "asks"], { state });
	expect(checked.status, checked.stdout).toBe(0);
});

const run = (...options: string[]) => cagewright(["run", "asks", ...options, "--", "python3", "-c", "print(1)"], { state });
const putInPlace = {
	file: () => writeFileSync(socket, ""),
	link: () => symlinkSync("/etc/shadow", socket),
};

test("a file or link in place of the socket stops the start, is named by check, and is not mounted even if accepted", async () => {
	for (const put of [putInPlace.file, putInPlace.link]) {
		rmSync(socket, { force: true });
		put();
		const stdout = expect.stringContaining(`danger bind-not-directory ${socket}: `);
		expect(await cagewright(["check", "asks"], { state })).toMatchObject({ status: 1, stdout });
		expect(await run()).toMatchObject({ status: 4, stdout: "", stderr: expect.stringContaining("bind-not-directory") });
	}
	for (const put of [putInPlace.link, putInPlace.file]) {
		rmSync(socket, { force: true });
		put();
		expect(await run("--accept-finding", `bind-not-directory:${socket}`)).toMatchObject({ status: 4, stdout: "" });
	}
});

test("--bind refuses a socket and names the option that permits it", async () => {
	rmSync(socket, { force: true });
	running = await startService("third");
	const options = ["--name", "bound", "--bind", socket, "--probe", "true", "--yes"];
	const { status, stderr } = await cagewright(["make", ...options, "--", "python3", "-c", "1"], { state });
	expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining(`--allow socket:${socket}`) });
	await endProcess(running);
});

test("a cage without root has the socket alone, too", async () => {
	running = await startService("fourth");
	const user = ordinaryUser(readableProgram());
	const place = ownFolder(user, "asks");
	copyFileSync(join(folder, "application.py"), join(place, "application.py"));
	const probe = `test "$(curl -fsS --noproxy '*' ${url()})" = fourth`;
	const words = ["--name", "asks", "--allow", `socket:${socket}`, "--probe", probe, "--no-selftest"];
	const made = await make([...words, "--", "python3", join(place, "application.py"), String(port)], user);
	expect(made).toMatchObject({ answered: true, rounds: [{ missing: [] }] });
	const { json } = await cagewright(["plan", "asks", "--json"], user);
	expect(json.shared).toMatchObject([{ path: socket, isSocket: true }]);
	await endProcess(running);
});
