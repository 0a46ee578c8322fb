import { describe, expect, test } from "vitest";
import type { Context } from "../../../src/base/engine/context.ts";
import { Failure } from "../../../src/base/failure.ts";
import { pathFromText } from "../../../src/base/path/path.ts";
import type { Manifest } from "../../../src/cage/manifest.ts";
import { orDiskFull, startFailure, trialFailure, usesHostService } from "../../../src/make/engine/failures.ts";
import { killingCall } from "../../../src/make/engine/unit-trial.ts";
import type { Missing } from "../../../src/plan/missing.ts";
import type { Entry } from "../../../src/plan/plan.ts";
import type { TraceResult } from "../../../src/trace/engine/trace.ts";
import type { Denial } from "../../../src/watch/denial.ts";
import { absent, entry, roundOf } from "../../cage/plans.ts";
import { type Did, refusals, trace } from "../../plan/traces.ts";
import { directory, file, link, tree } from "../../plan/tree.ts";

const files = tree({ "/run": directory(), "/var/run": link("/run") });
const probes = [{ command: "ask it", ok: false, output: "curl: (7) Failed to connect\n" }];
const result = { probes, exercises: [], signals: [], handlesTerm: false, output: "", answered: false };

const partsOf = ({ code, exit, values: said }: Failure) => ({ code, exit, said });

test("only a service of the host at its socket can be in the way of a second process", () => {
	expect(usesHostService(trace({ "/run/dbus/system_bus_socket": "connect" }))).toBe(true);
	expect(usesHostService(trace({ "/run/dbus/system_bus_socket": "EACCES:connect", "/var/lib/app": "write" }))).toBe(false);
});

