import { noRules } from "../../src/core/application/application.ts";
import { Failure } from "../../src/core/failure.ts";
import { type Path, pathFromText } from "../../src/core/path/path.ts";
import { planAccounts } from "../../src/core/plan/accounts.ts";
import type { Missing } from "../../src/core/plan/missing.ts";
import type { Entry, Identity, Plan, WritableDirectory } from "../../src/core/plan/plan.ts";
import { matchPaths } from "../../src/core/plan/rules.ts";
import type { Answers } from "../../src/core/questions/answers.ts";
import { nextSteps } from "../../src/core/questions/next-steps.ts";
import { checkIds } from "../../src/core/selftest/outside.ts";
import type { Outcome, Selftest, Tested } from "../../src/core/selftest/verdict.ts";
import { groups as wayGroups } from "../../src/core/selftest/way.ts";
import { ways } from "../../src/core/selftest/ways/ways.ts";
import { emptyTrace } from "../../src/core/trace/trace.ts";
import type { ReviewRow } from "../../src/core/wizard/review.ts";
import type { ProbeAttempt, Resumed } from "../../src/core/wizard/seen.ts";
import type { TextPage } from "../../src/core/wizard/state.ts";
import type { HostView } from "../../src/core/wizard/surroundings.ts";
import type { Reached } from "../../src/engine/coverage.ts";
import type { Event, ShownProcesses } from "../../src/engine/events.ts";
import type { Choice, Finished, Lack, Problem, TriedRound, WizardSession, WizardTrace } from "../../src/engine/session.ts";
import { groups, nsswitch, users } from "./host-accounts.ts";

const path = pathFromText;

export const redis: Answers = {
	name: "redis",
	template: "redis",
	application: {
		command: ["/usr/bin/redis-server", "/etc/redis/redis.conf", "--daemonize", "no"],
		user: "redis",
		cwd: "/",
		env: { LANG: "C.UTF-8" },
		probes: ["redis-cli -p 6379 PING | grep -q PONG"],
		exercises: ["redis-cli -p 6379 SET cagewright 1", "redis-cli -p 6379 SAVE"],
		timeout: 30,
		network: "host",
		directories: ["/run/redis"],
	},
	rules: noRules,
	onHost: false,
	rounds: 5,
};

function entry(text: string, more: Partial<Entry> = {}): Entry {
	return {
		path: path(text),
		kind: "file",
		decision: "include",
		mode: 0o644,
		uid: 0,
		gid: 0,
		size: 4096,
		mtime: 0,
		reasons: [{ kind: "traced", calls: ["openat"], program: path("/usr/bin/redis-server") }],
		risks: [],
		...more,
	};
}

/** Entries as a plan for redis has them, with a name that wants to steer the terminal and some more to fill a list. */
export const entries: readonly Entry[] = [
	entry("/usr/bin/redis-server", {
		kind: "symlink",
		target: path("redis-check-rdb"),
		size: 0,
		package: { name: "redis-server", version: "7.0.15" },
	}),
	entry("/usr/bin/redis-check-rdb", { size: 1_845_112, mode: 0o755 }),
	entry("/etc/redis/redis.conf", { size: 107_512 }),
	entry("/etc/redis/tls.key", { decision: "declined", risks: ["secret"], size: 1704 }),
	entry("/usr/lib/dbus/helper", { decision: "declined", risks: ["setuid"], mode: 0o4755 }),
	entry("/dev/null", { kind: "device", device: { type: "c", major: 1, minor: 3 }, reasons: [{ kind: "launcher" }], size: 0 }),
	entry("/dev/fuse", {
		kind: "device",
		decision: "declined",
		risks: ["device"],
		device: { type: "c", major: 10, minor: 229 },
		size: 0,
	}),
	entry("/etc/redis/\x1b[31mred\u202egnp", { size: 12 }),
	entry("/etc/passwd", { kind: "generated", reasons: [{ kind: "account" }] }),
	entry("/usr", { kind: "directory", reasons: [{ kind: "parent-of", child: path("/usr/bin/redis-server") }], size: 0 }),
	...Array.from({ length: 40 }, (_, index) =>
		entry(`/usr/lib/x86_64-linux-gnu/a-directory-with-a-rather-long-name/libexample-${index}.so.${index}`, {
			reasons: [{ kind: "needed-by", by: path("/usr/bin/redis-server") }],
			size: 20_000 * (index + 1),
		}),
	),
];

const identity: Identity = { name: "redis", uid: 114, gid: 119, groups: [119, 4], home: "/var/lib/redis" };

