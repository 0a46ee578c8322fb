import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Path, pathFromBytes } from "../../src/base/path/path.ts";
import { capabilities, sandboxCapabilities } from "../../src/confine/capabilities.ts";
import type { LaunchSpec, SandboxRoot } from "../../src/launch/launch.ts";
import { launchScript, namespaceCommand } from "../../src/launch/launch-script.ts";
import { asApp } from "../plan/traces.ts";
import { cage, commands, host, inCage, lastOf, lines, path, sandbox, spec } from "./launches.ts";

describe("the sandbox", () => {
	test("omits file systems that were unmounted in the meantime", () => {
		const gone = [
			{ kind: "overlay", path: path("/nowhere/at/all"), scratch: path("/state/scratch/1/layers/9") },
			{ kind: "bind", path: path("/nowhere/else") },
		] as const;
		const all = commands(spec({ ...sandbox, mounts: [...sandbox.mounts, ...gone] })).flat();
		expect(all.filter((word) => word.includes("nowhere") || word.includes("layers/9"))).toEqual([]);
	});

	test("omits a file system that is unmounted between the check and the mount, and fails at one that cannot be mounted", () => {
		const folder = mkdtempSync(join(tmpdir(), "cagewright-unmounted-"));
		const [directory, place, scratch] = ["root", "place", "scratch"].map((name) => path(join(folder, name)));
		if (!directory || !place || !scratch) throw new Error("three paths");
		const statusOf = (kind: "bind" | "overlay", whenMounted: string) => {
			for (const made of [scratch, place, `${directory}${place}`]) mkdirSync(made, { recursive: true });
			const mount = kind === "bind" ? { kind, path: place } : { kind, path: place, scratch };
			const script = launchScript(spec({ ...sandbox, directory, mounts: [mount] }));
			const steps = script.slice(script.indexOf(`if [ -e ${place}`), script.indexOf("\nfi\n") + 4);
			expect(steps).toContain("mount -n");
			const input = `mount() { ${whenMounted}; echo 'mount: refused' >&2; return 32; }\n${steps}`;
			const { status, stderr } = spawnSync("/bin/sh", ["-eu"], { input, encoding: "utf8" });
			return [status, stderr];
		};
		for (const kind of ["bind", "overlay"] as const) {
			expect([kind, statusOf(kind, `rmdir ${place} 2>/dev/null`)]).toEqual([kind, [0, ""]]);
			expect([kind, statusOf(kind, ":")]).toEqual([kind, [1, "mount: refused\n"]]);
		}
		rmSync(folder, { recursive: true });
	});

	test("mounts overlays over storage, has its own kernel interfaces and devices, and starts from its root", () => {
		const dir = sandbox.directory;
		expect(lines(spec(sandbox, { identity: asApp })).slice(0, -1)).toEqual([
			"mount -n -o bind,ro,nosuid,noexec /dev/null /dev/null",
			"cd /state/scratch/1/layers/0",
			`mount -n -t overlay -o lowerdir=lower,upperdir=upper,workdir=work,redirect_dir=nofollow,nosuid,nodev overlay ${dir}`,
			"cd /",
			`mount -n -t proc -o nosuid,nodev,noexec proc ${dir}/proc`,
			"mount -n -t tmpfs -o size=1m,mode=700 tmpfs /sys",
			`cd ${dir}/proc`,
			...["sys", "1"].map((name) => `written ${dir}/proc/${name} ${dir}/proc/${name} none bind,ro,nosuid,nodev,noexec`),
			"mount -n -a -T /sys/table",
			"umount -n /sys",
			`mount -n -t sysfs -o ro,nosuid,nodev,noexec sysfs ${dir}/sys`,
			`mount -n -t tmpfs -o nosuid,noexec,size=1m,mode=755 tmpfs ${dir}/dev/`,
			...["fd", "log"].map((name) => `ln -s --  ${dir}/dev/${name}`),
			`mknod -m 666 ${dir}/dev/null c 1 3`,
			`mkdir ${dir}/dev/pts ${dir}/dev/shm ${dir}/dev/mqueue`,
			`ln -s pts/ptmx ${dir}/dev/ptmx`,
			`mount -n -t devpts -o newinstance,nosuid,noexec,mode=620,ptmxmode=666 devpts ${dir}/dev/pts`,
			`mount -n -t tmpfs -o nosuid,nodev,mode=1777,size=20% tmpfs ${dir}/dev/shm`,
			`mount -n -t mqueue -o nosuid,nodev,noexec mqueue ${dir}/dev/mqueue`,
			`mkdir ${dir}/.launch`,
			`mount -n -t tmpfs -o nosuid,nodev,size=64m,mode=755 tmpfs ${dir}/.launch`,
			`cp -L /state/scratch/1/cagewright-conf /state/scratch/1/cagewright-init /state/scratch/1/cagewright-env ${dir}/.launch`,
			`mount -n -o remount,ro,nosuid,nodev ${dir}/.launch`,
			`cd ${dir}`,
			"prlimit --pid self --core=1:1",
		]);
	});
	test("shows kernel interfaces and file systems without overlay read-only", () => {
		const boot = { kind: "overlay", path: path("/boot"), scratch: path("/s/1") } as const;
		const script = launchScript(spec({ ...sandbox, mounts: [...sandbox.mounts, boot] }));
		const dir = sandbox.directory;
		const shown = (at: string) => `mount -n -o bind,ro,nosuid,nodev ${at} ${dir}${at} 2>/dev/null || `;
		expect(script).toContain(`\n${shown("/mnt/auto")}`);
		expect(script).toContain(`nosuid,nodev overlay ${dir}/boot 2>/dev/null || { cd /; ${shown("/boot")}`);
	});
	test("keeps its layers in a bounded tmpfs if the disk cannot hold an overlay", () => {
		expect(lines(spec({ ...sandbox, memory: path("/state/m") })).slice(1, 4)).toEqual([
			"mount -n -t tmpfs -o mode=700,size=40% tmpfs /state/m",
			`mkdir -p ${sandbox.directory}`,
			"mkdir -p /state/scratch/1/layers/0/upper /state/scratch/1/layers/0/work",
		]);
	});
	test("is entered by our own program, which confines everything afterwards", () => {
		expect(lastOf(spec(sandbox)).join(" ")).toBe(
			"exec_ setsid env -i ./.launch/cagewright-conf /.launch/cagewright-init . /.launch/cagewright-env /  /usr/bin/app -x",
		);
	});
	test("has namespaces of every kind", () => {
		const words = namespaceCommand(spec(sandbox, { network: "own" }), "s");
		for (const kind of ["mount", "pid", "ipc", "uts", "cgroup", "net"]) expect(words).toContain(`--${kind}`);
	});
	test("enters its cgroups before it gets a cgroup namespace, which it could not leave under systemd", () => {
		const words = namespaceCommand(spec(sandbox, { groups: [{ kind: "memory", folder: "/sys/fs/cgroup/g" }] }), "s");
		const entered = words.findIndex((word) => word.includes("/sys/fs/cgroup/g/cgroup.procs"));
		expect(entered).toBeGreaterThan(0);
		expect(entered).toBeLessThan(words.indexOf("unshare"));
	});
	test("never grants root a capability that changes the machine", () => {
		const all = capabilities.filter((name) => name !== "chown");
		const granted = sandboxCapabilities(all);
		for (const name of ["sys_admin", "sys_module", "sys_boot", "sys_rawio", "mknod", "linux_immutable", "syslog", "bpf"]) {
			expect(granted).not.toContain(name);
		}
		for (const name of ["net_admin", "sys_time"]) expect(sandboxCapabilities([])).not.toContain(name);
		expect(sandboxCapabilities(["net_admin"])).toContain("net_admin");
	});
});