describe("an application that cannot be traced", () => {
	const failure = (did: Record<string, Did>, values: Partial<TraceResult>) => {
		return partsOf(startFailure(["/usr/bin/app", "-d"], { ...result, trace: trace(did), ...values }, files));
	};
	test("quotes the probe if it prints nothing itself", () => {
		const said = { command: "/usr/bin/app -d", probe: "ask it", words: "curl: (7) Failed to connect" };
		expect(failure({}, {})).toEqual({ code: "not-answered-in-sandbox", exit: 1, said });
	});
	test("is quoted, with its ports, if it answers the probe with an error", () => {
		const answered = [{ command: "ask it", ok: false, output: "500 OOPS: cannot change directory\n" }];
		const listens = { trace: trace({}, { ports: new Set(["tcp 21"]) }), probes: answered, output: "Starting up.\n" };
		expect(failure({}, listens).said).toMatchObject({ words: "500 OOPS: cannot change directory", ports: "tcp 21" });
		expect(failure({}, { output: "fatal: no key.\n" }).said).toMatchObject({ words: "fatal: no key" });
	});
	test("is reported with machines that it could not reach", () => {
		const away = { trace: trace({}, { unreachable: new Set(["tcp 203.0.113.5 443", "tcp 2001:db8::5 443"]) }) };
		const said = { away: "203.0.113.5:443, [2001:db8::5]:443" };
		expect(failure({}, away)).toMatchObject({ code: "not-answered-in-sandbox", said });
		expect(failure({}, { ...away, ended: 1, output: "no license server\n" })).toMatchObject({ code: "failed-in-sandbox", said });
	});
	test("is reported with abstract sockets of the host that no sandbox has", () => {
		const line = (name: string) => `0000000000000000: 00000002 00000000 00010000 0001 01 4711 ${name}\n`;
		const table = `Num       RefCount Protocol Flags    Type St Inode Path\n${line("@cmap@@")}${line("@cfg")}`;
		const host = tree({ "/proc/net/unix": file(table) });
		const asked = trace({}, { refusedAbstract: new Set(["cmap\0\0", "nobody"]) });
		const failed = startFailure(["/usr/bin/app"], { ...result, trace: asked, ended: 1, output: "no\n" }, host, {
			service: "app.service",
		});
		expect(partsOf(failed)).toMatchObject({ code: "failed-without-machine", said: { away: "@cmap" } });
	});
	test("is reported as ended if it printed no error, else with the error", () => {
		expect(failure({ "/run/x/pid": "ENOENT:create" }, { ended: 0 }).code).toBe("ended-itself");
		const said = { status: 1, words: "bad option" };
		expect(failure({}, { ended: 1, output: "bad option\n" })).toMatchObject({ code: "failed-in-sandbox", said });
		const router = { status: 0, words: "cannot connect to router" };
		const ended = failure({}, { ended: 0, output: "cannot connect to router\n" });
		expect(ended).toMatchObject({ code: "failed-in-sandbox", said: router });
	});
	test("is reported with the path it could not write, whether or not it names it", () => {
		const said = { path: "/var/run/x/pid", error: "ENOENT", directory: "/run/x" };
		const failed = failure({ "/var/run/x/pid": "ENOENT:create" }, { ended: 1 });
		expect(failed).toMatchObject({ code: "failed-on-host-writing", said });
	});
	describe("is reported with what its account cannot use", () => {
		const account = { name: "app", uid: 900, gid: 901, groups: [], home: "/" };
		const root = { uid: 0, gid: 0 };
		const guarded = tree({
			"/etc/app": directory({ ...root, mode: 0o750 }),
			"/etc/app/app.conf": file("", { ...root, mode: 0o644 }),
			"/srv": directory({ ...root, mode: 0o700 }),
			"/usr/bin/app": file("", { ...root, mode: 0o700 }),
			"/usr/bin/open": file("", { ...root, mode: 0o755 }),
			"/var/app": directory({ ...root, mode: 0o755 }),
		});
		const failed = (words: string[], did: Record<string, Did>, values: Partial<TraceResult>, cwd = "/var/app") =>
			partsOf(startFailure(words, { ...result, trace: trace(did), ended: 125, ...values }, guarded, { account, cwd }));

		test("according to the modes, if it did not even begin", () => {
			const said = { user: "app", enter: "/srv", execute: "", read: "/etc/app/app.conf" };
			expect(failed(["/usr/bin/open", "/etc/app/app.conf"], {}, {}, "/srv")).toMatchObject({ code: "failed-unusable", said });
			expect(failed(["/usr/bin/app"], {}, {}).said).toMatchObject({ enter: "", execute: "/usr/bin/app", read: "" });
			expect(failed(["/usr/bin/open", "--config=/etc/app/app.conf"], {}, {}).said).toMatchObject({ read: "/etc/app/app.conf" });
			expect(failed(["/usr/bin/open", "/etc/missing"], {}, {}).code).toBe("failed-in-sandbox");
		});

		test("according to the trace, if it began and the file is named", () => {
			const did = { "/usr/bin/open": "execute", "/etc/app/app.conf": "EACCES:read", "/other": "EACCES:read" } as const;
			const said = { user: "app", enter: "", execute: "", read: "/etc/app/app.conf" };
			expect(failed(["/usr/bin/open", "/etc/app/app.conf"], did, { ended: 1, output: "no config\n" }).said).toMatchObject(said);
			expect(failed(["/usr/bin/open"], did, { ended: 1, output: "open(/etc/app/app.conf): denied\n" }).said).toMatchObject(said);
			expect(failed(["/usr/bin/open"], did, { ended: 1 }).said).toMatchObject({ ...said, read: "/other" });
			expect(failed(["/usr/bin/open"], did, { ended: 1, output: "bad option\n" }).code).toBe("failed-in-sandbox");
		});
	});
	test("needs root for a low port if an ordinary user starts it", () => {
		const ended = { ...result, trace: trace({}, { refusedPorts: new Set(["tcp 80"]) }), ended: 1 };
		const own = { name: "app", uid: 900, gid: 901, groups: [], home: "/", lowestPort: 1024 };
		const said = { command: "/usr/bin/app", port: "tcp 80", user: "app", lowest: 1024 };
		const failed = startFailure(["/usr/bin/app"], ended, files, { own });
		expect(partsOf(failed)).toEqual({ code: "port-needs-root", exit: 3, said });
		expect(startFailure(["/usr/bin/app"], ended, files).code).toBe("failed-in-sandbox");
	});
	test("is reported with the refused call if the sandbox denied it", () => {
		const bus = pathFromText("/run/dbus/system_bus_socket");
		const ended = { ...result, trace: trace({}), output: "no bus\n", ended: 255 };
		const failed = startFailure(["/usr/bin/app"], ended, files, { sockets: [bus] });
		const said = { command: "/usr/bin/app", status: 255, words: "no bus", paths: bus, options: `--allow socket:${bus}` };
		expect(partsOf(failed)).toEqual({ code: "failed-unreachable", exit: 1, said });
		const silent = { ...result, trace: trace({}), output: "" };
		expect(startFailure(["/usr/bin/app"], silent, files, { sockets: [bus] })).toMatchObject({
			code: "not-answered-unreachable",
			values: { paths: bus, options: `--allow socket:${bus}` },
		});
	});
	test.each([
		["socket(AF_PACKET)", "EAFNOSUPPORT", { code: "failed-refused", calls: "socket(AF_PACKET)" }],
		[
			"socket(AF_NETLINK, NETLINK_KOBJECT_UEVENT)",
			"EAFNOSUPPORT",
			{
				code: "failed-refused",
				calls: "socket(AF_NETLINK, NETLINK_KOBJECT_UEVENT)",
			},
		],
		["capset(net_admin,sys_admin)", "EPERM", { code: "failed-machine-capabilities", names: "sys_admin" }],
		[
			"capset(chown,net_admin)",
			"EPERM",
			{
				code: "failed-capabilities",
				names: "net_admin",
				option: "--allow capability:net_admin",
			},
		],
		["bpf", "EPERM", { code: "failed-refused", calls: "bpf()" }],
		["socket(AF_INET6)", "EAFNOSUPPORT", { code: "failed-in-sandbox" }],
		["setgroups", "EPERM", { code: "failed-in-sandbox" }],
	])("names the refused call %s (%s), if nothing else explains the failure", (call, error, { code, ...values }) => {
		const refused = trace({}, { refusals: refusals(error, call) });
		const failed = failure({}, { trace: refused, ended: 1, output: "Not permitted.\n" });
		expect(failed).toMatchObject({ code, said: values });
	});
	test("names refused capabilities, and no other call, if it runs without an answer", () => {
		const calls = ["capset(net_admin,sys_admin)", "socket(AF_NETLINK, NETLINK_KOBJECT_UEVENT)"];
		const running = { lastFailed: calls, trace: trace({}, { refusals: refusals("EPERM", ...calls) }) };
		const said = { names: "sys_admin", probe: "ask it" };
		expect(failure({}, running)).toMatchObject({ code: "failed-machine-capabilities", said });
		const grantable = trace({}, { refusals: refusals("EPERM", "capset(chown,net_admin)") });
		const options = { names: "net_admin", option: "--allow capability:net_admin", probe: "ask it" };
		expect(failure({}, { trace: grantable })).toMatchObject({ code: "failed-capabilities", said: options });
	});
	test.each([
		["can't write /proc/sys/net/ipv4/ip_forward\n", "failed-kernel-settings"],
		["forwarding: Read-only file system\n", "failed-kernel-settings"],
		["bad option\n", "failed-in-sandbox"],
	])("names a setting of the kernel that it could not write if it complains: %j", (output, code) => {
		const did = { "/proc/sys/net/ipv4/ip_forward": "EROFS:write" } as const;
		const failed = failure(did, { ended: 1, output });
		expect(failed.code).toBe(code);
		if (code === "failed-kernel-settings") expect(failed.said).toMatchObject({ paths: "/proc/sys/net/ipv4/ip_forward" });
	});
	test("names the capability that an account lacks for its own chroot", () => {
		const failed = failure({ "/srv": { did: "EPERM:enter", calls: ["chroot"] } }, { ended: 1, output: "Not permitted.\n" });
		const values = { names: "sys_chroot", option: "--allow capability:sys_chroot" };
		expect(failed).toMatchObject({ code: "failed-capabilities", said: values });
		expect(failure({ "/srv": "EPERM:enter" }, { ended: 1 }).code).toBe("failed-in-sandbox");
	});
	test("is not blamed if its service works on this host", () => {
		const given = { ...result, trace: trace({}), ended: 1, output: "sorry\n" };
		const said = { command: "/usr/bin/app", status: 1, words: "sorry", service: "app.service" };
		expect(partsOf(startFailure(["/usr/bin/app"], given, files, { service: "app.service" }))).toEqual({
			code: "failed-only-in-sandbox",
			exit: 1,
			said,
		});
	});
	test("is reported with a program that looked for other processes, unless it saw those of the host", () => {
		const looking = trace({ "/proc": "list" });
		const of = (isOnHost: boolean) =>
			partsOf(startFailure(["/usr/bin/app"], { ...result, trace: looking, ended: 0 }, files, { isOnHost })).said.processes;
		expect([of(false), of(true)]).toEqual(["/usr/bin/app", undefined]);
	});
	test("cannot be tested if its service works here, but asks another machine", () => {
		const given = { ...result, trace: trace({}, { unreachable: new Set(["tcp 203.0.113.5 443"]) }), ended: 1, output: "sorry\n" };
		const failed = partsOf(startFailure(["/usr/bin/app"], given, files, { service: "app.service" }));
		expect(failed).toMatchObject({ code: "failed-without-machine", said: { away: "203.0.113.5:443" } });
	});
	test("may be switched off by the settings of its name that it read", () => {
		const did = { "/etc/default/app": "read", "/etc/default/locale": "read", "/etc/default/other": "ENOENT:read" } as const;
		const ended = { ...result, trace: trace(did), ended: 0 };
		const { values } = startFailure(["/etc/init.d/app", "start"], ended, files);
		expect(values).toMatchObject({ settings: "/etc/default/app" });
		expect(startFailure(["/usr/sbin/else"], ended, files).values.settings).toBeUndefined();
	});
	test("is blamed if it failed on the host itself", () => {
		const given = { ...result, trace: trace({}), ended: 1 };
		const code = (values: Partial<TraceResult>) =>
			startFailure(["/usr/bin/app"], { ...given, ...values }, files, { isOnHost: true }).code;
		expect(code({ output: "sorry\n" })).toBe("failed-on-host");
		expect(code({})).toBe("failed-on-host-silent");
		const { ended: _, ...running } = given;
		expect(startFailure(["/usr/bin/app"], running, files, { isOnHost: true }).code).toBe("not-answered-on-host");
	});
	describe("names only what was refused last", () => {
		const did = { "/proc/sys/x": "EROFS:write", "/etc/used": "EACCES:read read", "/gone": "ENOENT:read" } as const;
		const failed = (lastFailed: string[]) =>
			failure(did, {
				ended: 1,
				output: "sorry\n",
				lastFailed,
				trace: trace(did, { refusals: refusals("EPERM", "bpf", "setgroups") }),
			});

		test("and not an earlier call that every cage refuses", () => {
			const refusedOf = (...lastFailed: string[]) => failed(lastFailed).said.refused;
			expect(refusedOf("bpf", "setgroups", "/etc/used", "/gone")).toBe("setgroups() (EPERM)");
			expect(failed(["setgroups", "bpf", "/gone"])).toMatchObject({ code: "failed-refused", said: { calls: "bpf()" } });
			expect(refusedOf("/gone")).toBe(undefined);
		});

		test("or the path that it could not write", () => {
			const said = { path: "/b", error: "EACCES", directory: "/" };
			const writes = { "/b": "EACCES:create", "/a": "EACCES:create" } as const;
			expect(failure(writes, { ended: 1, lastFailed: ["/a", "/b"] })).toMatchObject({ code: "failed-on-host-writing", said });
		});
	});
	test("is reported as silent if it prints nothing", () => expect(failure({}, { ended: 1 }).code).toBe("failed-in-sandbox"));
});

