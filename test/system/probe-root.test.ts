import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UtilLinuxLauncher } from "../../src/launch/host/launcher.ts";
import { isLong, some } from "../long.ts";
import { cagewright, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./network.ts";
import { ordinaryUser, ownFolder, readableProgram } from "./ordinary.ts";
import { allProcesses, commandOf } from "./processes.ts";
import { scoped } from "./scoped.ts";

/** Probes and exercises run as root on the host's file system. Files that an application creates below its root must not redirect them elsewhere. */

const nobody = 65_534;
/** Host files that only root can read, and a socket that records what it receives. */
let host: string;
let server: Server;
const heard: string[] = [];

beforeAll(async () => {
	host = temporaryFolder("host");
	fs.chmodSync(host, 0o700);
	for (const name of ["file", "secret"]) fs.writeFileSync(join(host, name), `${name} of the host`);
	server = createServer((socket) => socket.on("data", (text) => heard.push(String(text))).on("error", () => {}));
	server.listen(join(host, "sock"));
	await once(server, "listening");
});
afterAll(() => server.close());

/** Paths below a folder that lead to `host` if somebody follows the links in them. `plant` creates them, and runs in the application too. */
const planted = [
	"absolute",
	"relative",
	"chain",
	"directory/file",
	"parent/file",
	"dots/file",
	"around/again/file",
	"self/file",
	"secret",
	"directory/secret",
	"hard/../directory/secret",
];
/** The mounts where probes mount something. Other tests mount elsewhere at the same time. */
const mounts = () => {
	const lines = fs.readFileSync("/proc/self/mountinfo", "utf8").split("\n");
	return lines.filter((line) => line.includes(host) || /^\/($|proc\b)/.test(line.split(" ")[4] ?? ""));
};

const sockets = ["s.sock", "directory/sock", "relative.sock"];

/** Node code that plants links in the folder `d`. */
const plant = (folder: string, to: string) => `
	const fs = require("node:fs"), d = ${JSON.stringify(folder)}, to = ${JSON.stringify(to)};
	const up = "../".repeat(40);
	const link = (target, name) => { try { fs.unlinkSync(d + "/" + name) } catch {} try { fs.symlinkSync(target, d + "/" + name) } catch {} };
	fs.mkdirSync(d + "/hard", { recursive: true });
	const plant = () => {
		link(to + "/file", "absolute"); link(up + to.slice(1) + "/file", "relative"); link("absolute", "chain");
		link(to, "directory"); link(up + to.slice(1), "parent"); link(to + "/../" + to.split("/").pop(), "dots");
		link(".", "around"); link("directory", "again"); link("/proc/self/root" + to, "self");
		link(to + "/secret", "secret"); link(to + "/sock", "s.sock"); link(up + to.slice(1) + "/sock", "relative.sock");
	};
	plant();`;

const talk = (socket: string) =>
	`perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Peer => $ENV{CAGEWRIGHT_ROOT}.shift) or exit 1; print $s "asked"; print <$s>' '${socket}'`;

function expectHostUntouched(): void {
	expect(fs.readFileSync(join(host, "file"), "utf8")).toBe("file of the host");
	expect(fs.readFileSync(join(host, "secret"), "utf8")).toBe("secret of the host");
	expect(fs.readdirSync(host).sort()).toEqual(["file", "secret", "sock"]);
	expect(heard).toEqual([]);
}

describe("probes for a process with its own root", () => {
	let root: string;
	let process_: ChildProcess;
	let launcher: UtilLinuxLauncher;
	const shell = (line: string, seconds = 20) =>
		launcher.shell(line, { launched: { init: process_.pid ?? 0, ended: new Promise(() => {}) } }, seconds);

	beforeAll(async () => {
		root = temporaryFolder("root");
		fs.chmodSync(root, 0o755);
		launcher = new UtilLinuxLauncher(temporaryState());
		execFileSync(process.execPath, ["-e", plant(join(root, "data"), host)]);
		fs.symlinkSync("data", join(root, "inside"));
		fs.writeFileSync(join(root, "data/plain"), "plain");
		fs.linkSync(join(root, "data/plain"), join(root, "data/same"));
		fs.chownSync(join(root, "data"), nobody, nobody);
		// The magic links in its /proc lead to the host: its root, its working directory and an open file.
		const script = `mkdir -p proc && mount -t proc proc proc && exec 5<"$1/secret" && exec perl -e 'chdir shift; opendir my $d, "."; chroot $ARGV[0]; $| = 1; print "ready\\n"; sleep' "$1" "$PWD"`;
		process_ = spawn("unshare", ["--mount", "--net", "sh", "-c", script, "sh", host], {
			cwd: root,
			stdio: ["ignore", "pipe", "inherit"],
		});
		await once(process_.stdout ?? process_, "data");
	});
	afterAll(async () => {
		const ended = once(process_, "close");
		process_.kill("SIGKILL");
		await ended;
	});

	test("can read and write files, hard links and directories", async () => {
		const line = 'cd "$CAGEWRIGHT_ROOT"/data && cat plain same && echo written >new && ls -d "$CAGEWRIGHT_ROOT"/dat*';
		expect(await shell(line)).toMatchObject({ ok: true, output: expect.stringMatching(/^plainplain\/\S+\/data\n$/) });
		expect(fs.readFileSync(join(root, "data/new"), "utf8")).toBe("written\n");
	});

	test("can reach a unix socket by path and by pattern", async () => {
		const own = createServer((socket) => socket.end("hello"));
		fs.mkdirSync(join(root, "run"), { recursive: true });
		own.listen(join(root, "run/own.sock"));
		await once(own, "listening");
		try {
			expect(await shell(`cd / && ls "$CAGEWRIGHT_ROOT"/run/*.sock && ${talk("/run/own.sock")}`)).toMatchObject({
				ok: true,
				output: expect.stringMatching(/own\.sock\nhello$/),
			});
		} finally {
			own.close();
		}
	});

	test("follow no link to the host, whether relative, absolute or magic", async () => {
		const magic = [
			"proc/self/root",
			"proc/1/root",
			"proc/1/cwd",
			"proc/self/cwd",
			`proc/${process_.pid}/root`,
			`proc/${process_.pid}/cwd`,
		];
		const paths = [
			...planted.map((path) => `data/${path}`),
			...planted.map((path) => `inside/${path}`),
			...magic.flatMap((path) => [`${path}${host}/file`, `${path}/secret`, `${path}/../${host}/secret`]),
			`proc/${process_.pid}/fd/5`,
		];
		const tries = paths.map((path) => {
			const place = `"$CAGEWRIGHT_ROOT"/'${path}'`;
			return `cat ${place}; (echo changed >${place}); (echo more >>${place}); ls ${place}/; rm -f ${place}/x`;
		});
		const { ok, output } = await shell(`${tries.join("\n")}\ntrue`);
		expect(ok).toBe(true);
		expect(output).not.toMatch(/of the host|secret$/m);
		expectHostUntouched();
		// The links themselves remain visible.
		expect((await shell('readlink "$CAGEWRIGHT_ROOT"/data/absolute')).output).toBe(`${host}/file\n`);
	});

	test("reach no socket of the host", async () => {
		for (const socket of sockets) expect((await shell(talk(`/data/${socket}`))).ok, socket).toBe(false);
		expectHostUntouched();
	});

	test("follow no link that appears while they read and write", async () => {
		const swapping = `${plant(join(root, "data"), host)}
			for (;;) for (const name of ["absolute", "directory"]) {
				try { fs.unlinkSync(d + "/" + name) } catch {}
				try { name === "directory" ? fs.mkdirSync(d + "/" + name) : fs.writeFileSync(d + "/" + name, "own") } catch {}
				try { fs.rmSync(d + "/" + name, { recursive: true, force: true }) } catch {}
				link(name === "directory" ? to : to + "/file", name);
			}`;
		await using _attacker = scoped(spawn(process.execPath, ["-e", swapping], { stdio: "ignore" }));
		const tries =
			"cat absolute directory/secret; echo changed >absolute; echo changed >directory/file; echo changed >directory/new";
		const { output } = await shell(`cd "$CAGEWRIGHT_ROOT"/data; for i in $(seq 1000); do ${tries}; done 2>/dev/null`, 60);
		expect(output).not.toContain("of the host");
		expectHostUntouched();
	});

	test("gain nothing from a setuid program or a device below the root", async () => {
		execFileSync("cp", ["/usr/bin/id", join(root, "data/id")]);
		fs.chmodSync(join(root, "data/id"), 0o4755);
		execFileSync("mknod", [join(root, "data/zero"), "c", "1", "5"]);
		const { output } = await shell(
			`head -c 1 "$CAGEWRIGHT_ROOT"/data/zero; setpriv --reuid ${nobody} --clear-groups "$CAGEWRIGHT_ROOT"/data/id -u`,
		);
		// Its stdout and its stderr arrive in any order.
		expect(output).toContain("Permission denied");
		expect(output).toMatch(/^65534$/m);
	});

	test("have the usual working directory, arguments and host files", async () => {
		expect(await shell(`test "$PWD" = "$(pwd -P)" && pwd && cat ${host}/secret && test ! -e /proc/$$/root/nothing`)).toEqual({
			ok: true,
			status: 0,
			output: `${process.cwd()}\nsecret of the host`,
			timedOut: false,
		});
		expect(await shell("exit 7")).toMatchObject({ ok: false, status: 7 });
		expect(await shell("kill -TERM $$")).toMatchObject({ ok: false, status: 143 });
	});

	test("leave no mount and no process", async () => {
		const before = mounts();
		await shell("sleep 0.1");
		expect(mounts()).toEqual(before);
		expect(fs.statSync("/proc/driver").isDirectory()).toBe(true);
	});

	describe.each(
		some(2, [
			["a session that forks on and on", `(setsid sh -c 'while :; do setsid sleep 98761 & sleep 0.01; done' &)`],
			["a double fork", `perl -e 'exit if fork; exit if fork; exec "sleep", "98761"'`],
			["a process that ignores TERM and HUP", `(trap "" TERM HUP INT; setsid sh -c 'sleep 98761; :' &)`],
			["a stopped process", "setsid sleep 98761 & kill -STOP $!"],
		]),
	)("%s", (_, leaving) => {
		const left = () => allProcesses().filter((pid) => /\b98761\b/.test(commandOf(pid)));

		test("ends with its line, which does not wait for it", async () => {
			expect(await shell(`${leaving}\nsleep 0.1; echo done`)).toMatchObject({ ok: true, output: /done/ });
			expect(left()).toEqual([]);
		});

		test("ends after the timeout", async () => {
			expect(await shell(`${leaving}\nsleep 98761`, 0.5)).toMatchObject({ ok: false, timedOut: true });
			await eventually(() => expect(left()).toEqual([]));
		});

		test("ends if no application runs yet", async () => {
			expect((await launcher.shell(`${leaving}\nexit 4`, { onHost: true }, 20)).status).toBe(4);
			expect(left()).toEqual([]);
		});
	});

	test("a line does not wait for an output that another process keeps open", async () => {
		const place = join(temporaryFolder("held"), "sock");
		const hold = `import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print("ready", flush=True)
c, _ = s.accept(); fds = socket.recv_fds(c, 1, 2)[1]; c.send(b"x"); time.sleep(1000)`;
		const give = `import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); socket.send_fds(s, [b"x"], [1, 2]); s.recv(1)`;
		await using holder = scoped(spawn("python3", ["-c", hold, place], { stdio: ["ignore", "pipe", "inherit"] }));
		await once(holder.stdout, "data");
		expect(await shell(`python3 -c '${give}' '${place}' && echo done`)).toMatchObject({ ok: true, output: "done\n" });
	});
});

test("an application that starts as root cannot redirect probes by links in its data, in the sandbox and in its cage", async () => {
	const port = await freePort();
	const data = temporaryFolder("data");
	fs.chmodSync(data, 0o755);
	const results = temporaryFolder("results");
	const application = `${plant(data, host)} setInterval(plant, 5); fs.writeFileSync(d + "/plain", "own");
		require("node:net").createServer((c) => c.end("hello")).listen(d + "/own.sock");
		require("node:http").createServer((_, answer) => answer.end("yes")).listen(${port}, "127.0.0.1");`;
	const exercises = [
		planted
			.map((path) => `cat "$CAGEWRIGHT_ROOT"${data}/${path} >>${results}/read; (echo changed >"$CAGEWRIGHT_ROOT"${data}/${path})`)
			.join("; "),
		...sockets.map((socket) => talk(`${data}/${socket}`)),
		`cat "$CAGEWRIGHT_ROOT"${data}/plain >>${results}/plain && echo written >"$CAGEWRIGHT_ROOT"${data}/written`,
		`${talk(`${data}/own.sock`)} >>${results}/own`,
	];
	const made = await make(
		[
			"--name",
			"planting",
			"--writable",
			data,
			"--probe",
			`curl -fsS --noproxy '*' http://127.0.0.1:${port}/ | grep -q yes`,
			...exercises.flatMap((line) => ["--exercise", line]),
			"--",
			process.execPath,
			"-e",
			application,
		],
		{ state: temporaryState() },
	);
	expect(made.answered).toBe(true);
	expect(fs.readFileSync(join(results, "read"), "utf8")).toBe("");
	// Once in the sandbox and once in each trial.
	expect(fs.readFileSync(join(results, "plain"), "utf8")).toMatch(/^(own){2,}$/);
	expect(fs.readFileSync(join(results, "own"), "utf8")).toMatch(/^(hello){2,}$/);
	expectHostUntouched();
});

test.runIf(isLong)("an ordinary user's probe does not follow the application's links either", async () => {
	const user = ordinaryUser(readableProgram());
	const data = ownFolder(user, "data");
	const secret = join(user.home, "secret");
	fs.writeFileSync(secret, "of the host");
	fs.chownSync(secret, user.uid, user.uid);
	const output = join(user.home, "output");
	const server = `require("node:fs").symlinkSync(${JSON.stringify(secret)}, ${JSON.stringify(`${data}/link`)}); require("node:fs").writeFileSync(${JSON.stringify(`${data}/plain`)}, "own");
		require("node:http").createServer((_, answer) => answer.end("yes")).listen(21461, "127.0.0.1");`;
	const exercise = `cat "$CAGEWRIGHT_ROOT${data}/plain" >>'${output}'; (setsid sleep 98765 &); cat "$CAGEWRIGHT_ROOT${data}/link" >>'${output}'; echo changed >"$CAGEWRIGHT_ROOT${data}/link"; true`;
	const options = [
		"--name",
		"planting",
		"--writable",
		data,
		"--probe",
		"curl -fsS --noproxy '*' http://127.0.0.1:21461/",
		"--exercise",
		exercise,
	];
	const made = await cagewright(["make", ...options, "--yes", "--no-selftest", "--", process.execPath, "-e", server], user);
	expect(made.stderr + made.status).toMatch(/0$/);
	expect(fs.readFileSync(output, "utf8")).toMatch(/^(own){2,}$/);
	expect(fs.readFileSync(secret, "utf8")).toBe("of the host");
	expect(allProcesses().filter((pid) => /\b98765\b/.test(commandOf(pid)))).toEqual([]);
	expect(fs.existsSync(secret)).toBe(true);
});
