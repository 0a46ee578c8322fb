import { BlockList } from "node:net";
import { describe, expect, it } from "vitest";
import type { Entry } from "../../src/plan/plan.ts";
import type { DirectoryOwner } from "../../src/service/application.ts";
import { splitWords } from "../../src/service/unit-text.ts";
import { userUnit } from "../../src/unit/unit.ts";
import { ownUnitText } from "../../src/unit/verbs/unit.ts";
import { entry } from "../cage/plans.ts";
import { launcher, path, unit, values } from "./made-unit.ts";

const granting = (...names: string[]) => ({ capabilities: names.map((name) => ({ name, why: name })) });

describe("a cage's unit", () => {
	it("mounts the state over its path and makes nothing else writable", () => {
		const text = unit();
		expect(values(text, "RootDirectory")).toEqual(["/state/cages/app/generations/3"]);
		expect(values(text, "BindPaths")).toEqual(["/state/cages/app/data/var/lib/app:/var/lib/app:norbind"]);
		expect(values(text, "ReadOnlyPaths")).toEqual(["+/"]);
		expect(values(text, "ReadWritePaths")).toEqual(["+/var/lib/app"]);
		expect(values(text, "NoExecPaths")).toEqual(["+/var/lib/app -+/tmp -+/var/tmp"]);
		expect(values(text, "ExecPaths")).toEqual([]);
	});

	it("mounts only the outermost of nested directories", () => {
		const places = ["/var/lib/app/inner", "/var/lib/app", "/var/lib/app-two"];
		const text = unit({}, { data: places.map((at) => ({ path: path(at), source: path(`/d${at}`) })) });
		expect(values(text, "ReadWritePaths")).toEqual(["+/var/lib/app +/var/lib/app-two"]);
		expect(values(text, "BindPaths")).toHaveLength(2);
		const elsewhere = unit({}, { data: places.map((at, index) => ({ path: path(at), source: path(`/d${index}`) })) });
		expect(values(elsewhere, "BindPaths")).toHaveLength(3);
	});

	it("starts as the account with all of its groups, by number if systemd does not accept the name", () => {
		const text = unit();
		const names = ["User", "Group", "SupplementaryGroups"];
		expect(names.map((name) => values(text, name))).toEqual([["daemon"], ["991"], ["4"]]);
		expect(values(unit({ identity: { name: "two words", groups: [991] } }), "User")).toEqual(["990"]);
		expect(values(unit({ identity: { groups: [991] } }), "SupplementaryGroups")).toEqual([]);
	});

	it("grants an account ambient capabilities, and root a bounding set", () => {
		const permissions = { capabilities: [{ name: "net_bind_service", why: "bind" }] };
		const account = unit({ permissions });
		expect(values(account, "CapabilityBoundingSet")).toEqual(["CAP_NET_BIND_SERVICE"]);
		expect(values(account, "AmbientCapabilities")).toEqual(["CAP_NET_BIND_SERVICE"]);
		const asRoot = unit({ permissions, identity: { uid: 0, gid: 0, groups: [0], name: "root" } });
		expect(values(asRoot, "User")).toEqual([]);
		expect(values(asRoot, "CapabilityBoundingSet")).toEqual(["CAP_NET_BIND_SERVICE"]);
		expect(values(asRoot, "AmbientCapabilities")).toEqual([""]);
		expect(values(unit(), "CapabilityBoundingSet")).toEqual([""]);
	});

	it("grants CAP_KILL to the init of an application that may change its account, and not to the application", () => {
		const root = { uid: 0, gid: 0, groups: [0], name: "root" };
		const change = (names: string[], identity: typeof root | undefined) =>
			unit({ permissions: granting(...names), ...(identity ? { identity } : {}) }, { launcher });
		const started = (text: string) => splitWords(values(text, "ExecStart")[0] ?? "")?.slice(0, 3);
		const leaves = change(["setgid", "setuid"], root);
		expect(values(leaves, "CapabilityBoundingSet")).toEqual(["CAP_KILL CAP_SETGID CAP_SETUID CAP_SETPCAP"]);
		expect(started(leaves)).toEqual(["/.launch/cagewright-init", "", "/"]);
		for (const [names, identity] of [
			[["chown"], root],
			[["setuid"], undefined],
			[["setuid", "kill"], root],
		] as const) {
			const text = change([...names], identity);
			expect(values(text, "CapabilityBoundingSet").join()).not.toContain("CAP_SETPCAP");
			expect(started(text)).toEqual(["/.launch/cagewright-init", "/", "/usr/sbin/daemon"]);
		}
	});

	it("permits a capability's system calls after every line that denies them", () => {
		const filter = (permissions: Parameters<typeof unit>[0] = {}) => values(unit(permissions), "SystemCallFilter");
		expect(filter({ permissions: granting("sys_time", "sys_chroot") }).at(-1)).toBe("@clock chroot");
		expect(filter({ permissions: { memfd: "memfd_create" } })).toContain("memfd_create");
		expect(filter({ permissions: { scheduling: "sched_setscheduler" } })).toContain("@resources");
		for (const calls of ["memfd_create", "@resources"]) expect(filter()).not.toContain(calls);
	});

	it("lists the calls of a filter for one application instead of systemd's groups", () => {
		const permissions = { memfd: "memfd_create", calls: { made: ["accept4"], refused: ["getsockopt"] } };
		const lines = values(unit({ permissions }), "SystemCallFilter");
		const names = lines.flatMap((line) => line.split(" "));
		expect(names).toEqual(expect.arrayContaining(["execve", "accept4", "listen", "memfd_create", "setresuid", "seccomp"]));
		expect(names.filter((name) => /^[@~]/.test(name))).toEqual([]);
		for (const name of ["getsockopt", "msgget", "mount"]) expect(names).not.toContain(name);
		expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
	});

	it("permits giving up privileges", () => expect(values(unit(), "SystemCallFilter").at(-1)).toBe("capset @setuid @chown"));

	it("omits settings that would remove a needed capability", () => {
		const opened = unit({ permissions: granting("sys_time", "syslog", "sys_nice") });
		for (const setting of ["ProtectClock", "ProtectKernelLogs", "RestrictRealtime"]) {
			expect([setting, values(opened, setting)]).toEqual([setting, []]);
			expect([setting, values(unit(), setting)]).toEqual([setting, ["yes"]]);
		}
	});

	it("has AF_UNIX, AF_NETLINK, /proc and the network only by permission", () => {
		expect(values(unit(), "RestrictAddressFamilies")).toEqual(["AF_INET AF_INET6"]);
		expect(values(unit(), "InaccessiblePaths")).toEqual(["-+/dev/pts -+/dev/hugepages -+/proc -+/sys"]);
		const launched = unit({}, { launcher });
		expect(values(launched, "InaccessiblePaths")).toEqual(["-+/dev/pts -+/dev/hugepages -+/sys/fs"]);
		const emptied = ["/proc", "/sys"].map((path) => `${launcher}/empty:${path}:norbind`);
		expect(values(launched, "BindReadOnlyPaths")).toEqual(expect.arrayContaining(emptied));
		expect(values(unit(), "PrivateNetwork")).toEqual([]);
		const permissions = { unixSockets: "connect", netlink: "socket", proc: "openat" };
		const open = unit({ permissions, application: { network: "none" } });
		expect(values(open, "RestrictAddressFamilies")).toEqual(["AF_INET AF_INET6 AF_NETLINK AF_UNIX"]);
		expect(values(open, "InaccessiblePaths")).toEqual(["-+/dev/pts -+/dev/hugepages -+/sys"]);
		expect(values(open, "PrivateNetwork")).toEqual(["yes"]);
		const machine = values(unit({ permissions: { kernelProc: "--allow kernel-proc", sys: "--allow sys" } }), "InaccessiblePaths");
		const places = ["/sys/firmware", "/sys/kernel/debug", "/proc/kcore", "/proc/kpageflags"];
		expect(machine[0]?.split(" ")).toEqual(expect.arrayContaining(places.map((place) => `-+${place}`)));
	});

	it("permits multicast and broadcast only by permission", () => {
		expect(values(unit(), "IPAddressDeny")).toEqual(["any"]);
		const allowed = values(unit(), "IPAddressAllow").join(" ").split(" ");
		// Separate lists, because an IPv4 address would match IPv6 ranges when mapped, but the kernel treats it as one family.
		const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
		const family = (address: string) => (address.includes(":") ? "ipv6" : "ipv4");
		for (const range of allowed) {
			const [address = "", bits] = range.split("/");
			lists[family(address)].addSubnet(address, Number(bits), family(address));
		}
		const passes = (address: string) => lists[family(address)].check(address, family(address));
		const machines = [
			"127.0.0.1",
			"10.0.0.1",
			"192.168.1.1",
			"223.255.255.255",
			"0.0.0.0",
			"::1",
			"2001:db8::1",
			"fe80::1",
			"fd00::1",
		];
		expect(machines.filter((address) => !passes(address))).toEqual([]);
		expect(["224.0.0.251", "239.255.255.250", "255.255.255.255", "ff02::fb"].filter(passes)).toEqual([]);
		const open = unit({ permissions: { multicast: "setsockopt(IP_ADD_MEMBERSHIP)" } });
		expect([values(open, "IPAddressDeny"), values(open, "IPAddressAllow")]).toEqual([[], []]);
		const alone = unit({ application: { network: "none" } });
		expect([values(alone, "IPAddressDeny"), values(alone, "IPAddressAllow")]).toEqual([[], []]);
	});

	it("shows an application that uses syslog only the journal's socket for it", () => {
		const to = (socket: string) => unit({ permissions: { syslog: path(socket) } });
		const journal = "/run/systemd/journal/dev-log";
		expect(values(unit(), "BindLogSockets")).toEqual(["no"]);
		expect(values(to(journal), "BindLogSockets")).toEqual(["no"]);
		expect(values(to(journal), "BindReadOnlyPaths")).toEqual([`-${journal}:/dev/log:norbind`]);
		expect(values(to("/run/syslog/log"), "BindLogSockets")).toEqual(["no"]);
		expect(to("/run/syslog/log")).toContain("# Missing here: /dev/log for /run/syslog/log;");
	});

	it("shows the cage's own files in /run, which its own mount at /run hides from systemd", () => {
		const directory = { kind: "directory" } as const;
		const entries = [entry("/run/lock", directory), entry("/run/lock/app"), entry("/run/systemd/system", directory)];
		entries.push(entry("/run/host", directory), entry("/run/host/os-release"));
		const text = unit({ entries }, { launcher });
		const root = "/state/cages/app/generations/3";
		expect(values(text, "BindReadOnlyPaths").slice(1, 3)).toEqual([
			`${root}/run:/.launch/empty:norbind`,
			`-${root}/.launch/empty/lock:/run/lock:norbind`,
		]);
		expect(values(text, "BindReadOnlyPaths").join()).not.toContain("/run/host");
		expect(values(text, "TemporaryFileSystem").at(-1)).toMatch("/run/systemd/system:ro,");
	});

	it("waits for the application's readiness if the trial saw it and the init can relay it", () => {
		const notifying = unit({}, { launcher, reportsReady: true });
		expect([values(notifying, "Type"), values(notifying, "NotifyAccess")]).toEqual([["notify"], ["main"]]);
		expect(values(notifying, "ExecStart")).toEqual(["/.launch/cagewright-init / +notify /usr/sbin/daemon --foreground"]);
		for (const input of [
			{ launcher },
			{ reportsReady: true },
			{ launcher, reportsReady: true, launch: ["/l"], systemdVersion: 252 },
		])
			expect(values(unit({}, input), "Type")).toEqual(["exec"]);
	});

	it("gives a reason for each permission", () => {
		const capabilities = [{ name: "chown", why: "fchown /var/log/a" }];
		const text = unit({ permissions: { capabilities, unixSockets: "bind @x", memfd: "m", proc: "p" } });
		for (const reason of ["chown is needed for: fchown /var/log/a", "AF_UNIX is needed for: bind @x", "memfd is needed for: m"])
			expect(text).toContain(`# ${reason}\n`);
		expect(text).toContain("# /proc is needed for: p\n");
	});

	it("denies writable and executable memory unless permitted", () => {
		expect(values(unit(), "MemoryDenyWriteExecute")).toEqual(["yes"]);
		const opened = unit({ permissions: { capabilities: [], writableCode: "mprotect(PROT_EXEC)" } });
		expect(values(opened, "MemoryDenyWriteExecute")).toEqual([]);
		expect(opened).toContain("mprotect(PROT_EXEC)");
	});

	it("does not hide a home in the cage", () => {
		expect(values(unit(), "ProtectHome")).toEqual(["yes"]);
		expect(values(unit({ application: { cwd: "/home/app" } }), "ProtectHome")).toEqual([]);
		expect(values(unit({}, { binds: [{ path: "/root/x", access: "ro" }] }), "ProtectHome")).toEqual([]);
		const decoy = entry("/root/.ssh/id_ed25519", { kind: "generated" });
		expect(values(unit({ entries: [decoy] }), "ProtectHome")).toEqual(["read-only"]);
	});
	it.each([
		["chdir", "read-only"],
		["newfstatat", "yes"],
	])("hides no home that the application entered (%s)", (call, expected) => {
		const home = entry("/root", { kind: "directory", reasons: [{ kind: "traced", calls: [call] }] });
		expect(values(unit({ entries: [home] }), "ProtectHome")).toEqual([expected]);
	});

	it("limits size and files of /dev/shm, without another entry for that path, which would win", () => {
		expect(values(unit(), "TemporaryFileSystem")[0]).toBe("/dev/shm:mode=1777,nosuid,nodev,noexec,size=20%,nr_inodes=128k");
		expect(unit()).not.toMatch(/^(NoExecPaths|ReadWritePaths|InaccessiblePaths)=.*\/dev\/shm/m);
	});

	it("does not make the cage's own temporary directory writable if it is not private", () => {
		const text = unit({}, { data: [{ path: path("/tmp"), source: path("/d/tmp") }] });
		expect(values(text, "PrivateTmp")).toEqual([]);
		expect(values(text, "NoExecPaths")).toEqual(["+/tmp"]);
	});

	it("does not start if a directory above the state is a link", () => {
		const top = "/state/cages/app/data";
		const data = ["/srv", "/var/lib/app", "/var/lib/app/in"].map((one) => ({ path: path(one), source: path(`${top}${one}`) }));
		expect(values(unit({}, { data }), "AssertPathIsSymbolicLink")).toEqual(
			["", "/srv", "/var", "/var/lib", "/var/lib/app"].map((part) => `!${top}${part}`),
		);
		expect(values(unit({}, { data: [] }), "AssertPathIsSymbolicLink")).toEqual([]);
		const inPlace = [{ path: path("/var/lib/db"), source: path("/var/lib/db") }];
		expect(values(unit({}, { data: inPlace }), "AssertPathIsSymbolicLink")).toEqual(["!/var", "!/var/lib", "!/var/lib/db"]);
	});

	it("prevents a crash from starting the host's core handler", () => expect(values(unit(), "LimitCORE")).toEqual(["1"]));

	it("mounts host directories with the chosen access", () => {
		const share = { path: "/srv/share", access: "rw" } as const;
		const text = unit({}, { binds: [{ path: "/etc/letsencrypt", access: "ro" }, share] });
		expect(values(text, "BindReadOnlyPaths")).toEqual(["/etc/letsencrypt:/etc/letsencrypt:norbind"]);
		expect(values(text, "BindPaths").at(-1)).toBe("/srv/share:/srv/share:norbind");
		expect(values(text, "ReadWritePaths")).toEqual(["+/var/lib/app +/srv/share"]);
	});

	it("mounts a service's socket if it is there, and no link in its place", () => {
		const text = unit({}, { data: [], binds: [{ path: "/run/app.sock", access: "ro", isSocket: true }] });
		expect(values(text, "BindReadOnlyPaths")).toContain("-/run/app.sock:/run/app.sock:norbind");
		expect(values(text, "AssertPathIsSymbolicLink")).toEqual(["!/run/app.sock"]);
		expect(values(text, "ReadWritePaths")).toEqual([]);
	});

	it("removes pid files in the cage's data, and none in a directory of the host or elsewhere", () => {
		const service = { pidFiles: ["/var/lib/app/a.pid", "/srv/www/index.html", "/etc/passwd"] };
		const binds = [{ path: "/srv/www", access: "rw" as const }];
		const removals = values(unit({ application: { service } }, { binds }), "ExecStopPost");
		expect(removals).toHaveLength(1);
		expect(removals[0]).toContain("/state/cages/app/data/var/lib/app a.pid");
	});

	it("creates the directories of the service's sockets as RuntimeDirectory= does, or before it mounts them", () => {
		const bind = (at: string, created: Partial<DirectoryOwner>) =>
			({ path: at, access: "rw", created: { mode: 0o755, uid: 990, gid: 991, ...created } }) as const;
		const own = unit({}, { binds: [bind("/run/app", { mode: 0o2750, isRuntime: true }), bind("/run/more", { mode: 0o755 })] });
		expect(values(own, "RuntimeDirectory")).toEqual(["app"]);
		expect(values(own, "RuntimeDirectoryMode")).toEqual(["2750"]);
		expect(values(own, "ExecStartPre")).toEqual([
			`+/bin/sh -c "PATH=/usr/bin:/bin; exec nsenter --target 1 --mount sh -c '[ -e \\"$$1\\" ] || install -m 0755 -o 990 -g 991 -d \\"$$1\\"' sh \\"$$1\\"" sh /run/more`,
		]);
		expect(values(own, "BindPaths").slice(-2)).toEqual(["-/run/app:/run/app:norbind", "-/run/more:/run/more:norbind"]);
		const foreign = unit({}, { binds: [bind("/run/app", { mode: 0o755, uid: 5, isRuntime: true })] });
		expect([values(foreign, "RuntimeDirectory"), values(foreign, "ExecStartPre").length]).toEqual([[], 1]);
		const below = [{ path: "in", mode: 0o700, uid: 0, gid: 0 }];
		const nested = unit({}, { binds: [bind("/run/app", { below, isRuntime: true }), bind("/run/more", { below })] });
		expect(values(nested, "RuntimeDirectory")).toEqual(["app app/in"]);
		const [prepare = ""] = values(nested, "ExecStartPre");
		expect(prepare.replaceAll("\\", "")).toContain('chmod 0700 "$$1"/in && chown 990:991 "$$1" && chmod 0755 "$$1"');
	});

	it("reloads and stops with the known signals", () => {
		expect(values(unit(), "ExecReload")).toEqual([]);
		const reload = values(unit({}, { reloadSignal: "USR2" }), "ExecReload")[0];
		expect(reload).toMatch(/^\+\/bin\/sh -c "PATH=\/usr\/bin:\/bin; for pid; do kill -s USR2 /);
		const quits = unit({}, { stopSignal: "QUIT" });
		expect(values(quits, "KillSignal")).toEqual(["SIGQUIT"]);
		expect(values(quits, "ExecStop")[0]).toContain("kill -s QUIT");
	});

	it("sets only the requested limits", () => {
		const limits = ["MemoryMax", "TasksMax", "LimitNOFILE"];
		const of = (text: string) => limits.map((name) => values(text, name));
		expect(of(unit())).toEqual([[], [], []]);
		expect(of(unit({}, { limits: { memory: 1 << 28, processes: 20, files: 1024 } }))).toEqual([["268435456"], ["20"], ["1024"]]);
	});

	it("permits the plan's devices", () => {
		const device = (at: string, decision: Entry["decision"] = "include") =>
			entry(at, { kind: "device", decision, device: { type: "c", major: 10, minor: 229 } });
		const text = unit({ entries: [device("/dev/fuse"), device("/dev/null"), device("/dev/kvm", "declined")] });
		expect(values(text, "DeviceAllow")).toEqual(["/dev/fuse rw"]);
		expect(values(text, "BindPaths").at(-1)).toBe("/dev/fuse:/dev/fuse:norbind");
	});
});

it("a user's unit starts with the required protection", () => {
	const store = { data: () => "/state/cages/site/data" } as never;
	expect(ownUnitText({ store }, "site", {})).toContain(" --state /state run site\n");
	expect(ownUnitText({ store }, "site", { full: true })).toContain(" --state /state --require full run site\n");
});

it("a user's unit starts the program whatever its words contain", () => {
	const unit = userUnit("site", ["/usr/bin/node", "/opt/a b/main.js", "--state", "/home/50%/$x", "run", "site"]);
	expect(unit).toContain('\nExecStart=/usr/bin/node "/opt/a b/main.js" --state "/home/50%%/$$x" run site\n');
	expect(unit).toContain("\nWantedBy=default.target\n");
	expect(unit).not.toMatch(/RootDirectory|User=/);
});
