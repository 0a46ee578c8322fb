import { execFileSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { cagewright, inProcess, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { eventually, patience } from "./eventually.ts";
import { freePort } from "./network.ts";

/** Sockets that are open before the application starts, as described in systemd.socket(5). */

const state = temporaryState();

/** Answers at each descriptor that sd_listen_fds(3) counts, with what it received. */
const listener = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
int main(void) {
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS"), *names = getenv("LISTEN_FDNAMES");
	if (!pid || !fds || !names || atoi(pid) != getpid() || atoi(fds) != 3) return 3;
	struct pollfd at[3];
	for (int i = 0; i < 3; i++) at[i] = (struct pollfd){ 3 + i, POLLIN, 0 };
	for (;;) {
		poll(at, 3, -1);
		for (int i = 0; i < 3; i++) {
			if (!at[i].revents) continue;
			char line[64], answer[256];
			int stream = i < 2, peer = stream ? accept(at[i].fd, 0, 0) : at[i].fd;
			struct sockaddr_storage from;
			socklen_t length = sizeof from;
			ssize_t got = stream ? read(peer, line, sizeof line) : recvfrom(peer, line, sizeof line, 0, (void *)&from, &length);
			int size = snprintf(answer, sizeof answer, "%s %d%s uid %d got %.*s", names, i,
				fcntl(at[i].fd, F_GETFL) & O_NONBLOCK ? "n" : "", getuid(), (int)got, line);
			if (stream) { if (write(peer, answer, size) < 0) return 4; close(peer); }
			else sendto(peer, answer, size, 0, (void *)&from, length);
		}
	}
}`;

/** Answers once, on its standard streams. */
const perConnection = `
#include <stdio.h>
int main(void) { char line[64]; if (!fgets(line, sizeof line, stdin)) return 1; printf("once %d %s", (int)getuid(), line); return 0; }`;

function compiled(name: string, source: string): string {
	const program = join(temporaryFolder("sockets"), name);
	execFileSync("gcc", ["-static", "-x", "c", "-", "-o", program], { input: `#include <unistd.h>\n${source}` });
	return program;
}

/** Arguments KIND and ADDRESS: sends a line and prints the answer. */
const query = `
import socket, sys
kind, *at = sys.argv[1:]
family = socket.AF_UNIX if kind == "unix" else socket.AF_INET6 if ":" in at[0] else socket.AF_INET
peer = socket.socket(family, socket.SOCK_DGRAM if kind == "datagram" else socket.SOCK_STREAM)
peer.settimeout(60)
peer.connect(at[0] if kind == "unix" else (at[0], int(at[1])))
peer.send(b"hello\\n")
print(peer.recv(256).decode().strip())`;
const client = join(temporaryFolder("query"), "ask.py");
fs.writeFileSync(client, query);
const ask = (words: readonly string[]) =>
	execFileSync("python3", [client, ...words], { encoding: "utf8", timeout: patience, stdio: "pipe" });

test("an account gets sockets that only root can open, at every start", async () => {
	const port = await freePort();
	const folder = temporaryFolder("place");
	const sockets = [
		`stream ${folder}/at/a.sock name=one mode=0620 group=daemon`,
		`stream [::1]:${port} name=two non-blocking`,
		`datagram 127.0.0.1:${port} name=three`,
	];
	const probe = `python3 ${client} unix "$CAGEWRIGHT_ROOT${folder}/at/a.sock" | grep -q 'one:two:three 0 uid 65534 got hello' && python3 ${client} stream ::1 ${port} | grep -q 'three 1n'`;
	const options = [...sockets.flatMap((socket) => ["--socket", socket]), "--directory", `${folder}/at:0755:root:root`];
	await make(["--name", "listens", "--user", "nobody", ...options, "--probe", probe, "--", compiled("listener", listener)], {
		state,
	});
	for (const start of ["first", "second"]) {
		const run = startRun("listens", { state });
		const answer = await eventually(() => ask(["stream", "::1", String(port)]));
		expect([start, answer]).toEqual([start, "one:two:three 1n uid 65534 got hello\n"]);
		expect(ask(["datagram", "127.0.0.1", String(port)])).toBe("one:two:three 2 uid 65534 got hello\n");
		const path = join(state, "cages/listens/data", folder, "at/a.sock");
		expect(fs.statSync(path)).toMatchObject({ uid: 0, gid: 1, mode: 0o140620 });
		await run.stop();
	}
});

describe("a service for single connections", () => {
	/** A name that no other process of this machine has. */
	const flooded = `flood-${process.pid}`;
	const folder = temporaryFolder("planted");
	let port: number;
	beforeAll(async () => {
		port = await freePort();
		const places = [`127.0.0.1:${port}`, `${folder}/at/sub/a.sock`];
		const sockets = places.flatMap((place) => ["--socket", `stream ${place} per-connection`]);
		const directories = [`${folder}/at`, `${folder}/at/sub`].flatMap((one) => ["--directory", `${one}:0755:nobody`]);
		const probes = [
			"--probe",
			`python3 ${client} stream 127.0.0.1 ${port} | grep -q 'once 65534 hello'`,
			"--probe",
			`test "$(python3 ${client} unix "$CAGEWRIGHT_ROOT${folder}/at/sub/a.sock")" = 'once 65534 hello'`,
		];
		const options = [...sockets, ...directories, "--writable", `${folder}/at`, ...probes];
		await make(["--name", "once", "--user", "nobody", ...options, "--", compiled(flooded, perConnection)], { state });
	});

	test("is started for each connection, and at most as many connections are served at once as systemd serves", async () => {
		const run = startRun("once", { state });
		for (let connection = 0; connection < 3; connection++) {
			expect(await eventually(() => ask(["stream", "127.0.0.1", String(port)]))).toBe("once 65534 hello\n");
		}
		const waiting = execFileSync(
			"python3",
			[
				"-c",
				`import socket, subprocess, time
all = [socket.create_connection(("127.0.0.1", ${port})) for _ in range(80)]
count = lambda: len(subprocess.run(["pgrep", "-x", "${flooded}"], capture_output=True, text=True).stdout.split())
while count() < 64: time.sleep(0.1)
# A service above the limit would start soon.
time.sleep(1.5)
print(count())
for one in all: one.send(b"x\\n")
print(sum(one.recv(99) == b"once 65534 x\\n" for one in all))`,
			],
			{ encoding: "utf8" },
		);
		expect(waiting.split("\n").slice(0, 2)).toEqual(["64", "80"]);
		expect(await eventually(() => ask(["stream", "127.0.0.1", String(port)]))).toBe("once 65534 hello\n");
		await run.stop();
	});

	test("is not started while another process listens at its port", async () => {
		const other = createServer().listen(port, "127.0.0.1");
		onTestFinished(() => void other.close());
		await once(other, "listening");
		const { status, stderr } = await cagewright(["run", "once"], { state });
		expect({ status, stderr }).toMatchObject({
			status: 125,
			stderr: expect.stringContaining(`cannot open the socket 127.0.0.1:${port}: another process listens there`),
		});
	});

	test("root follows no link of the application to a socket, and replaces no other file with one", async () => {
		const at = join(state, "cages/once/data", folder, "at");
		const start = () => cagewright(["run", "once"], { state });
		fs.rmSync(join(at, "sub"), { recursive: true });
		fs.mkdirSync(join(at, "other"));
		execFileSync("python3", ["-c", "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])", "a.sock"], {
			cwd: join(at, "other"),
		});
		const { ino } = fs.lstatSync(join(at, "other/a.sock"));
		fs.symlinkSync("other", join(at, "sub"));
		fs.lchownSync(join(at, "sub"), 65534, 65534);
		expect(await start()).toMatchObject({
			status: 125,
			stderr: expect.stringContaining(
				`cannot open the socket ${folder}/at/sub/a.sock: a directory of its path is missing or is a link that root did not create`,
			),
		});
		expect(fs.lstatSync(join(at, "other/a.sock")).ino).toBe(ino);

		fs.rmSync(join(at, "sub"));
		fs.mkdirSync(join(at, "sub"));
		fs.writeFileSync(join(at, "sub/a.sock"), "no socket");
		expect(await start()).toMatchObject({
			status: 125,
			stderr: expect.stringContaining(`cannot open the socket ${folder}/at/sub/a.sock: there is another file`),
		});
		expect(fs.readFileSync(join(at, "sub/a.sock"), "utf8")).toBe("no socket");
		expect(fs.existsSync(join(at, "other/a.sock"))).toBe(true);
	});
});

test("an invalid socket is refused before anything starts", async () => {
	const { status, stderr } = await inProcess(["make", "--yes", "--socket", "fifo /run/a", "--probe", "true", "--", "/bin/true"], {
		state,
	});
	expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining("'fifo /run/a'") });
});