const writable: readonly WritableDirectory[] = [
	{
		path: path("/var/lib/redis"),
		mode: 0o750,
		uid: 114,
		gid: 119,
		reasons: [{ kind: "traced", calls: ["openat"] }],
		seeds: [{ path: path("/var/lib/redis/dump.rdb"), bytes: 1_048_576 }],
	},
	{ path: path("/var/log/redis"), mode: 0o750, uid: 114, gid: 4, reasons: [{ kind: "service-directory" }], seeds: [] },
];

export const surroundings: HostView = {
	users,
	groups,
	nsswitch,
	state: "/var/lib/cagewright",
	free: 52_000_000_000,
	hasData: false,
	command: "cagewright make redis --yes",
};

export function planFor(answers: Answers): Plan {
	const { rules } = answers;
	const excluded = matchPaths(rules.exclude);
	const allowed = new Set([...rules.allowSecret, ...rules.allowSetuid, ...rules.devices]);
	const { accounts, ...files } = planAccounts(identity, emptyTrace(), writable, [], users, groups, rules);
	const decided = entries.map((one): Entry => {
		if (one.path === "/etc/passwd") return { ...one, content: files.passwd };
		if (excluded(one.path) !== undefined && one.kind !== "directory") return { ...one, decision: "declined" };
		return allowed.has(one.path) ? { ...one, decision: "include", risks: one.risks.filter((risk) => risk !== "device") } : one;
	});
	return {
		application: answers.application,
		rules,
		identity,
		entries: [
			...decided,
			entry("/etc/group", { kind: "generated", content: files.group, reasons: [{ kind: "account" }] }),
			entry("/etc/nsswitch.conf", { kind: "generated", content: files.nsswitch, reasons: [{ kind: "account" }] }),
		],
		writable,
		accounts,
		openings: { capabilities: [{ name: "net_bind_service", why: "bind" }], unixSockets: "AF_UNIX" },
		shared: [],
		offers: [],
		declined: [],
		notes: [{ code: "writes-system-directory", values: { path: "/var/log" } }],
	};
}

export const absent: Missing = {
	kind: "absent",
	path: path("/usr/share/zoneinfo/Europe/Berlin"),
	call: "openat",
	error: "ENOENT",
	remedy: { kind: "path", path: path("/usr/share/zoneinfo/Europe/Berlin"), round: 1, call: "openat" },
	declined: false,
	importance: { level: "said", line: "fatal: no time zone Europe/Berlin" },
};
const withheld: Missing = {
	kind: "absent",
	path: path("/etc/redis/tls.key"),
	call: "openat",
	error: "ENOENT",
	declined: true,
	importance: { level: "configuration", package: "redis-server" },
};
const kernelFile: Missing = {
	kind: "kernel-file",
	path: path("/proc/self/stat"),
	call: "openat",
	error: "ENOENT",
	remedy: { kind: "opening", name: "proc", round: 1, call: "openat /proc/self/stat" },
	declined: false,
	importance: { level: "noise" },
};

const choices: readonly Choice[] = [
	{
		id: "demo",
		kind: "demo",
		name: "demo",
		description: "Demonstration",
		detail: "A small web service that comes with this program.",
	},
	{
		id: "t:redis",
		kind: "template",
		name: "redis",
		description: "Redis, as Debian installs it",
		command: ["/usr/bin/redis-server", "/etc/redis/redis.conf"],
		account: "redis",
		package: { name: "redis-server", version: "5:8.0.2-3" },
		unit: "redis-server.service",
		enabled: true,
		pid: 4242,
		ports: ["tcp 6379", "unix /run/redis/redis.sock"],
		probes: ["redis-cli -p 6379 PING | grep -q PONG"],
		advice: ["The probe needs a server without a password; with requirepass, give a probe that knows it."],
	},
	{ id: "t:nginx", kind: "template", name: "nginx", description: "nginx, a web server" },
	{
		id: "u:ssh",
		kind: "unit",
		name: "ssh",
		description: "OpenBSD Secure Shell server",
		detail: "ssh.service, listens on 0.0.0.0:22",
	},
	{ id: "p:4711", kind: "process", name: "beam.smp", description: "\x1b[2J evil process", detail: "pid 4711" },
	{
		id: "t:postgresql",
		kind: "template",
		name: "postgresql",
		description: "PostgreSQL, as Debian installs it",
		command: ["/usr/lib/postgresql/17/bin/postgres"],
		lacks: { programs: ["/usr/lib/postgresql/17/bin/postgres", "pg_isready"], packages: ["postgresql", "postgresql-client"] },
	},
];