describe("an application that does not answer in its cage", () => {
	const failure = (missing: Missing[], output = "", entries: Entry[] = []) => {
		const round = roundOf({ probes, missing, answered: false, output });
		const declined = entries.flatMap(({ path, risks: [risk] }) => (risk ? [{ path, risk }] : []));
		return trialFailure("app", round, { declined, entries });
	};
	test("is reported with the missing files", () => {
		const refused: Missing = { kind: "filtered", call: "bpf", error: "EPERM", declined: false };
		const values = { name: "app", missing: "/a (ENOENT), bpf (EPERM)" };
		expect(failure([absent("/a"), refused])).toMatchObject({ code: "not-answered-in-cage", exit: 1, values });
		expect(failure([], "sorry\n")).toMatchObject({ code: "not-answered-in-cage-nothing-missing", values: { words: "sorry" } });
	});
	test("is reported with the signal after which it stopped answering", () => {
		const answers = probes.map((probe) => ({ ...probe, ok: true, output: "" }));
		const failedExercises = ["false", "SIGHUP"];
		const round = roundOf({ probes: answers, failedExercises, answered: false, output: "Use Ctrl-C to stop\n" });
		const values = { name: "app", signals: "SIGHUP" };
		expect(trialFailure("app", round)).toMatchObject({ code: "not-answered-after-signal", exit: 1, values });
	});
	test("is reported with the exercise that fails although it answers", () => {
		const answers = probes.map((probe) => ({ ...probe, ok: true, output: "" }));
		const failed = { failedExercises: ["ask /b"], exerciseOutput: "404 for /b" };
		const round = roundOf({ probes: answers, answered: true, ...failed, missing: [absent("/b")] });
		const values = { name: "app", probe: "ask /b", words: "404 for /b", missing: "/b (ENOENT)" };
		expect(trialFailure("app", round)).toMatchObject({ code: "exercise-fails-in-cage", exit: 1, values });
	});
	test("is reported with what was left out before anything else", () => {
		const all = [absent("/a"), absent("/etc/key", { declined: true })];
		expect(failure(all)).toMatchObject({ code: "needs-excluded", exit: 4, values: { paths: "/etc/key" } });
	});
	test("is reported with the directory where no cage may write", () => {
		const trusted = { code: "writes-system-directory", values: { path: "/var/spool/cron/tmp" } };
		const cannotWrite = (place: string) => [absent(`${place}/file.71`, { kind: "read-only", error: "EROFS" })];
		const failed = (place: string) => {
			const round = roundOf({ probes, missing: cannotWrite(place), answered: false, output: "cannot create\n" });
			return trialFailure("app", round, { declined: [], entries: [], notes: [trusted] });
		};
		const values = { paths: "/var/spool/cron/tmp", words: "cannot create" };
		expect(failed("/var/spool/cron/tmp")).toMatchObject({ code: "needs-closed-directory", exit: 4, values });
		expect(failed("/var/lib/app")).toMatchObject({ code: "not-answered-in-cage" });
		const absentToo = [absent("/a"), ...cannotWrite("/var/spool/cron/tmp")];
		const other = roundOf({ probes, missing: absentToo, answered: false, output: "cannot create\n" });
		expect(trialFailure("app", other, { declined: [], entries: [], notes: [trusted] }).code).toBe("not-answered-in-cage");
	});
	test("is reported with the secrets that it may use if nothing else is missing", () => {
		const by = pathFromText("/usr/bin/app");
		const key = entry("/etc/keys/0", { decision: "declined", risks: ["secret"], reasons: [{ kind: "may-use", by }] });
		const values = { paths: "/etc/keys/0", options: "--allow-secret /etc/keys/0" };
		expect(failure([], "no keys\n", [key])).toMatchObject({ code: "may-need-declined", exit: 4, values });
		expect(failure([absent("/a")], "no keys\n", [key])).toMatchObject({ code: "not-answered-in-cage" });
	});
	test("names all secrets that it opened, with the options that allow them", () => {
		const secret = (path: string, call: string) =>
			entry(path, { decision: "declined", risks: ["secret"], reasons: [{ kind: "traced", calls: [call] }] });
		const entries = [secret("/etc/key", "openat"), secret("/etc/shadow", "stat"), secret("/etc/other key", "open")];
		const options = "--allow-secret /etc/key --allow-secret '/etc/other key'";
		const failed = failure([absent("/etc/key", { declined: true })], "", entries);
		expect(failed).toMatchObject({ code: "needs-declined", exit: 4, values: { paths: "/etc/key, /etc/other key", options } });
	});
	test("names what it only looked at, with the options that include it", () => {
		const large = entry("/usr/lib/router", { decision: "declined", risks: ["large"], reasons: [] });
		const device = entry("/dev/tun", { kind: "device", decision: "declined", risks: ["device"], reasons: [] });
		const failed = failure(
			["/usr/lib/router", "/dev/tun"].map((path) => absent(path, { declined: true })),
			"",
			[large, device],
		);
		expect(failed).toMatchObject({ code: "needs-declined", values: { options: "--include /usr/lib/router --device /dev/tun" } });
	});
	test("names the finding to accept with a shadow file", () => {
		const shadow = entry("/etc/shadow", {
			decision: "declined",
			risks: ["secret"],
			reasons: [{ kind: "traced", calls: ["openat"] }],
		});
		const options = "--allow-secret /etc/shadow --accept-finding shadow-file:/etc/shadow";
		expect(failure([absent("/etc/shadow", { declined: true })], "", [shadow])).toMatchObject({ values: { options } });
	});
	test("is reported with the option for executable data and for what was left out", () => {
		const executed = absent("/var/lib/app/a.so", { kind: "noexec", executes: pathFromText("/var/lib/app") });
		const options = "--allow executable-data:/var/lib/app";
		const values = { paths: "/var/lib/app/a.so", options };
		expect(failure([executed])).toMatchObject({ code: "needs-executable-data", exit: 1, values });
		const both = failure([executed, absent("/etc/key", { declined: true })]);
		expect(both).toMatchObject({ code: "needs-declined-executing", exit: 4, values: { paths: "/etc/key", options } });
	});
	test("is reported with a kernel file if it names that itself", () => {
		const kernel = absent("/sys", { kind: "kernel-file" });
		const values = { paths: "/sys", options: "--allow sys" };
		expect(failure([kernel], 'panic: could not read "/sys"\n')).toMatchObject({ code: "needs-kernel-files", values });
		expect(failure([kernel], "panic: out of luck\n").code).toBe("not-answered-in-cage");
	});
});

