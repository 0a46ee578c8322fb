import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Path } from "../../src/base/path/path.ts";
import { bindMask, canSkipReads, lackingAbilities, landlockRuleset, scopeMask } from "../../src/confine/landlock.ts";
import { cageSteps } from "../../src/launch/cage-steps.ts";
import type { CageRoot, LaunchSpec } from "../../src/launch/launch.ts";
import { launchScript, mountsCommand, namespaceCommand, splitLaunchScript } from "../../src/launch/launch-script.ts";
import { cage, commands, inCage, lastOf, lines, path, sandbox, spec } from "./launches.ts";

describe("a traced launch", () => {
	const made = spec(cage, { network: "own", starter: 7 });
	const inLines = (script: string) => script.trimEnd().split("\n");
	const { mounts, script } = splitLaunchScript(made);

	test("is split into the same steps, so that strace does not follow the mounts", () => {
		const handOver = inLines(script).filter((line) => /\$pid|\$status|read -r (pid|status)|&-/.test(line));
		const steps = [...inLines(script).filter((line) => !handOver.includes(line)), ...inLines(mounts).slice(1)];
		expect(handOver).toHaveLength(5);
		expect(steps.sort()).toEqual(inLines(launchScript(made)).sort());
		expect(inLines(script).filter((line) => line.startsWith("mount "))).toEqual(["mount -n --move . /"]);
	});

	test("has its mounts made in all of its namespaces, below our own root", () => {
		const kinds = ["--mount", "--pid", "--ipc", "--uts", "--cgroup", "--net"];
		const entered = ["nsenter", "--target", "42", ...kinds, "--root", "--"];
		expect(mountsCommand(made, 42, "/steps").slice(3)).toEqual([...entered, "sh", "-eu", "/steps"]);
	});
});

describe("a crash", () => {
	test("starts no core handler of the host, whatever limits the service has", () => {
		const service = { resourceLimits: ["--core=unlimited:unlimited", "--nofile=1:1"] };
		for (const root of [cage, sandbox]) {
			const limits = lines(spec(root, { service })).filter((line) => line.startsWith("prlimit"));
			expect(limits.at(-1)).toMatch(/ --core=1:1$/);
		}
	});
});