/** Of a cage in the host's network; what is named got out besides. */
export function selftestOf(escaped: readonly string[] = [], missing: readonly string[] = []): Selftest {
	const outcome = (id: string): Pick<Outcome, "outcome" | "detail" | "opens"> => {
		if (escaped.includes(id)) return { outcome: "escaped", detail: "", opens: [] };
		if (id === "loopback") return { outcome: "open", detail: "", opens: ["network"] };
		return { outcome: "refused", detail: "EPERM", opens: [] };
	};
	return {
		network: "host",
		ways: wayGroups.flatMap((group) => ways[group].map(({ id, stoppedBy }) => ({ id, group, stoppedBy, ...outcome(id) }))),
		audit: checkIds.map((id) => ({
			id,
			ok: !missing.includes(id) && id !== "account",
			found: missing.includes(id) ? ["/\x1b[2Jevil"] : [],
		})),
		control: { before: 120, after: 121 },
		seconds: 1.5,
	};
}

/** Processes of which one has a name that wants to steer the terminal, and more than a small screen has rows for. */
export const shownProcesses: ShownProcesses = {
	living: 31,
	ended: 4711,
	rows: [
		{ pid: 4000, depth: 0, program: path("/usr/bin/redis-server"), threads: 5 },
		{ pid: 4001, depth: 1, program: path("/usr/bin/\x1b[31mred\u202epng"), threads: 0, uid: 33, account: "www-data" },
		{
			pid: 4002,
			depth: 2,
			program: path("/usr/bin/a-program-with-a-name-that-has-no-end-in-sight-on-small-screens"),
			threads: 0,
		},
		{ pid: 4003, depth: 1, threads: 0, ended: "signal SIGSEGV" },
		...Array.from({ length: 28 }, (_, index) => ({
			pid: 4010 + index,
			depth: 3,
			program: path("/usr/bin/redis-server"),
			threads: 1,
		})),
	],
};

export const reached: Reached = {
	coverage: {
		packages: [
			{ name: "redis-server", version: "7.0.15" },
			{ name: "redis-server-common", version: "7.0.15" },
		],
		groups: {
			programs: { reached: 1, of: 3, untouched: [path("/usr/lib/redis/helper")] },
			modules: { reached: 2, of: 1204, untouched: [path("/usr/lib/redis/modules/a.so")] },
			configuration: { reached: 1, of: 1, untouched: [] },
			data: { reached: 0, of: 0, untouched: [] },
		},
	},
	next: [
		{ kind: "command", command: "redis-cli -p 6379 INFO", shows: "status" },
		{ kind: "command", command: "redis-cli -p 6379 EVAL 'return 1' 0", shows: "script" },
		{ kind: "signal", signal: "SIGHUP" },
		{ kind: "modules", directory: path("/usr/lib/redis/modules"), paths: [path("/usr/lib/redis/modules/a.so")], count: 1202 },
		{ kind: "helpers", directory: path("/usr/lib/redis"), paths: [path("/usr/lib/redis/helper")], count: 1 },
	],
};

export interface Script {
	readonly lacks?: readonly Lack[];
	readonly problems?: (answers: Answers) => readonly Problem[];
	/** One for each round; the last one stays. */
	readonly rounds?: readonly { readonly answered: boolean; readonly missing: readonly Missing[] }[];
	readonly attempts?: readonly ProbeAttempt[];
	/** What becomes of the ways out. */
	readonly tested?: Tested;
	/** Milliseconds that each part of the work takes. */
	readonly pace?: number;
	/** Sessions at the top of the list, and what each of them comes back with. */
	readonly sessions?: readonly Choice[];
	readonly resumed?: Resumed;
	/** Failures that a method throws. */
	readonly failures?: Partial<Record<"tryProbe" | "trace" | "plan" | "buildAndTry" | "finish" | "proposeCommand", Failure>>;
}

/** A session that does nothing and remembers what it was asked. */
export class ScriptedSession implements WizardSession {
	readonly calls: string[] = [];
	readonly accepted: Missing[] = [];
	readonly #listeners = new Set<(event: Event) => void>();
	readonly #script: Script;
	#lacks: readonly Lack[];
	#enough: () => void = () => {};
	#abort: () => void = () => {};
	#round = 0;

	constructor(script: Script = {}) {
		this.#script = script;
		this.#lacks = script.lacks ?? [];
	}