describe("a launch without root", () => {
	const rootless = { lowestPort: 1024 };
	const ordinary = (root: LaunchSpec["root"], values: Partial<LaunchSpec> = {}) =>
		spec(root, { identity: asApp, rootless, ...values });

	test("has namespaces in a user namespace that maps the account to its own number", () => {
		expect(namespaceCommand(ordinary(cage), "s").join(" ")).toMatch(
			/^setpriv --pdeathsig KILL unshare --user --map-current-user --keep-caps --mount --propagation private --fork --kill-child --pid /,
		);
	});
	test("is traced inside its user namespace, which is the only one", () => {
		const words = namespaceCommand(ordinary(cage, { isTraced: true }), "s", ["strace", "--"]).join(" ");
		expect(words).toContain("unshare --user --map-current-user --keep-caps --mount-proc --pid --fork --kill-child strace -- ");
		expect(words.match(/--user/g)).toHaveLength(1);
	});
	test("enters an existing network through the user namespace that owns it", () => {
		const words = namespaceCommand(ordinary(cage, { network: "own", joins: 77 }), "s").join(" ");
		const spaces = "--user=/proc/77/ns/user --net=/proc/77/ns/net";
		expect(words).toContain(`nsenter ${spaces} --preserve-credentials --keep-caps -- unshare --mount `);
		expect(words).not.toContain("--map-current-user");
	});
	test("binds devices instead of creating them, and changes no owner", () => {
		const mount = { path: path("/data"), source: path("/state/data"), access: "rw", scratch: path("/state/s") } as const;
		const script = lines(ordinary({ ...cage, mounts: [mount] }));
		expect(script).toContain(`mount -n -o bind,ro,nosuid,noexec /dev/null ${inCage("/dev/null")}`);
		expect(script.filter((line) => /^(mknod|chown)/.test(line))).toEqual([]);
		const options = "workdir=work,redirect_dir=nofollow,userxattr,rw,nosuid,nodev,noexec";
		expect(script.find((line) => line.includes("-t overlay"))).toContain(options);
	});
	test("creates the sandbox's folders before mounting on them, and shows the host's devices", () => {
		const dir = sandbox.directory;
		const mounts: SandboxRoot["mounts"] = [
			{ kind: "skeleton", path: path("/") },
			{ kind: "link", path: path("/bin"), target: path("usr/bin") },
			{ kind: "folder", path: path("/dev"), mode: 0o555 },
			{ kind: "folder", path: path("/usr"), mode: 0o555 },
			{ kind: "overlay", path: path("/usr"), scratch: path("/state/l/1"), mode: 0o555 },
			{ kind: "folder", path: path("/tmp"), mode: 0o777 },
			{ kind: "dev", path: path("/dev") },
		];
		const script = launchScript(ordinary({ ...sandbox, mounts })).split("\n");
		const first = script.indexOf(`mount -n -t tmpfs -o nosuid,nodev,mode=555 tmpfs ${dir}`);
		expect(script.slice(first + 1, first + 11)).toEqual([
			`mkdir -m 555 ${dir}/dev ${dir}/usr`,
			`mkdir -m 777 ${dir}/tmp`,
			`ln -s -- usr/bin ${dir}/bin`,
			`if [ -e /usr ] && [ -e ${dir}/usr ]; then`,
			"cd /state/l/1",
			expect.stringMatching(
				/^mount -n -t overlay -o \S+,workdir=work,redirect_dir=nofollow,userxattr,nosuid,nodev overlay \S+\/usr 2>\/dev\/null \|\| \{/,
			),
			"cd /",
			"fi",
			`mount -n -t tmpfs -o nosuid,noexec,size=1m,mode=755 tmpfs ${dir}/dev/`,
			`for link in /dev/fd /dev/log; do ln -s -- "$(readlink "$link")" ${dir}/dev/"\${link##*/}"; done`,
		]);
		expect(script).toContain(`mount -n -o bind,ro,nosuid,noexec /dev/null ${dir}/dev/null`);
	});
	test("has the host's lowest port in its own network", () => {
		const own = (lowestPort: number) => launchScript(ordinary(cage, { network: "own", rootless: { ...rootless, lowestPort } }));
		expect(own(1024)).toContain("\ncp /state/scratch/1/cagewright-net /sys/network\n");
		expect(own(1024)).not.toContain("ip_unprivileged_port_start");
		expect(own(80)).toContain("\necho 80 >/proc/sys/net/ipv4/ip_unprivileged_port_start\n");
	});
});

test("a launch on the host mounts only /proc and enters no root", () => {
	const init = "exec_ setsid env -i /state/scratch/1/cagewright-init .";
	const all = [
		"mount -n -t proc -o nosuid,nodev,noexec proc /proc",
		`${init} /state/scratch/1/cagewright-env /  /usr/bin/app -x`,
	];
	expect(commands(spec(host))).toEqual(all.map((line) => line.split(" ")));
});

test("a launch with its own network sets it up first, and others do not change networks", () => {
	const own = launchScript(spec(cage, { network: "own" }));
	expect(own.indexOf("\n/sys/network\n")).toBeGreaterThan(0);
	expect(own.indexOf("\n/sys/network\n")).toBeLessThan(own.indexOf(cage.directory));
	for (const network of ["host", "none"] as const) expect(launchScript(spec(cage, { network }))).not.toContain("/sys/network");
});

test("no launch passes variables as arguments, which every account can read", () => {
	for (const root of [cage, sandbox, host])
		for (const more of [{}, { inheritsSockets: true }, { without: ["environment"] as const }])
			expect(launchScript(spec(root, { env: { PASSWORD: "hunter2" }, ...more }))).not.toMatch(/hunter2|PASSWORD/);
});

test("a printed script writes the program with the variables for root alone", () => {
	const program = Buffer.from("x");
	const all = lines(spec({ ...cage, inScript: { init: program, environment: program, confiner: program } }));
	expect(all).toContain(`chmod 700 ${inCage("/.launch")}/cagewright-env`);
	expect(all.filter((line) => line.startsWith("chmod 755"))).toEqual([]);
});

describe("names with a meaning for a shell", () => {
	const hostile = [
		"a b",
		"it's",
		'say "x"',
		"$HOME",
		"$(exit 9)",
		"`exit 9`",
		"line\nexit 9\n",
		"back\\slash",
		"; exit 9",
		"*",
		"é",
		"\x1b[2J",
	];
	const roots = (name: Path): LaunchSpec["root"][] => [
		{
			...cage,
			directory: `/state${name}` as Path,
			mounts: [{ path: name, source: name, access: "rw", scratch: name }],
			temporaryEntries: [{ path: `/tmp${name}` as Path, kind: "directory" }],
			devices: [{ path: `/dev${name}` as Path, type: "c", major: 1, minor: 3, mode: 0o666 }],
			confiner: `/state${name}/cagewright-conf` as Path,
		},
		{ ...sandbox, directory: name, given: [name], mounts: [{ kind: "bind", path: name }] },
		host,
	];
	test("reach every command and the application unchanged", () => {
		const names = [...hostile.map((text) => path(`/${text}`)), pathFromBytes(Buffer.from("/\xff\xfe", "latin1"))];
		for (const name of names) {
			for (const root of roots(name)) {
				const text = Buffer.from(name, "latin1").toString("utf8");
				const made = spec(root, { command: ["/bin/app", text, "", "-n"], cwd: text });
				const all = commands(made);
				const last = all.at(-1) ?? [];
				const bytes = path(text);
				expect(last.slice(-4)).toEqual(["/bin/app", bytes, "", "-n"]);
				expect(last[last.findIndex((word) => word.endsWith("/cagewright-env")) + 1]).toBe(bytes);
				if (root.kind === "cage") {
					expect(all).toContainEqual(["cd", `/state${name}`]);
					expect(all).toContainEqual(["mount", "-n", "--bind", name, "lower"]);
					expect(all).toContainEqual(["mknod", "-m", "666", `/state${name}/dev${name}`, "c", "1", "3"]);
				}
				if (root.kind === "sandbox") {
					const entered = all.findIndex((words) => words[0] === "cd" && words[1] === "--" && words[2] === `.${name}`);
					expect(all[entered + 1]).toEqual(["chown", "0:0", "."]);
				}
			}
		}
	});
	test("cannot become another option or program", () => {
		const words = lastOf(spec(cage, { command: ["/bin/app", "A=b", "", "0"] }));
		expect(words.slice(4, 6)).toEqual(["/usr/sbin/chroot", "."]);
		expect(words.slice(words.lastIndexOf(".") + 1)).toEqual(["./cagewright-env", "/", "", "/bin/app", "A=b", "", "0"]);
	});
});