describe("a cage", () => {
	test("is built step by step, and the application starts last", () => {
		const full: CageRoot = {
			...cage,
			proc: true,
			mounts: [
				{ path: path("/var/lib/app"), source: path("/state/data/var/lib/app"), access: "rw" },
				{ path: path("/srv"), source: path("/srv"), access: "ro" },
			],
		};
		const dir = cage.directory;
		expect(lines(spec(full)).slice(0, -1)).toEqual([
			"mount -n -o bind,ro,nosuid,noexec /dev/null /dev/null",
			`mount -n -o bind,ro,nosuid,nodev ${dir} ${dir}`,
			`mount -n -t tmpfs -o nosuid,nodev,noexec,size=20%,nr_inodes=128k,mode=1777 tmpfs ${dir}/tmp`,
			`mount -n -t tmpfs -o nosuid,nodev,noexec,size=20%,nr_inodes=128k,mode=1777 tmpfs ${dir}/var/tmp`,
			`mount -n -o bind,rw,nosuid,nodev,noexec /state/data/var/lib/app ${dir}/var/lib/app`,
			`mount -n -o bind,ro,nosuid,nodev /srv ${dir}/srv`,
			`mount -n -t tmpfs -o nosuid,noexec,size=64k,mode=755 tmpfs ${dir}/dev`,
			`mknod -m 666 ${dir}/dev/null c 1 3`,
			`ln -s /proc/self/fd ${dir}/dev/fd`,
			`ln -s /proc/self/fd/0 ${dir}/dev/stdin`,
			`ln -s /proc/self/fd/1 ${dir}/dev/stdout`,
			`ln -s /proc/self/fd/2 ${dir}/dev/stderr`,
			`mkdir -m 1777 ${dir}/dev/shm`,
			`mount -n -t tmpfs -o nosuid,nodev,noexec,size=20%,nr_inodes=128k,mode=1777 tmpfs ${dir}/dev/shm`,
			`mount -n -o remount,ro,nosuid,noexec ${dir}/dev`,
			`mount -n -t proc -o ro,nosuid,nodev,noexec,hidepid=invisible,subset=pid proc ${dir}/proc`,
			`mount -n -t tmpfs -o nosuid,nodev,size=64m,mode=755 tmpfs ${dir}/.launch`,
			`cp -L ${cage.confiner} /state/scratch/1/cagewright-init /state/scratch/1/cagewright-env ${dir}/.launch`,
			`mount -n -o remount,ro,nosuid,nodev ${dir}/.launch`,
			`cd ${dir}`,
			"mount -n --move . /",
			"prlimit --pid self --core=1:1",
		]);
	});
	test("locks the kernel's settings if the application may change its own process", () => {
		const mounted = (more: Partial<CageRoot>) =>
			lines(spec({ ...cage, proc: true, ...more })).filter((line) => !line.startsWith("ln") && /\/(proc|sys)\b/.test(line));
		const at = inCage("/proc");
		const locked = [
			"mount -n -t tmpfs -o size=1m,mode=700 tmpfs /sys",
			`cd ${at}`,
			...["sys", "1"].map((name) => `written ${at}/${name} ${at}/${name} none bind,ro,nosuid,nodev,noexec`),
			"mount -n -a -T /sys/table",
			"umount -n /sys",
		];
		expect(mounted({ ownProcess: true })).toEqual([
			`mount -n -t proc -o rw,nosuid,nodev,noexec,hidepid=invisible,subset=pid proc ${at}`,
			...locked,
		]);
		expect(mounted({ ownProcess: true, kernelProc: true })).toEqual([
			`mount -n -t proc -o rw,nosuid,nodev,noexec,hidepid=invisible proc ${at}`,
			...locked,
		]);
	});
	test("has no mount with working setuid files, and none that is writable and executable", () => {
		const scratch = path("/state/scratch/1/data0");
		const mounts: CageRoot["mounts"] = [
			{ path: path("/a"), source: path("/state/a"), access: "rw", scratch },
			{ path: path("/b"), source: path("/b"), access: "ro", scratch },
			{ path: path("/c"), source: path("/c"), access: "rw" },
		];
		const temporaryEntries: CageRoot["temporaryEntries"] = [{ path: path("/tmp/f"), kind: "file" }];
		for (const [command, ...words] of commands(spec({ ...cage, mounts, temporaryEntries, proc: true }))) {
			const options = words[words.indexOf("-o") + 1]?.split(",") ?? [];
			const target = words.at(-1);
			// Mounts that are only moved, and the host's own /dev/null, are not visible in the cage.
			const isMoved = ["--move", "lower", "--bind"].some((word) => words.includes(word));
			if (command !== "mount" || isMoved || target === "/dev/null") continue;
			const where = words.join(" ");
			expect(options, where).toContain("nosuid");
			if (target !== inCage("/dev")) expect(options, where).toContain("nodev");
			if (!options.includes("ro") && target !== inCage("/.launch")) expect(options, where).toContain("noexec");
		}
	});
	test("gets only the socket of syslog, mounted in the launcher's own /dev before that becomes read-only", async () => {
		const all = lines(spec({ ...cage, syslog: path("/usr/log's/dev-log") }));
		expect(all.some((line) => line.includes("dev-log"))).toBe(false);
		const socket = join(mkdtempSync(join(tmpdir(), "cagewright-syslog-")), "dev-log");
		const server = createServer().listen(socket);
		try {
			await once(server, "listening");
			const made = lines(spec({ ...cage, syslog: path(socket) }));
			const at = made.indexOf(`made ${inCage("/dev/log")}`);
			expect(made[at + 1]).toBe(`mount -n -o bind,ro,nosuid,nodev,noexec ${socket} ${inCage("/dev/log")}`);
			expect(made.slice(at)).toContain(`mount -n -o remount,ro,nosuid,noexec ${inCage("/dev")}`);
		} finally {
			server.close();
			rmSync(dirname(socket), { recursive: true });
		}
	});
	test("gets another service's socket read-only and as it is at the start, nothing in place of it, and starts without it", async () => {
		const folder = mkdtempSync(join(tmpdir(), "cagewright-socket-"));
		const [socket, file] = [path(join(folder, "x.sock")), path(join(folder, "file"))];
		const launchOf = (source: Path) =>
			spec({
				...cage,
				mounts: [{ path: path("/run/x.sock"), source, access: "ro", isFile: true, isSocket: true }],
			});
		const mounted = (source: Path) => lines(launchOf(source)).filter((line) => line.includes(inCage("/run/x.sock")));
		const server = createServer().listen(socket);
		try {
			await once(server, "listening");
			writeFileSync(file, "");
			expect(mounted(socket)).toEqual([`mount -n -o bind,ro,nosuid,nodev,noexec ${socket} ${inCage("/run/x.sock")}`]);
			expect([mounted(file), mounted(path(join(folder, "none")))]).toEqual([[], []]);
			// stat(1) follows no link, so that one in place of the socket ends the start.
			const same = `[ "$(stat -c %d:%i ${socket})" = "$(stat -c %d:%i ${inCage("/run/x.sock")})" ] || {`;
			expect(launchScript(launchOf(socket))).toContain(same);
		} finally {
			server.close();
			rmSync(folder, { recursive: true });
		}
	});
	test("gets the files of one launch in .launch, each once, even if two programs need one", () => {
		const library = path("/usr/lib/libc.so.6");
		const found = lines(spec({ ...cage, hostFiles: [path("/usr/bin/perl"), library, path("/usr/bin/sh"), library] }));
		const copied = found.filter((line) => line.startsWith("cp -L"));
		expect(copied).toHaveLength(1);
		expect(copied[0]).toContain(" /usr/bin/perl ");
		expect(copied[0]?.split("/usr/lib/libc.so.6")).toHaveLength(2);
	});

	test("keeps its entries below a temporary directory read-only, bound again via the empty .launch", () => {
		const temporaryEntries: CageRoot["temporaryEntries"] = [
			{ path: path("/tmp/app"), kind: "directory" },
			{ path: path("/tmp/f"), kind: "file" },
			{ path: path("/tmp/-l"), kind: "symlink", target: path("-x") },
		];
		const all = lines(spec({ ...cage, temporaryEntries }));
		expect(all.slice(2, 10)).toEqual([
			`mount -n --bind ${inCage("/tmp")} ${inCage("/.launch")}`,
			`mount -n -t tmpfs -o nosuid,nodev,noexec,size=20%,nr_inodes=128k,mode=1777 tmpfs ${inCage("/tmp")}`,
			`mkdir ${inCage("/tmp/app")}`,
			`mount -n -o bind,ro,nosuid,nodev ${inCage("/.launch/app")} ${inCage("/tmp/app")}`,
			`made ${inCage("/tmp/f")}`,
			`mount -n -o bind,ro,nosuid,nodev ${inCage("/.launch/f")} ${inCage("/tmp/f")}`,
			`ln -s -- -x ${inCage("/tmp/-l")}`,
			`umount -n ${inCage("/.launch")}`,
		]);
	});
	test("a service's own directory is created like the host's before it is mounted, and never through a link", () => {
		const created = { mode: 0o2750, uid: 5, gid: 6 };
		const source = path("/run/app");
		const root = { ...cage, mounts: [{ path: source, source, access: "rw", created }] } as const;
		const all = cageSteps(spec(root), root).mounts;
		const at = all.findIndex((line) => line.startsWith("[ -e /run/app ]"));
		expect(all[at]).toBe(
			"[ -e /run/app ] || { mkdir -m 700 /run/app && chown 5:6 /run/app && chmod 2750 /run/app; } || exit 125",
		);
		expect(all[at + 1]).toMatch(/^\{ \[ -d \/run\/app \] && \[ ! -L \/run\/app \]; \} \|\| .* exit 125; \}$/);
		expect(all[at + 2]).toBe(`mount -n -o bind,rw,nosuid,nodev,noexec /run/app ${inCage("/run/app")}`);
	});
	test.each([
		["itself", {}, inCage("/site")],
		["below a trial's overlay", { scratch: path("/state/s") }, "/state/s/lower"],
	])("a host directory is verified after it is mounted: %s", (_, more, mounted) => {
		const mounts: CageRoot["mounts"] = [
			{ path: path("/site"), source: path("/site"), access: "rw", identity: "8:15", ...more },
			{ path: path("/data"), source: path("/state/data"), access: "rw" },
		];
		const looks = launchScript(spec({ ...cage, mounts }))
			.split("\n")
			.filter((line) => line.includes("stat -c %d"));
		expect(looks).toEqual([expect.stringContaining(`[ "$(stat -c %d:%i ${mounted})" = 8:15 ] || { echo `)]);
	});
	test("a trial writes into an overlay whose options no path can change", () => {
		const scratch = path("/state/s,upperdir=x");
		const mount = { path: path("/a,b:c"), source: path("/data/a,b:c"), access: "rw", scratch } as const;
		const all = commands(spec({ ...cage, mounts: [mount] }));
		const at = all.findIndex((words) => words.includes("overlay"));
		expect(all.slice(at - 5, at + 2).map((words) => words.join(" "))).toEqual([
			"cd /state/s,upperdir=x",
			"mkdir -p lower upper work",
			"mount -n --bind /data/a,b:c lower",
			// Here stat prints nothing.
			"chown  upper",
			"chmod  upper",
			`mount -n -t overlay -o lowerdir=lower,upperdir=upper,workdir=work,redirect_dir=nofollow,rw,nosuid,nodev,noexec overlay ${inCage("/a,b:c")}`,
			"cd /",
		]);
	});
	test.each(["nothing", "a link", "a file", "a directory"])(
		"has a directory as mount point in a writable one, although the application left %s there",
		(left) => {
			const folder = mkdtempSync(join(tmpdir(), "cagewright-point-"));
			try {
				const point = join(folder, "run/other");
				mkdirSync(dirname(point));
				if (left === "a link") symlinkSync("/etc", point);
				else if (left === "a file") writeFileSync(point, "");
				else if (left === "a directory") mkdirSync(point);
				const mounts = [
					{ path: path("/run"), source: path("/run/of-the-service"), access: "rw" },
					{ path: path("/run/other"), source: path("/run/other"), access: "ro" },
				] as const;
				const script = launchScript(spec({ ...cage, directory: path(folder), mounts })).split("\n");
				const at = script.findIndex((line) => line.startsWith("mount ") && line.endsWith(`/run/other ${point}`));
				execFileSync("sh", ["-eu", "-c", script[at - 1] ?? "exit 1"]);
				expect(lstatSync(point).isDirectory()).toBe(true);
			} finally {
				rmSync(folder, { recursive: true });
			}
		},
	);
	test("Landlock permits reading and execution everywhere, and writing only to devices and state", () => {
		const { handled, rules } = landlockRuleset([path("/var/lib/a:b"), path("/tmp")], false);
		expect(rules.map((rule) => rule.path)).toEqual(["/", "/dev", "/var/lib/a:b", "/tmp"]);
		expect(rules[0]?.rights).toEqual(["execute", "read-file", "read-dir"]);
		expect(rules[1]?.rights).toEqual(["write-file", "ioctl-dev"]);
		for (const { rights } of rules.slice(2)) expect(rights.join()).not.toMatch(/execute|make-char|make-block|ioctl/);
		expect(handled).toEqual(expect.arrayContaining(["execute", "write-file", "make-char", "make-block", "truncate"]));
	});
	test("Landlock has one rule for nested directories", () => {
		const { rules } = landlockRuleset(["/var/lib/tor", "/var/lib/tor/keys", "/run/tor"].map(path), false);
		expect(rules.map((rule) => rule.path).slice(2)).toEqual(["/var/lib/tor", "/run/tor"]);
	});
	test("Landlock limits ports to those of the plan and free ones, and always closes signals to processes outside", () => {
		expect(landlockRuleset([], false, { ports: [80] })).toMatchObject({ ports: [0, 80], scopes: ["abstractSockets", "signals"] });
		const open = landlockRuleset([], false, { abstractSockets: true });
		expect([open.ports, open.scopes]).toEqual([undefined, ["signals"]]);
		expect([5, 6].map((abi) => scopeMask(abi, ["abstractSockets", "signals"]))).toEqual([0, 3]);
		expect([3, 4].map(bindMask)).toEqual([0, 1]);
		const all = ["truncate", "ports", "devices", "scopes", "records"];
		expect([0, 2, 6, 7].map(lackingAbilities)).toEqual([all, all, ["records"], []]);
	});
	test("Landlock leaves reading to the other layers only if two of them remain", () => {
		const beside = { permissions: { capabilities: [] }, ownsCage: false, binds: [{ access: "rw" }] } as const;
		const capability = (name: string) => ({ permissions: { capabilities: [{ name, why: "" }] } });
		expect(canSkipReads(beside)).toBe(true);
		expect(canSkipReads({ ...beside, ...capability("net_bind_service") })).toBe(true);
		for (const less of [
			{ ownsCage: true },
			{ sockets: true },
			{ binds: [{ access: "ro" }] as const },
			{ permissions: { capabilities: [], unixSockets: "AF_UNIX" } },
			capability("dac_override"),
			capability("setuid"),
		])
			expect(canSkipReads({ ...beside, ...less })).toBe(false);
		const { handled, rules } = landlockRuleset([path("/data")], true);
		const unhandled = landlockRuleset([], false).handled.filter((right) => !handled.includes(right));
		expect(unhandled).toEqual(["read-file", "read-dir", "truncate"]);
		expect(rules.map(({ rights }) => rights)).toEqual([
			["execute"],
			["write-file", "ioctl-dev"],
			expect.not.arrayContaining(["read-file", "truncate"]),
		]);
	});
	test.each([
		["is hidden before the confined part of the launch, which has relative paths", true, "."],
		["stays if the application itself is there", false, "/.launch"],
	])(".launch %s; the init is confined too", (_, hidesLaunch, launch) => {
		const words = lastOf(spec({ ...cage, hidesLaunch }, { cwd: "/srv" }));
		const init = words.indexOf(`${launch}/cagewright-init`);
		const before = words.slice(0, init);
		expect(before).toEqual(["exec_", "setsid", "env", "-i", "/usr/sbin/chroot", ".", "/.launch/cagewright-conf"]);
		expect(words.slice(init + 1)).toEqual([".", `${launch}/cagewright-env`, "/srv", "", "/usr/bin/app", "-x"]);
	});
	test("a launch has its own namespaces, and ends completely if one of its processes dies", () => {
		const joined = namespaceCommand({ ...spec(cage, { network: "own" }), joins: 77 }, "script").join(" ");
		expect(joined).toContain("nsenter --net=/proc/77/ns/net -- unshare");
		expect(joined).not.toContain(" --net ");
		const words = (network: LaunchSpec["network"]) => namespaceCommand(spec(cage, { network }), "script").join(" ");
		const unshared = "unshare --mount --propagation private --fork --kill-child --pid --ipc --uts --cgroup";
		expect(words("host")).toBe(`setpriv --pdeathsig KILL ${unshared} sh -eu script`);
		expect(words("none")).toContain("--cgroup --net sh");
		expect(words("own")).toContain("--cgroup --net sh");
	});
	test("the mounts of a launch that joins a network are made in it, because /sys belongs to it", () => {
		const traced = { ...spec(cage, { network: "own" }), joins: 77 };
		expect(mountsCommand(traced, 5, "script").join(" ")).toContain("--target 5 --net --mount --pid");
		const ordinary = { ...traced, rootless: { lowestPort: 1024 } };
		expect(mountsCommand(ordinary, 5, "script").join(" ")).toContain("--target 5 --user --net --mount --pid");
	});
	test("strace has a PID namespace of its own, joins the network before it, and is in no cgroup of a cage", () => {
		const traced = spec(cage, { network: "own", isTraced: true, groups: [{ kind: "memory", folder: "/sys/fs/cgroup/g" }] });
		const words = namespaceCommand({ ...traced, joins: 77 }, "script", ["strace", "-f", "--"]).join(" ");
		const [before = "", after = ""] = words.split(" strace -f -- ");
		const joined = "setpriv --pdeathsig KILL nsenter --net=/proc/77/ns/net -- ";
		expect(before).toBe(`${joined}unshare --mount-proc --pid --fork --kill-child`);
		expect(after).toMatch(/^setpriv --pdeathsig KILL sh .*\/sys\/fs\/cgroup\/g\/cgroup\.procs.*unshare --mount /s);
		for (const script of [launchScript(traced), splitLaunchScript(traced).script]) {
			expect(script).toMatch(/^umask 022\numount -n \/proc\n/);
		}
	});
	test("strace is in the cgroups and the session of the application in a sandbox", () => {
		const traced = spec(sandbox, { isTraced: true, groups: [{ kind: "memory", folder: "/sys/fs/cgroup/g" }] });
		const words = namespaceCommand(traced, "script", ["strace", "-f", "--"]).join(" ");
		const [before = "", after = ""] = words.split(" strace -f -- ");
		expect(before).toMatch(/\/sys\/fs\/cgroup\/g\/cgroup\.procs.*unshare --mount-proc /s);
		expect(after).not.toContain("cgroup.procs");
		expect(lastOf(traced)).not.toContain("setsid");
		expect(lastOf(spec(sandbox))).toContain("setsid");
	});
});