	listen(listener: (event: Event) => void) {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	emit(...events: Event[]): void {
		for (const event of events) for (const listener of this.#listeners) listener(event);
	}

	async lacks() {
		return this.#lacks;
	}

	async install(lacks: readonly Lack[]) {
		this.calls.push(`install ${lacks.map((lack) => lack.package).join(" ")}`);
		this.emit({ event: "output-received", text: "Setting up strace…\n" });
		await this.#pause(4);
		this.#lacks = [];
	}

	async choices() {
		return [...(this.#script.sessions ?? []), ...choices];
	}

	async propose(choice: Choice) {
		this.calls.push(`propose ${choice.id}`);
		if (choice.kind === "process") {
			return { ...redis, name: choice.name, notes: [{ code: "probe-guessed-http", values: { port: 4369 } }] };
		}
		return choice.name === "redis" ? redis : { ...redis, name: choice.name };
	}

	async proposeCommand(line: string) {
		this.calls.push(`command ${line}`);
		this.#throwIf("proposeCommand");
		return {
			...redis,
			name: "typed",
			application: { ...redis.application, command: line.split(" "), probes: [], exercises: [] },
		};
	}

	async validate(answers: Answers): Promise<readonly Problem[]> {
		this.calls.push("validate");
		if (this.#script.problems) return this.#script.problems(answers);
		return answers.application.probes.length
			? []
			: [{ field: "probe", code: "no-probe", values: { command: answers.application.command[0] ?? "" } }];
	}

	async tryProbe(line: string): Promise<readonly ProbeAttempt[]> {
		this.calls.push(`try ${line}`);
		await this.#pause(1);
		this.#throwIf("tryProbe");
		return (
			this.#script.attempts ?? [
				{ where: "host", ok: false, status: 7, output: "Could not connect to Redis: Connection refused", timedOut: false },
				{ where: "rehearsal", ok: true, status: 0, output: "", timedOut: false },
			]
		);
	}

	async trace(answers: Answers, add = false): Promise<WizardTrace> {
		this.calls.push(add ? "trace added" : "trace");
		this.#throwIf("trace");
		const counts = {
			paths: 0,
			look: 9,
			read: 31,
			write: 2,
			execute: 3,
			list: 1,
			enter: 0,
			create: 2,
			remove: 0,
			connect: 0,
			listen: 1,
			missing: 14,
		};
		this.emit({ event: "application-started", where: "rehearsal", run: 1 });
		this.emit({ event: "output-received", text: "1:M * Redis is starting\n1:M \x1b[31m# red\x1b[0m\n" });
		this.emit({
			event: "accesses-counted",
			run: 1,
			counts: { ...counts, paths: 62, newest: [pathFromText("/etc/ssl/openssl.cnf")] },
		});
		this.emit({ event: "processes-seen", processes: shownProcesses }, { event: "coverage-measured", ...reached });
		await this.#pause(5);
		for (const command of answers.application.probes) this.emit({ event: "probe-tried", command, ok: true, output: "" });
		for (const command of answers.application.exercises) this.emit({ event: "exercise-run", command, ok: true, output: "" });
		await new Promise<void>((resolve, reject) => {
			this.#enough = resolve;
			this.#abort = () => reject(Object.assign(new Error("aborted"), { name: "AbortError" }));
		});
		this.emit({ event: "application-ended", status: 0 }, { event: "application-started", where: "rehearsal", run: 2 });
		await this.#pause(3);
		const ok = (command: string) => ({ command, ok: true, output: "" });
		return {
			trace: emptyTrace(),
			probes: answers.application.probes.map(ok),
			exercises: [],
			signals: [],
			handlesTerm: true,
			output: "",
			answered: true,
			...(add
				? {
						added: {
							paths: [path("/usr/share/redis/added")],
							count: 1,
							programs: [],
							capabilities: ["chown"],
							ports: [],
							uids: [],
						},
					}
				: {}),
		};
	}

	exercise(line: string) {
		this.calls.push(`exercise ${line}`);
		this.emit({ event: "exercise-started", command: line });
		this.emit({ event: "exercise-run", command: line, ok: false, output: "command not found" });
	}

	enough() {
		this.calls.push("enough");
		this.#enough();
	}

	async surroundings() {
		return surroundings;
	}

	async plan(answers: Answers) {
		this.calls.push("plan");
		await this.#pause(1);
		this.#throwIf("plan");
		return planFor(answers);
	}

	async buildAndTry(answers: Answers): Promise<TriedRound> {
		this.calls.push("build");
		this.emit({ event: "phase-started", phase: "copying" });
		for (let done = 0; done <= 4; done++) {
			this.emit({
				event: "file-copied",
				path: path(`/usr/lib/libexample-${done}.so`),
				bytesDone: done * 4_000_000,
				bytesTotal: 16_000_000,
			});
			await this.#pause(1);
		}
		this.#throwIf("buildAndTry");
		this.emit({ event: "phase-started", phase: "syncing" });
		this.emit({ event: "generation-built", generation: 1, unchanged: false });
		await this.#pause(1);
		this.#round++;
		this.emit(
			{ event: "round-started", round: this.#round, rounds: 5 },
			{ event: "output-received", text: "1:M * Ready to accept connections\n" },
		);
		await this.#pause(5);
		const script = this.#script.rounds ?? [
			{ answered: false, missing: [absent, withheld, kernelFile] },
			{ answered: true, missing: [kernelFile] },
		];
		const round = script[Math.min(this.#round, script.length) - 1];
		const answered = round?.answered ?? true;
		const probes = answers.application.probes.map((command) => ({
			command,
			ok: answered,
			output: answered ? "" : "Connection refused",
		}));
		return {
			round: this.#round,
			probes,
			failedExercises: [],
			answered,
			output: "",
			missing: [],
			findings: [],
			method: { launcher: "util-linux", confiner: "setpriv", landlock: 3, weaker: [] },
			...(answered ? {} : { ended: 1 }),
			...round,
			generation: this.#round,
			added: this.#round === 1 ? [] : ["/usr/share/zoneinfo/Europe/Berlin"],
			seconds: 1.25,
		};
	}

	async selftest(): Promise<Tested> {
		this.calls.push("selftest");
		for (let tried = 20; tried <= 120; tried += 20) {
			this.emit({ event: "ways-tried", launch: 2, launches: 3, tried, ways: 137 });
			await this.#pause(1);
		}
		return this.#script.tested ?? { test: selftestOf() };
	}

	async shell() {
		this.calls.push("shell");
		return 0;
	}

	accept(missing: readonly Missing[]) {
		this.calls.push(`accept ${missing.length}`);
		this.accepted.push(...missing);
	}

	async finish(answers: Answers): Promise<Finished> {
		this.calls.push("finish");
		await this.#pause(2);
		this.#throwIf("finish");
		const command =
			"cagewright make redis --device /dev/fuse --allow-secret /etc/redis/tls.key --exclude '/usr/lib/x86_64-linux-gnu/**' --yes";
		const folder = `/var/lib/cagewright/cages/${answers.name}`;
		return {
			name: answers.name,
			root: `${folder}/generations/1`,
			data: `${folder}/data`,
			record: `${folder}/record.md`,
			answered: true,
			command,
			service: "redis-server.service",
			installs: true,
			next: nextSteps({ name: answers.name, service: "redis-server.service", installs: true, again: command }),
		};
	}

	async saveReview(place: string, _name: string, rows: readonly ReviewRow[]) {
		this.calls.push(`review ${place} ${rows.length}`);
		return `/root/${place}`;
	}

	async saveTemplate(name: string) {
		this.calls.push(`template ${name}`);
		return `/var/lib/cagewright/templates/${name}.json`;
	}

	async text(page: TextPage) {
		this.calls.push(`text ${page}`);
		if (page === "record") return `# redis\n\n${"A long line of the record. ".repeat(20)}\n`;
		return "[Unit]\nDescription=redis in its cage\n\n[Service]\nExecStart=/usr/bin/redis-server\n";
	}

	async installUnit(service: string | undefined) {
		this.calls.push(`install-unit ${service ?? ""}`);
		return { place: "/etc/systemd/system/cage-redis.service", action: "installed" as const, unit: "cage-redis.service" };
	}

	async cancel() {
		this.calls.push("cancel");
		this.#abort();
	}

	keep() {}

	forget() {
		this.calls.push("forget");
	}

	async resume(id: string) {
		this.calls.push(`resume ${id}`);
		const { resumed } = this.#script;
		if (!resumed) throw new Failure("session-unknown", { name: id }, 2);
		return resumed;
	}

	async discard(id: string) {
		this.calls.push(`discard ${id}`);
	}

	async #pause(times: number) {
		const { pace = 0 } = this.#script;
		for (let at = 0; at < times; at++) await new Promise((resolve) => setTimeout(resolve, pace));
	}

	#throwIf(method: keyof NonNullable<Script["failures"]>) {
		const failure = this.#script.failures?.[method];
		if (failure) throw failure;
	}
}

export const noSuchInclude = new Failure("include-matches-nothing", { value: "/nowhere" }, 2);

export type { Path };
