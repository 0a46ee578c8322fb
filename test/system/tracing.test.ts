import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { systemMachine } from "../../src/cli/machine.ts";
import { TraceFold } from "../../src/trace/fold.ts";
import { isLong } from "../long.ts";
import { cagewright, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./network.ts";
import { descendantsOf, nameOf } from "./processes.ts";

/** Starts a shell in a traced sandbox and returns its processes once it runs `sleep`. */
async function traced(line: string, use: (found: { strace: number; shell: number; fold: TraceFold }) => Promise<void>) {
	const { launcher } = systemMachine(temporaryState());
	await using sandbox = await launcher.createSandbox();
	const fold = new TraceFold();
	const before = new Set(descendantsOf(process.pid));
	const launched = await launcher.start({
		launch: { kind: "sandbox", sandbox, directories: [], given: [], devices: [], capabilities: [], sockets: [] },
		identity: { name: "root", uid: 0, gid: 0, groups: [], home: "/root" },
		command: ["/bin/sh", "-c", `${line}\nsleep 314159; :`],
		cwd: "/",
		env: { PATH: "/usr/bin:/bin" },
		network: "own",
		onOutput() {},
		trace: { mode: "fast", onData: (chunk) => fold.feed(chunk) },
	});
	try {
		const [strace, shell] = await eventually(() => {
			const ours = descendantsOf(process.pid).filter((pid) => !before.has(pid));
			expect(ours.map(nameOf)).toContain("sleep");
			return [ours.find((pid) => nameOf(pid) === "strace") ?? 0, ours.findLast((pid) => nameOf(pid) === "sh") ?? 0];
		});
		await use({ strace: strace ?? 0, shell: shell ?? 0, fold });
	} finally {
		await launched.stop(0);
	}
}

/** The session (proc_pid_stat(5)), and the group in which the kernel schedules it (cgroups(7)). */
function schedulingOf(pid: number) {
	const [, , , session] = readFileSync(`/proc/${pid}/stat`, "latin1")
		.replace(/^.*\) /, "")
		.split(" ");
	const groups = readFileSync(`/proc/${pid}/cgroup`, "latin1").split("\n");
	return { session, groups: groups.filter((line) => /^\d+:([\w,]*\bcpu\b[\w,]*)?:/.test(line)) };
}

test("the kernel schedules a traced application together with strace", async () => {
	await traced("", async ({ shell, strace }) => {
		expect(strace).toBeGreaterThan(0);
		expect(schedulingOf(shell)).toEqual(schedulingOf(strace));
	});
});

test("a signal to its own process group reaches the traced application and not strace", async () => {
	await traced("trap : USR1\nkill -USR1 0\ncat /etc/debian_version", async ({ fold }) => {
		await eventually(() => expect([...fold.trace.accesses.keys()]).toContain("/etc/debian_version"));
	});
});

test.runIf(isLong)("an option that an exercise sets on a datagram socket is in the plan", async () => {
	const state = temporaryState();
	const port = await freePort();
	const server = `
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", ${port}))
while True:
	word, client = server.recvfrom(10)
	if word == b"group": server.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
	server.sendto(b"done", client)
`;
	const ask = (word: string) =>
		`python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(60); s.connect(("127.0.0.1", ${port})); s.send(b"${word}"); s.recv(10)'`;
	await make(["--name", "late", "--probe", ask("hello"), "--exercise", ask("group"), "--", "/usr/bin/python3", "-c", server], {
		state,
	});
	const { json } = await cagewright(["show", "late", "--json"], { state });
	expect(JSON.stringify(json)).toContain("setsockopt(SO_BROADCAST)");
});

test("a second start that does not answer is named with what the application said", async () => {
	const port = await freePort();
	const answering = `exec python3 -m http.server --bind 127.0.0.1 ${port}`;
	const once = `if [ -e started ]; then echo "error: already started" >&2; exit 3; fi; : >started; ${answering}`;
	const probe = `curl -fsS --noproxy '*' http://127.0.0.1:${port}/`;
	const words = ["--name", "once", "--cwd", temporaryFolder("once"), "--probe", probe, "--", "/bin/sh", "-c", once];
	const { status, stderr } = await cagewright(["trace", ...words], { state: temporaryState() });
	expect(status).toBe(0);
	expect(stderr).toMatch(/second start during the trace did not answer \(status 3\).*error: already started/);
});