describe("an application that does not answer", () => {
	const failure = new Failure("not-answered-in-cage-nothing-missing", { name: "app" });
	const on = (free: number) => ({ place: async () => ({ folder: "/var/lib/cagewright", free, hasData: true }) });
	test("is reported with the full disk", async () => {
		const values = { name: "app", path: "/var/lib/cagewright" };
		expect(await orDiskFull(on(4096), "app", failure)).toMatchObject({ code: "not-answered-disk-full", exit: 1, values });
	});
	test("keeps its own reason if the disk has room", async () => {
		expect(await orDiskFull(on(50_000_000), "app", failure)).toBe(failure);
	});
});

describe("a service that the filter killed", () => {
	const manifest = { entries: [{ path: "/usr/sbin/server" }] } as unknown as Manifest;
	const killed = (call: Denial["call"], program = "/usr/sbin/server", time = 1): Denial => {
		return { time, serial: time, pid: 7, uid: 0, session: 1, name: "server", program, call, result: "killed" };
	};

	function find(denials: readonly Denial[], status = 0): Promise<string | undefined> {
		const machine = { detection: { denials: () => denials }, services: { state: async () => ({ status }) } };
		return killingCall({ machine } as unknown as Context, "server.service", manifest, 0);
	}

	test("the newest kill of a program of the cage names the call", async () => {
		expect(await find([killed("bpf", undefined, 2), killed("mount", undefined, 1)])).toBe("bpf");
	});

	test("kills of other programs and refusals do not count", async () => {
		expect(await find([killed("mount", "/usr/bin/other"), { ...killed("mount"), result: "refused" }])).toBe(undefined);
	});

	test("without a record, and for the calls of another ABI, only the exit status tells", async () => {
		expect(await find([], 159)).toBe("");
		expect(await find([], 1)).toBe(undefined);
		expect(await find([killed("125")])).toBe("");
	});
});
