import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { cagewright, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { giveTo } from "./daemons.ts";
import { expectWellMade } from "./held.ts";
import { freePort } from "./network.ts";

/** Daemons that the program has no knowledge about: a command and a probe must suffice. */

const state = temporaryState();

/** Returns a probe that sends bytes (in Python's notation) and searches the answer for others. */
function says(port: number, send: string, answer: string): string {
	const steps = [
		"import socket, sys",
		`s = socket.create_connection(("127.0.0.1", ${port}), 30)`,
		"s.settimeout(30)",
		`s.sendall(b"${send}")`,
		`sys.exit(b"${answer}" not in s.recv(4096))`,
	];
	return `python3 -c '${steps.join("\n")}'`;
}

test.runIf(isLong)("mosquitto, which stores its messages, is caged", async () => {
	const port = await freePort();
	const folder = temporaryFolder("mosquitto");
	mkdirSync(`${folder}/data`);
	giveTo("mosquitto", `${folder}/data`);
	const settings = [
		`listener ${port} 127.0.0.1`,
		"allow_anonymous true",
		"persistence true",
		`persistence_location ${folder}/data/`,
	];
	writeFileSync(`${folder}/mosquitto.conf`, `${settings.join("\n")}\n`);
	// MQTT 3.1.1: CONNECT with a clean session and the client `a`, answered by CONNACK "accepted".
	const connect = "\\x10\\x0d\\x00\\x04MQTT\\x04\\x02\\x00\\x3c\\x00\\x01a";
	const probe = says(port, connect, "\\x20\\x02\\x00\\x00");
	const made = await make(["--name", "mosquitto", "--probe", probe, "--", "mosquitto", "-c", `${folder}/mosquitto.conf`], {
		state,
	});
	expectWellMade(made, "mosquitto", state);
	expect(made.rounds).toHaveLength(1);
});

test("a daemon that exits silently without its PID file's directory is reported with that path", async () => {
	const folder = temporaryFolder("no-directory");
	const missing = `${folder}/run/app.pid`;
	const command = ["/bin/sh", "-c", `exec 2>/dev/null; : >${missing}`];
	const result = await cagewright(["make", "--yes", "--quiet", "--name", "silent", "--probe", "false", "--", ...command], {
		state,
	});
	expect(result).toMatchObject({ status: 1, stdout: "" });
	expect(result.stderr).toContain(`could not write ${missing} (ENOENT)`);
	expect(result.stderr).toContain(`--directory ${folder}/run`);
});

test("a daemon that explains its exit only in its log file is quoted from there, and not blamed for the host", async () => {
	const folder = temporaryFolder("logs");
	const lines = `echo '2026-11-30 10:00:00,123 [main] fatal: no licence found' >>${folder}/app.log; exit 3`;
	const result = await cagewright(
		["make", "--yes", "--quiet", "--name", "quiet", "--probe", "false", "--", "/bin/sh", "-c", lines],
		{ state },
	);
	expect(result).toMatchObject({ status: 1, stdout: "" });
	expect(result.stderr).toMatch(/failed with status 3 in the sandbox: \[main\] fatal: no licence found\. /);
	expect(readdirSync(folder)).toEqual([]);
});

test.runIf(isLong)(
	"a daemon that looks up an account without switching to it, and ends late after a signal, which the sandbox does not show, is caged",
	async () => {
		const port = await freePort();
		const folder = temporaryFolder("graceful");
		const lines = [
			"import http.server, os, pwd, signal",
			'pwd.getpwnam("games")',
			// memcached ends up to two seconds after SIGUSR1. This server ends sooner in a cage than outside, which it distinguishes by /proc/1.
			"signal.signal(signal.SIGUSR1, lambda *_: None if os.path.exists('/proc/1') else os._exit(0))",
			`http.server.test(http.server.SimpleHTTPRequestHandler, port=${port}, bind="127.0.0.1")`,
		];
		writeFileSync(`${folder}/serve.py`, `${lines.join("\n")}\n`);
		const probe = `curl -fsS --noproxy '*' -o /dev/null http://127.0.0.1:${port}/`;
		const command = ["/usr/bin/python3", `${folder}/serve.py`];
		const made = await make(["--name", "graceful", "--user", "nobody", "--cwd", folder, "--probe", probe, "--", ...command], {
			state,
		});
		expect(made.answered).toBe(true);
		expect(made.rounds.map(({ added }) => added)).toEqual([[], ["games"]]);
		expect(made.accounts.users.toSorted()).toEqual(["games", "nobody"]);
	},
);

/** A server that answers each connection with the script `serve`, and its command. */
function greeter(listen: string, serve: string): string[] {
	const folder = temporaryFolder("greeter");
	writeFileSync(
		`${folder}/serve.cjs`,
		`require("net").createServer((c) => {${serve}}).on("error", () => {}).listen(${listen});\n`,
	);
	return [process.execPath, `${folder}/serve.cjs`];
}

const replies = (text: string) => `c.on("error", () => {}).on("data", () => c.end(${JSON.stringify(text)}))`;

const guessed: readonly [string, string, string][] = [
	["greets", "probe-guessed-banner", 'c.on("error", () => {}).write("RFB 003.008\\n")'],
	["answers HTTP", "probe-guessed-http", replies("HTTP/1.1 404 Nothing\r\n\r\n")],
];
test.each(some(1, guessed))(
	"a stopped daemon of an unknown protocol that %s is caged without a given probe",
	async (how, code, serve) => {
		const port = await freePort();
		const name = how.replaceAll(" ", "-");
		const made = await make(["--name", name, "--", ...greeter(`${port}, "127.0.0.1"`, serve)], { state });
		expectWellMade(made, name, state);
		expect(made.warnings).toContainEqual(expect.objectContaining({ code, values: expect.objectContaining({ port }) }));
	},
);

test.runIf(isLong)("a stopped daemon that says nothing still needs a probe", async () => {
	const port = await freePort();
	const command = greeter(`${port}, "127.0.0.1"`, 'c.on("error", () => {})');
	const result = await cagewright(["make", "--yes", "--quiet", "--timeout", "3", "--name", "mute", "--", ...command], { state });
	expect(result).toMatchObject({ status: 2, stdout: "" });
	expect(result.stderr).toContain("knows no probe");
});
