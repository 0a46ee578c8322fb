import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, make, startRun, temporaryFolder, temporaryState, type Where } from "./cagewright.ts";
import { askRedis } from "./daemons.ts";
import { makeDeep } from "./deep.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./network.ts";
import { preparedRedis } from "./prepared.ts";

/** Files that an application writes during a trace or trial are always removed, and never block another cage. */

let state: string;
let port: number;

beforeAll(async () => {
	state = temporaryState();
	({ port } = await preparedRedis(state));
});

const scratch = () => (existsSync(join(state, "scratch")) ? readdirSync(join(state, "scratch")) : []);

async function expectRedisToStart(where: Where = { state }, at = port): Promise<void> {
	const run = startRun("redis", where);
	expect(await eventually(() => askRedis(at, ["PING"]))).toBe("PONG");
	expect((await run.stop()).status).toBe(0);
}

/** Perl code that leaves something in the folder $d that is hard to remove. */
const writers = [
	// Directories deeper than PATH_MAX
	'for (1 .. 40) { mkdir "d" x 200; chdir "d" x 200 or last }',
	'for my $b (1 .. 3) { chdir $d; mkdir "b$b"; chdir "b$b"; for (1 .. 100) { mkdir "e"; chdir "e" or last } }',
	// Names of 255 bytes with line breaks
	'for (1 .. 20) { my $n = "\\n\\xff" . "n" x 253; open my $f, ">", "\\n-$_"; mkdir $n; chdir $n or last }',
	// Directories that nobody can enter
	'for (1 .. 5) { mkdir "c"; chdir "c" or last } for (1 .. 5) { chdir ".."; chmod 0, "c" }',
	// Immutable and append-only files
	'mkdir "i"; open my $f, ">", "i/file"; system "chattr", "+i", "i/file", "i"; mkdir "a"; system "chattr", "+a", "a"',
	// Sockets, FIFOs and links
	'system "mkfifo", "fifo"; symlink "/etc", "etc"; symlink "/", "i2"; link "fifo", "fifo2"',
];

test("files that an application of root writes in sandbox and trials are removed", async () => {
	const own = await freePort();
	const data = temporaryFolder("data");
	execFileSync("chmod", ["755", data]);
	const program = `use Socket; my $d = "${data}"; ${writers.map((lines) => `chdir $d; { ${lines} }`).join("\n")} chdir "/";
		socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1); bind($s, sockaddr_in(${own}, INADDR_LOOPBACK)) or die;
		listen($s, 5); while (accept(my $c, $s)) { print $c "hi\\n"; close $c }`;
	const probe = `perl -MIO::Socket::INET -e 'exit !(IO::Socket::INET->new(PeerAddr => "127.0.0.1:${own}")->getline eq "hi\\n")'`;
	const place = temporaryFolder("program");
	execFileSync("chmod", ["755", place]);
	writeFileSync(join(place, "app.pl"), program);
	const words = ["--name", "writer", "--writable", data, "--probe", probe];
	const made = await make([...words, "--", "/usr/bin/perl", join(place, "app.pl")], { state });
	expect(made.answered).toBe(true);
	expect(scratch()).toEqual([]);
	expect((await cagewright(["trial", "writer", "--no-selftest"], { state })).status).toBe(0);
	expect(scratch()).toEqual([]);
	await expectRedisToStart();
	expect((await cagewright(["remove", "writer", "--yes"], { state })).status).toBe(0);
	expect(existsSync(join(state, "cages/writer"))).toBe(false);
});

describe("a leftover of a killed command", () => {
	let leftover: string;
	beforeEach(() => {
		leftover = join(state, "scratch/.scratch-1-1-aaaaaaaaaaaa");
		mkdirSync(join(leftover, "sandbox"), { recursive: true });
		writeFileSync(join(leftover, "sandbox/file"), "");
	});

	test("is removed by the next command, whatever its depth, flags and names", async () => {
		makeDeep(join(leftover, "sandbox"), "touch file; chattr +i file; chattr +a .");
		writeFileSync(join(leftover, "sandbox/new\nline"), "");
		expect(await cagewright(["list"], { state })).toMatchObject({ status: 0, stderr: "" });
		expect(scratch()).toEqual([]);
	});

	test("is unmounted below before it is removed, and the mounted files stay", async () => {
		const outside = temporaryFolder("outside");
		writeFileSync(join(outside, "file"), "");
		for (const name of ["mount", "two words\nand a line"]) {
			mkdirSync(join(leftover, name));
			execFileSync("mount", ["--bind", outside, join(leftover, name)]);
		}
		execFileSync("mount", ["-t", "tmpfs", "tmpfs", join(leftover, "sandbox")]);
		await expectRedisToStart();
		expect(scratch()).toEqual([]);
		expect(readdirSync(outside)).toEqual(["file"]);
	});

	test.runIf(isLong)("stops no launch if it cannot be removed, is reported, and is removed later", async () => {
		execFileSync("chattr", ["+i", join(leftover, "sandbox/file")]);
		const enter = ["setpriv", "--bounding-set=-linux_immutable", "--inh-caps=-linux_immutable"];
		expect(await cagewright(["list"], { state, enter })).toMatchObject({
			status: 0,
			stderr: /^[^\n]*\.scratch-1-1-aaaaaaaaaaaa[^\n]*\n$/,
		});
		await expectRedisToStart({ state, enter });
		expect(scratch()).toEqual([expect.stringContaining("aaaaaaaaaaaa")]);
		expect(await cagewright(["list"], { state })).toMatchObject({ status: 0, stderr: "" });
		expect(scratch()).toEqual([]);
	});
});

test("a cage can start and be removed, whatever its application created in its data", async () => {
	const own = temporaryState();
	const { made, port } = await preparedRedis(own);
	const data = execFileSync("find", [made.data, "-type", "d", "-user", "redis"], { encoding: "utf8" }).split("\n")[0] ?? "";
	makeDeep(data, "true");
	const many = spawn("perl", ["-e", 'chdir shift; for (1 .. 1000) { mkdir "x" x 100; chdir "x" x 100 }', data]);
	await once(many, "close");
	const check = await cagewright(["check", "redis"], { state: own });
	expect(check.stdout.length).toBeLessThan(4000);
	await expectRedisToStart({ state: own }, port);
	expect((await cagewright(["remove", "redis", "--yes"], { state: own })).status).toBe(0);
	expect(readdirSync(join(own, "cages"))).toEqual([]);
});

test.runIf(isLong)("a trial works if the state folder is on an overlay, as in a container", async () => {
	const layers = temporaryFolder("overlay");
	const mount = [
		`mount -t tmpfs tmpfs ${layers}`,
		`mkdir ${layers}/upper ${layers}/work`,
		`mount -t overlay -o lowerdir=${state},upperdir=${layers}/upper,workdir=${layers}/work overlay ${state}`,
		'exec "$@"',
	];
	const enter = ["unshare", "--mount", "sh", "-ec", mount.join("\n"), "sh"];
	expect(await cagewright(["trial", "redis", "--no-selftest"], { state, enter })).toMatchObject({ status: 0 });
});
