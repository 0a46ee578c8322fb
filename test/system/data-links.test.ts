import fs from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { cagewright, inProcess, type Result, startRun, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { ask, type Network, privateNetwork } from "./network.ts";

/** A caged application plants links in its own state, and a later generation mounts a directory from there. The mount must not reach the host through them. */

// Not below /tmp, which is empty at each start.
const folder = fs.mkdtempSync("/var/lib/cagewright-data-links-");
fs.chmodSync(folder, 0o755);
const programs = fs.mkdtempSync("/opt/cagewright-data-links-");
fs.chmodSync(programs, 0o755);
afterAll(() => {
	for (const one of [folder, programs]) fs.rmSync(one, { recursive: true, force: true });
});
const program = join(programs, "application.pl");
/** One generation writes to all of this directory, another one to its `sub` or `sub/deep`. */
const wide = join(folder, "state");
const victim = join(folder, "victim");
let host: Network;

const port = 7397;
const connected = `IO::Socket::INET->new(PeerAddr => q(127.0.0.1:${port}))`;
const probe = `perl -MIO::Socket::INET -e "exit !(${connected}->getline eq qq(hi\\n))"`;

/** Counts its starts in the directory of its first argument, runs the file `orders` there as Perl, then serves. */
fs.writeFileSync(
	program,
	`use Socket; my $d = shift;
open(my $f, '>>', "$d/starts") or die "no $d: $!"; print $f "x"; close $f;
if (open(my $o, '<', "$d/orders")) { local $/; my $orders = <$o>; eval "$orders; 1" or die $@ }
socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
bind($s, sockaddr_in(${port}, INADDR_LOOPBACK)) or die "bind: $!"; listen($s, 5);
while (accept(my $c, $s)) { print $c "hi\\n"; close $c }
`,
);

beforeAll(async () => {
	host = await privateNetwork();
});

const uid = 65534;

interface Cage {
	/** Makes the cage, or its next generation, with this as its only writable directory. */
	make(directory: string): Promise<Result>;
	/** Starts the cage, waits until it answers, and ends it. */
	serve(): Promise<Result>;
	/** Host path of a directory's state. */
	data(directory?: string): string;
	readonly state: string;
}

function cage(): Cage {
	const state = temporaryState();
	const where = { state, enter: host.enter };
	return {
		state,
		data: (directory = "") => join(state, "cages/linked/data", directory),
		make(directory) {
			fs.mkdirSync(directory, { recursive: true });
			for (const one of [wide, join(wide, "sub"), join(wide, "sub/deep")]) if (fs.existsSync(one)) fs.chownSync(one, uid, 0);
			const options = ["--name", "linked", "--user", "nobody", "--probe", probe, "--writable", directory, "--replace"];
			const command = ["--", "/usr/bin/perl", program, directory];
			return cagewright(["make", ...options, "--yes", "--quiet", "--no-selftest", ...command], where);
		},
		async serve() {
			const run = startRun("linked", where);
			let isOver = false;
			void run.ended.then(() => {
				isOver = true;
			});
			await eventually(async () => {
				if (!isOver) await answers();
			});
			return run.stop();
		},
	};
}

async function answers(): Promise<void> {
	const { output, status } = await ask(["perl", "-MIO::Socket::INET", "-e", `exit !${connected}`], host);
	if (status !== 0) throw new Error(`no answer: ${output}`);
}

beforeEach(() => {
	fs.rmSync(wide, { recursive: true, force: true });
	fs.rmSync(victim, { recursive: true, force: true });
	fs.mkdirSync(victim);
	fs.chmodSync(victim, 0o777);
});

const isUntouched = () => expect(fs.readdirSync(victim)).toEqual([]);
const sub = join(wide, "sub");
const deep = join(sub, "deep");

describe("a link that the application creates", () => {
	let made: Cage;
	/** Runs this code in the cage, at its next start. */
	const order = async (orders: string, directory = wide) => {
		fs.writeFileSync(join(made.data(directory), "orders"), orders);
		await made.serve();
		fs.rmSync(join(made.data(directory), "orders"), { force: true });
	};
	beforeAll(async () => {
		made = cage();
		expect(await made.make(wide)).toMatchObject({ status: 0 });
	});

	/** `arrange.test.ts` tries other links. */
	test("in the middle of the path keeps a narrower generation from being made", async () => {
		fs.mkdirSync(join(victim, "deep"));
		await order(`symlink q(${victim}), q(${sub})`);
		expect(fs.lstatSync(made.data(sub)).isSymbolicLink()).toBe(true);
		const again = await made.make(deep);
		expect(again).toMatchObject({ status: 4, stdout: "" });
		expect(again.stderr).toMatch(
			/^cagewright: Refusing to write to \S+sub\S* in the cage's data: .*remove it and try again\.\n$/,
		);
		expect(fs.readdirSync(join(victim, "deep"))).toEqual([]);
		expect(fs.readdirSync(victim)).toEqual(["deep"]);
		// The earlier generation still runs, and the message's advice solves the problem.
		const { length } = fs.readFileSync(join(made.data(wide), "starts"), "utf8");
		expect((await made.serve()).stderr).toBe("");
		expect(fs.readFileSync(join(made.data(wide), "starts"), "utf8").length).toBeGreaterThan(length);
		fs.rmSync(made.data(sub));
	});

	test.runIf(isLong)(
		"is out of reach in a narrower generation and returns with a rollback, and can then be detected",
		async () => {
			await order(`mkdir q(${sub}); symlink q(${victim}), q(${wide}/other)`);
			fs.writeFileSync(join(made.data(sub), "kept"), "state");
			const before = fs.readdirSync(made.data(wide)).sort();
			expect(await made.make(sub)).toMatchObject({ status: 0, stderr: "" });
			// The directories above the mounted one are new and belong to root; the other state is moved away.
			expect(fs.lstatSync(made.data(wide))).toMatchObject({ uid: 0, mode: 0o40755 });
			expect(fs.readdirSync(made.data(wide))).toEqual(["sub"]);
			await made.serve();
			expect(fs.readdirSync(made.data(sub)).sort()).toEqual(["kept", "starts"]);
			expect((await cagewright(["check", "linked"], made)).stdout).not.toContain("data-way");
			const rollback = (...more: string[]) => cagewright(["rollback", "linked", ...more], made);
			expect(await rollback()).toMatchObject({ status: 0 });
			expect(fs.readdirSync(made.data(wide)).sort()).toEqual(before);
			expect(fs.lstatSync(made.data(wide)).uid).toBe(uid);
			expect(fs.existsSync(made.data(".cagewright-apart"))).toBe(false);
			expect(fs.readdirSync(made.data(sub)).sort()).toEqual(["kept", "starts"]);
			// Under the wide generation, the application replaces the directory that the narrow generation mounts.
			await order(`rename q(${sub}), q(${sub}.old); symlink q(${victim}), q(${sub})`, sub);
			expect(fs.readlinkSync(made.data(sub))).toBe(victim);
			const generations = fs.readdirSync(join(made.state, "cages/linked/generations")).map(Number);
			const forth = await rollback("--to", String(Math.max(...generations)));
			expect(forth.status).toBe(4);
			expect(forth.stderr).toContain("data-way-not-directory");
			await made.serve();
			isUntouched();
		},
	);
});

describe("a link that exists before a launch", () => {
	let made: Cage;
	beforeAll(async () => {
		made = cage();
		expect(await made.make(deep)).toMatchObject({ status: 0 });
	});

	const places: [string, string][] = [
		["in place of the state", deep],
		["in the middle", dirname(folder)],
		["above it", sub],
		["at its top", ""],
	];
	const verbs = [
		["run", "linked"],
		["run", "--print", "linked"],
		["shell", "linked", "--", "/bin/true"],
		["unit", "linked"],
		["trial", "linked"],
	];

	test.each(some(1, places))("%s stops every launch and is a danger", async (_, directory) => {
		const place = made.data(directory);
		const before = made.data(directory).replace(/\/$/, "");
		fs.renameSync(before, `${before}.before`);
		fs.mkdirSync(victim, { recursive: true });
		fs.symlinkSync(victim, before);
		// Everything that code following the link would look for.
		fs.mkdirSync(join(victim, deep.slice(directory.length)), { recursive: true });
		try {
			for (const words of verbs) {
				const result = await inProcess(words, made);
				expect([words, result.status, result.stderr]).toEqual([words, expect.toSatisfy((one) => one === 4), result.stderr]);
				expect(result.stderr.trim().split("\n").at(-1)).toContain(before);
				expect(result.stdout).toBe("");
			}
			const check = await cagewright(["check", "linked"], { state: made.state });
			expect(check.status).toBe(1);
			expect(check.stdout).toContain(`data-way-not-directory ${before}`);
		} finally {
			fs.rmSync(before);
			fs.renameSync(`${before}.before`, before);
		}
		expect(fs.lstatSync(place).isDirectory()).toBe(true);
	});

	test("is not followed even if the launch began before, because the mounted directory is compared", async () => {
		const printed = await inProcess(["run", "--print", "linked"], made);
		const place = made.data(deep);
		fs.renameSync(place, `${place}.before`);
		fs.symlinkSync(victim, place);
		try {
			const started = await ask(["sh", "-c", printed.stdout], host);
			expect(started.status).toBe(125);
			expect(started.output).toContain(`${place} was replaced during the start`);
			isUntouched();
		} finally {
			fs.rmSync(place);
			fs.renameSync(`${place}.before`, place);
		}
	});

	test.each([
		[
			"belongs to somebody else",
			"data-way-foreign-owner",
			(place: string) => fs.chownSync(place, 65534, 0),
			(place: string) => fs.chownSync(place, 0, 0),
		],
		[
			"can be written by others",
			"data-way-writable",
			(place: string) => fs.chmodSync(place, 0o777),
			(place: string) => fs.chmodSync(place, 0o755),
		],
	])("a directory on the path that %s stops every launch", async (_, code, open, close) => {
		const part = made.data("/var/lib");
		open(part);
		try {
			expect(await inProcess(["run", "linked"], made)).toMatchObject({ status: 4, stderr: expect.stringContaining(code) });
		} finally {
			close(part);
		}
	});

	test("keeps the cage from starting only while it exists", async () => {
		expect(await made.serve()).toMatchObject({ stderr: "" });
	});
});
