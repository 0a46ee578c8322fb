import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { landlockRuleset, readsMayPass } from "../../../src/core/confinement/landlock.ts";
import type { CageRoot, HostRoot, LaunchSpec, RehearsalRoot } from "../../../src/core/confinement/launch.ts";
import { launchScript, namespaceCommand } from "../../../src/core/confinement/launch-script.ts";
import { type Path, pathFromBytes, pathFromText } from "../../../src/core/path/path.ts";
import { asApp, asRoot } from "../plan/traces.ts";

const path = pathFromText;

const cage: CageRoot = {
	kind: "cage",
	directory: path("/state/cages/app/generations/1"),
	mounts: [],
	kept: [],
	devices: [{ path: path("/dev/null"), type: "c", major: 1, minor: 3, mode: 0o666 }],
	proc: false,
	capabilities: [],
	confiner: { kind: "setpriv", file: path("/state/scratch/1/filter") },
	landlock: landlockRuleset([path("/var/lib/a:b"), path("/tmp")], false),
	tools: [path("/lib64/ld-linux-x86-64.so.2"), path("/usr/lib/libc.so.6")],
	brought: [],
	names: [],
};
const rehearsal: RehearsalRoot = {
	kind: "rehearsal",
	directory: path("/state/scratch/1/layers/root"),
	mounts: [
		{ kind: "overlay", path: path("/"), scratch: path("/state/scratch/1/layers/0") },
		{ kind: "proc", path: path("/proc") },
		{ kind: "sysfs", path: path("/sys") },
		{ kind: "bind", path: path("/dev/pts") },
		{ kind: "tmpfs", path: path("/dev/shm") },
	],
	directories: [],
	given: [],
	sockets: [],
	capabilities: [],
};
const host: HostRoot = { kind: "host", capabilities: [] };

const spec = (root: LaunchSpec["root"], values: Partial<LaunchSpec> = {}): LaunchSpec => ({
	launcher: "util-linux",
	root,
	identity: asRoot,
	command: ["/usr/bin/app", "-x"],
	cwd: "/",
	env: { LANG: "C" },
	network: "host",
	init: path("/state/scratch/1/cagewright-init"),
	environment: path("/state/scratch/1/cagewright-env"),
	setpriv: path("/usr/bin/setpriv"),
	chroot: path("/usr/sbin/chroot"),
	...values,
});

/**
 * The commands of a script with their words, as a real shell reads them. None is carried out: each is a function that tells its
 * words, files are written by none, and nothing else can be found.
 */
function commands(made: LaunchSpec): string[][] {
	const names = "mount umount mkdir mknod ln cp chown chmod cd made exec_".split(" ");
	const functions = names.map((name) => `${name}() { printf '%s\\0' ${name} "$@"; printf '\\n\\0'; }`);
	const script = launchScript(made)
		.replace(/^exec /m, "exec_ ")
		.replace(/^: >/gm, "made ")
		.replace(/^echo .*>/gm, "made ");
	const output = execFileSync("/bin/sh", ["-eu"], {
		input: Buffer.from([...functions, script].join("\n"), "latin1"),
		encoding: "latin1",
		env: { PATH: "/nonexistent" },
	});
	const all: string[][] = [[]];
	for (const word of output.split("\0").slice(0, -1)) {
		if (word === "\n") all.push([]);
		else all.at(-1)?.push(word);
	}
	return all.slice(0, -1);
}
const lines = (made: LaunchSpec) => commands(made).map((words) => words.join(" "));
const lastOf = (made: LaunchSpec) => commands(made).at(-1) ?? [];
/** What stands behind the init: its directory, and what it starts. */
const started = (made: LaunchSpec) => {
	const words = lastOf(made);
	return words.slice(words.findIndex((word) => word.endsWith("/cagewright-init")) + 1);
};
const inCage = (name: string) => `${cage.directory}${name}`;

describe("a cage", () => {
	test("is made step by step, and the application is the last of them", () => {
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
			`mount -n -o bind,ro,nosuid,nodev ${dir} ${dir}`,
			`mount -n -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs ${dir}/tmp`,
			`mount -n -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs ${dir}/var/tmp`,
			`mount -n -o bind,rw,nosuid,nodev,noexec /state/data/var/lib/app ${dir}/var/lib/app`,
			`mount -n -o bind,ro,nosuid,nodev /srv ${dir}/srv`,
			`mount -n -t tmpfs -o nosuid,noexec,size=64k,mode=755 tmpfs ${dir}/dev`,
			`mknod -m 666 ${dir}/dev/null c 1 3`,
			`ln -s /proc/self/fd ${dir}/dev/fd`,
			`ln -s /proc/self/fd/0 ${dir}/dev/stdin`,
			`ln -s /proc/self/fd/1 ${dir}/dev/stdout`,
			`ln -s /proc/self/fd/2 ${dir}/dev/stderr`,
			`mkdir -m 1777 ${dir}/dev/shm`,
			`mount -n -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs ${dir}/dev/shm`,
			`mount -n -o remount,ro,nosuid,noexec ${dir}/dev`,
			`mount -n -t proc -o ro,nosuid,nodev,noexec,hidepid=invisible,subset=pid proc ${dir}/proc`,
			`mount -n -t tmpfs -o nosuid,nodev,size=64m,mode=755 tmpfs ${dir}/.launch`,
			`cp -L /usr/bin/setpriv /lib64/ld-linux-x86-64.so.2 /usr/lib/libc.so.6 ${cage.confiner.file} /state/scratch/1/cagewright-init /state/scratch/1/cagewright-env ${dir}/.launch`,
			`mount -n -o remount,ro,nosuid,nodev ${dir}/.launch`,
			`cd ${dir}`,
			"mount -n --move . /",
		]);
	});
	test("has no mount that a setuid file works on, or that can be written and executed", () => {
		const scratch = path("/state/scratch/1/data0");
		const mounts: CageRoot["mounts"] = [
			{ path: path("/a"), source: path("/state/a"), access: "rw", scratch },
			{ path: path("/b"), source: path("/b"), access: "ro", scratch },
			{ path: path("/c"), source: path("/c"), access: "rw" },
		];
		const kept: CageRoot["kept"] = [{ path: path("/tmp/f"), kind: "file" }];
		for (const [command, ...words] of commands(spec({ ...cage, mounts, kept, proc: true }))) {
			const options = words[words.indexOf("-o") + 1]?.split(",") ?? [];
			// What is only put aside, or moved, is not seen in the cage.
			if (command !== "mount" || words.includes("--move") || words.includes("lower") || words.includes("--bind")) continue;
			expect([words, options]).toEqual([words, expect.arrayContaining(["nosuid"])]);
			const target = words.at(-1);
			if (target !== inCage("/dev")) expect([words, options]).toEqual([words, expect.arrayContaining(["nodev"])]);
			if (!options.includes("ro") && target !== inCage("/.launch"))
				expect([words, options]).toEqual([words, expect.arrayContaining(["noexec"])]);
		}
	});
	test("syslog is the directory of its socket, in the launcher's own /dev before that becomes read-only", () => {
		const all = lines(spec({ ...cage, syslog: path("/usr/log's/dev-log") }));
		expect(all.some((line) => line.includes("syslog"))).toBe(false);
		const made = lines(spec({ ...cage, syslog: path("/usr/dev-log") }));
		const at = made.indexOf(`mkdir ${inCage("/dev/syslog")}`);
		expect(made.slice(at, at + 3)).toEqual([
			`mkdir ${inCage("/dev/syslog")}`,
			`mount -n -o bind,ro,nosuid,nodev,noexec /usr ${inCage("/dev/syslog")}`,
			`ln -s -- syslog/dev-log ${inCage("/dev/log")}`,
		]);
		expect(made.slice(at)).toContain(`mount -n -o remount,ro,nosuid,noexec ${inCage("/dev")}`);
	});
	test("what is brought for one launch lies in .launch, and what setpriv has brought already is not brought twice", () => {
		const found = lines(spec({ ...cage, brought: [path("/usr/bin/perl"), path("/usr/lib/libc.so.6")] }));
		const copied = found.filter((line) => line.startsWith("cp -L"));
		expect(copied).toHaveLength(1);
		expect(copied[0]).toContain(" /usr/bin/perl ");
		expect(copied[0]?.split("/usr/lib/libc.so.6")).toHaveLength(2);
	});

	test("what it keeps below a temporary directory is bound back by way of the empty .launch, and read-only", () => {
		const kept: CageRoot["kept"] = [
			{ path: path("/tmp/app"), kind: "directory" },
			{ path: path("/tmp/f"), kind: "file" },
			{ path: path("/tmp/-l"), kind: "symlink", target: path("-x") },
		];
		const all = lines(spec({ ...cage, kept }));
		expect(all.slice(1, 9)).toEqual([
			`mount -n --bind ${inCage("/tmp")} ${inCage("/.launch")}`,
			`mount -n -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs ${inCage("/tmp")}`,
			`mkdir ${inCage("/tmp/app")}`,
			`mount -n -o bind,ro,nosuid,nodev ${inCage("/.launch/app")} ${inCage("/tmp/app")}`,
			`made ${inCage("/tmp/f")}`,
			`mount -n -o bind,ro,nosuid,nodev ${inCage("/.launch/f")} ${inCage("/tmp/f")}`,
			`ln -s -- -x ${inCage("/tmp/-l")}`,
			`umount -n ${inCage("/.launch")}`,
		]);
	});
	test.each([
		["itself", {}, inCage("/site")],
		["below a trial's overlay", { scratch: path("/state/s") }, "/state/s/lower"],
	])("a directory of the host is looked at once it is mounted: %s", (_, more, mounted) => {
		const mounts: CageRoot["mounts"] = [
			{ path: path("/site"), source: path("/site"), access: "rw", identity: "8:15", ...more },
			{ path: path("/data"), source: path("/state/data"), access: "rw" },
		];
		const looks = launchScript(spec({ ...cage, mounts }))
			.split("\n")
			.filter((line) => line.includes("stat -c"));
		expect(looks).toEqual([expect.stringContaining(`[ "$(stat -c %d:%i ${mounted})" = 8:15 ] || { echo `)]);
	});
	test("a trial writes into an overlay whose layers no path can talk into options", () => {
		const mounts: CageRoot["mounts"] = [
			{ path: path("/a,b:c"), source: path("/data/a,b:c"), access: "rw", scratch: path("/state/s,upperdir=x") },
		];
		const all = commands(spec({ ...cage, mounts }));
		const at = all.findIndex((words) => words.includes("overlay"));
		expect(all.slice(at - 5, at + 2).map((words) => words.join(" "))).toEqual([
			"cd /state/s,upperdir=x",
			"mkdir -p lower upper work",
			"mount -n --bind /data/a,b:c lower",
			"chown --reference=lower upper",
			"chmod --reference=lower upper",
			`mount -n -t overlay -o lowerdir=lower,upperdir=upper,workdir=work,rw,nosuid,nodev,noexec overlay ${inCage("/a,b:c")}`,
			"cd /",
		]);
	});
	test("Landlock: everything can be read and run, devices and state be written, and nothing else", () => {
		const words = lastOf(spec(cage));
		const rules = words
			.filter((_, index) => words[index - 1] === "--landlock-rule")
			.map((rule) => rule.split(/(?<=^[^:]+:[^:]+):/));
		expect(rules.map(([, place]) => place)).toEqual(["/", "/dev", "/var/lib/a:b", "/tmp"]);
		expect(rules[0]?.[0]).toBe("path-beneath:execute,read-file,read-dir");
		expect(rules[1]?.[0]).toBe("path-beneath:write-file");
		for (const [rights] of rules.slice(2)) expect(rights).not.toMatch(/execute|make-char|make-block|ioctl/);
		const access = words[words.indexOf("--landlock-access") + 1];
		expect(access?.replace("fs:", "").split(",")).toEqual(landlockRuleset([], false).handled);
	});
	test("Landlock leaves reading to the other layers only where a second one stands behind each", () => {
		const beside = { openings: { capabilities: [] }, ownsCage: false, binds: [{ access: "rw" }] } as const;
		const capability = (name: string) => ({ openings: { capabilities: [{ name, why: "" }] } });
		expect(readsMayPass(beside)).toBe(true);
		expect(readsMayPass({ ...beside, ...capability("net_bind_service") })).toBe(true);
		for (const less of [
			{ ownsCage: true },
			{ sockets: true },
			{ binds: [{ access: "ro" }] as const },
			{ openings: { capabilities: [], unixSockets: "AF_UNIX" } },
			capability("dac_override"),
			capability("setuid"),
		])
			expect(readsMayPass({ ...beside, ...less })).toBe(false);
		const { handled, rules } = landlockRuleset([path("/data")], true);
		expect(landlockRuleset([], false).handled.filter((right) => !handled.includes(right))).toEqual([
			"read-file",
			"read-dir",
			"truncate",
		]);
		expect(rules.map(({ rights }) => rights)).toEqual([
			["execute"],
			["write-file"],
			expect.not.arrayContaining(["read-file", "truncate"]),
		]);
	});
	test("no new privileges, Landlock and the filter hold the init as well; the account and its capabilities the application alone", () => {
		const words = lastOf(spec(cage));
		const init = words.indexOf("/.launch/cagewright-init");
		const before = words.slice(0, init);
		expect(before.slice(0, 7)).toEqual([
			"exec_",
			"setsid",
			"env",
			"-i",
			"/usr/sbin/chroot",
			".",
			"/.launch/ld-linux-x86-64.so.2",
		]);
		expect(before).toEqual(expect.arrayContaining(["--pdeathsig", "--no-new-privs", "--seccomp-filter"]));
		expect(before.slice(-2)).toEqual(["--seccomp-filter", "/.launch/filter"]);
		expect(before.join(" ")).not.toMatch(/--reuid|--bounding-set/);
		expect(words.slice(init + 1)).toEqual([
			"/",
			...["/.launch/ld-linux-x86-64.so.2", "--library-path", "/.launch", "/.launch/setpriv"],
			...["--reuid", "0", "--regid", "0", "--clear-groups"],
			...["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all", "--"],
			...["/.launch/cagewright-env", "LANG=C", ""],
			...["/usr/bin/app", "-x"],
		]);
	});
	test("as root it keeps what it needs in the bounding set; as an account in the ambient one", () => {
		const capabilities = ["chown", "net_bind_service"];
		expect(started(spec({ ...cage, capabilities }))).toEqual(
			expect.arrayContaining(["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all,+chown,+net_bind_service"]),
		);
		const kept = "-all,+chown,+net_bind_service";
		const account = started(spec({ ...cage, capabilities }, { identity: { ...asApp, groups: [902, 5] } }));
		expect(account).toEqual(
			expect.arrayContaining([`--inh-caps=${kept}`, `--ambient-caps=${kept}`, `--bounding-set=${kept}`, "--groups", "902,5"]),
		);
		expect(account.join(" ")).toContain("--reuid 900 --regid 901 --groups 902,5");
	});
	test("is made in namespaces of its own, and whoever dies, all end", () => {
		const joined = namespaceCommand({ ...spec(cage, { network: "own" }), joins: 77 }, "script").join(" ");
		expect(joined).toContain("nsenter --net=/proc/77/ns/net -- unshare");
		expect(joined).not.toContain(" --net ");
		const words = (network: LaunchSpec["network"]) => namespaceCommand(spec(cage, { network }), "script").join(" ");
		expect(words("host")).toBe(
			"setpriv --pdeathsig KILL unshare --mount --propagation private --fork --kill-child --pid --ipc --uts --cgroup sh -eu script",
		);
		expect(words("none")).toContain("--cgroup --net sh");
		expect(words("own")).toContain("--cgroup --net sh");
	});
});

describe("a rehearsal", () => {
	test("lays an overlay over what can be written, hands over what was asked for, and goes in", () => {
		const root = { ...rehearsal, given: [path("/srv/state")] };
		const dir = rehearsal.directory;
		expect(lines(spec(root, { identity: asApp })).slice(0, -1)).toEqual([
			"cd /state/scratch/1/layers/0",
			"mkdir -p lower upper work",
			"mount -n --bind / lower",
			"chown --reference=lower upper",
			"chmod --reference=lower upper",
			`mount -n -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay ${dir}`,
			"cd /",
			`mount -n -t proc -o nosuid proc ${dir}/proc`,
			`mount -n -t sysfs -o nosuid sysfs ${dir}/sys`,
			`mount -n --bind /dev/pts ${dir}/dev/pts`,
			`mount -n -t tmpfs -o nosuid,nodev,mode=1777 tmpfs ${dir}/dev/shm`,
			`mkdir -p ${dir}/srv/state`,
			`chown 900:901 ${dir}/srv/state`,
			`mkdir -p ${dir}/.launch`,
			`cp /state/scratch/1/cagewright-init /state/scratch/1/cagewright-env ${dir}/.launch`,
			`cd ${dir}`,
			"mount -n --move . /",
		]);
	});
	test("a directory of the service is made with its owner and mode only where there is none", () => {
		const directories = [{ path: path("/run/app"), mode: 0o750, uid: 7, gid: 8 }];
		const script = launchScript(spec({ ...rehearsal, directories }, { identity: asApp }));
		const target = `${rehearsal.directory}/run/app`;
		expect(script).toContain(`\n[ -d ${target} ] || { mkdir -p ${target} && chown 7:8 ${target} && chmod 0750 ${target}; }\n`);
	});
	test("keeps its layers in memory where an overlay cannot write to the disk below", () => {
		expect(lines(spec({ ...rehearsal, memory: path("/state/m") })).slice(0, 3)).toEqual([
			"mount -n -t tmpfs -o mode=700 tmpfs /state/m",
			`mkdir -p ${rehearsal.directory}`,
			"mkdir -p /state/scratch/1/layers/0",
		]);
	});
	test("watches root with all that root has, and an account with what it is given for watching", () => {
		expect(started(spec(rehearsal)).join(" ")).toBe(
			"/ /usr/bin/setpriv --reuid 0 --regid 0 --clear-groups -- /.launch/cagewright-env LANG=C  /usr/bin/app -x",
		);
		const account = started(spec({ ...rehearsal, capabilities: ["net_bind_service"] }, { identity: asApp })).join(" ");
		expect(account).toContain("--bounding-set=-all,+net_bind_service");
	});
	test("has no host name and no control groups of its own: the application sees the host's", () => {
		expect(namespaceCommand(spec(rehearsal), "s")).not.toEqual(expect.arrayContaining(["--uts"]));
	});
});

describe("without root", () => {
	const rootless = { loopback: path("/state/scratch/1/loopback"), lowestPort: 1024 };
	const ordinary = (root: LaunchSpec["root"], values: Partial<LaunchSpec> = {}) =>
		spec(root, { identity: asApp, rootless, ...values });

	test("the namespaces belong to a user namespace in which the account keeps its number", () => {
		expect(namespaceCommand(ordinary(cage), "s").join(" ")).toMatch(
			/^setpriv --pdeathsig KILL unshare --user --map-current-user --keep-caps --mount --propagation private --fork --kill-child --pid /,
		);
	});
	test("a network that is there already is entered by the user namespace that it belongs to", () => {
		const words = namespaceCommand(ordinary(cage, { network: "own", joins: 77 }), "s").join(" ");
		expect(words).toContain(
			"nsenter --user=/proc/77/ns/user --net=/proc/77/ns/net --preserve-credentials --keep-caps -- unshare --mount ",
		);
		expect(words).not.toContain("--map-current-user");
	});
	test("a device is shown, not made, and nothing is handed to anybody", () => {
		const mounts: CageRoot["mounts"] = [
			{ path: path("/data"), source: path("/state/data"), access: "rw", scratch: path("/state/s") },
		];
		const script = lines(ordinary({ ...cage, mounts }));
		expect(script).toContain(`mount -n -o bind,ro,nosuid,noexec /dev/null ${inCage("/dev/null")}`);
		expect(script.filter((line) => /^(mknod|chown)/.test(line))).toEqual([]);
		expect(script.find((line) => line.includes("-t overlay"))).toContain("workdir=work,userxattr,rw,nosuid,nodev,noexec");
	});
	test("neither the init nor the application keeps a capability, whatever the plan opens", () => {
		const words = lastOf(ordinary({ ...cage, capabilities: ["net_bind_service"] })).join(" ");
		expect(words).toMatch(
			/setpriv --inh-caps=-all --ambient-caps=-all --bounding-set=-all -- \S+ \S+ \S+ \S+setpriv --pdeathsig /,
		);
		expect(words).not.toMatch(/net_bind_service|--reuid|--clear-groups/);
	});
	test("a rehearsal makes its skeleton and its layers before it mounts anything on them", () => {
		const dir = rehearsal.directory;
		const mounts: RehearsalRoot["mounts"] = [
			{ kind: "skeleton", path: path("/") },
			{ kind: "link", path: path("/bin"), target: path("usr/bin") },
			{ kind: "folder", path: path("/dev"), mode: 0o555 },
			{ kind: "tree", path: path("/dev") },
			{ kind: "folder", path: path("/usr"), mode: 0o555 },
			{ kind: "overlay", path: path("/usr"), scratch: path("/state/l/1"), mode: 0o555 },
			{ kind: "folder", path: path("/tmp"), mode: 0o777 },
			{ kind: "overlay", path: path("/tmp"), scratch: path("/state/l/2"), mode: 0o777 },
		];
		const script = launchScript(ordinary({ ...rehearsal, mounts }));
		expect(script.split("\n").slice(1, 16)).toEqual([
			`mount -n -t tmpfs -o nosuid,nodev,mode=555 tmpfs ${dir}`,
			`mkdir -m 555 ${dir}/dev ${dir}/usr`,
			`mkdir -m 777 ${dir}/tmp`,
			"mkdir -p /state/l/1/lower /state/l/1/upper /state/l/1/work /state/l/2/lower /state/l/2/upper /state/l/2/work",
			"chmod 555 /state/l/1/upper",
			"chmod 777 /state/l/2/upper",
			`ln -s -- usr/bin ${dir}/bin`,
			`mount -n --rbind /dev ${dir}/dev`,
			"if [ -e /usr ]; then",
			"cd /state/l/1",
			"mount -n --bind /usr lower",
			`mount -n -t overlay -o lowerdir=lower,upperdir=upper,workdir=work,userxattr overlay ${dir}/usr`,
			"cd /",
			"fi",
			"if [ -e /tmp ]; then",
		]);
	});
	test("a network of its own has the lowest port that the host has", () => {
		const own = (lowestPort: number) => launchScript(ordinary(cage, { network: "own", rootless: { ...rootless, lowestPort } }));
		expect(own(1024)).toContain("\n/state/scratch/1/loopback\n");
		expect(own(1024)).not.toContain("ip_unprivileged_port_start");
		expect(own(80)).toContain("\necho 80 >/proc/sys/net/ipv4/ip_unprivileged_port_start\n");
	});
});

test("on the host nothing is mounted but /proc, and nothing is entered", () => {
	expect(commands(spec(host))).toEqual([
		"mount -n -t proc -o nosuid,nodev,noexec proc /proc".split(" "),
		[
			..."exec_ setsid env -i LANG=C /state/scratch/1/cagewright-init /".split(" "),
			..."/usr/bin/setpriv --reuid 0 --regid 0 --clear-groups -- /usr/bin/app -x".split(" "),
		],
	]);
});

test("a network of its own has lo up before anything else; the others leave networks alone", () => {
	const own = launchScript(spec(cage, { network: "own" }));
	expect(own.indexOf("/sys/class/net/lo/flags")).toBeLessThan(own.indexOf(cage.directory));
	for (const network of ["host", "none"] as const) expect(launchScript(spec(cage, { network }))).not.toContain("/net/lo/");
});

describe("names that mean something to a shell", () => {
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
			kept: [{ path: `/tmp${name}` as Path, kind: "directory" }],
			devices: [{ path: `/dev${name}` as Path, type: "c", major: 1, minor: 3, mode: 0o666 }],
			confiner: { kind: "setpriv", file: `/state${name}/filter` as Path },
		},
		{ ...rehearsal, directory: name, given: [name], mounts: [{ kind: "bind", path: name }] },
		host,
	];
	test("reach every command and the application as they are", () => {
		const names = [...hostile.map((text) => path(`/${text}`)), pathFromBytes(Buffer.from("/\xff\xfe", "latin1"))];
		for (const name of names) {
			for (const root of roots(name)) {
				const text = Buffer.from(name, "latin1").toString("utf8");
				const made = spec(root, { command: ["/bin/app", text, "", "-n"], cwd: text, env: { A: text, B: "" }, setpriv: name });
				const all = commands(made);
				const last = all.at(-1) ?? [];
				const bytes = path(text);
				expect(last.slice(-4)).toEqual(["/bin/app", bytes, "", "-n"]);
				const variables = root.kind === "host" ? last.slice(4, 6) : last.slice(-7, -5);
				expect(variables).toEqual([`A=${bytes}`, "B="]);
				expect(started(made)[0]).toBe(bytes);
				if (root.kind === "cage") {
					expect(all).toContainEqual(["cd", `/state${name}`]);
					expect(all).toContainEqual(["mount", "-n", "--bind", name, "lower"]);
					expect(all).toContainEqual(["mknod", "-m", "666", `/state${name}/dev${name}`, "c", "1", "3"]);
				}
				if (root.kind === "rehearsal") expect(all).toContainEqual(["chown", "0:0", `${name}${name}`]);
			}
		}
	});
	test("cannot become another variable, option or program", () => {
		const words = lastOf(spec(cage, { env: { A: "x\nB=y chroot /", PATH: "/bin" }, command: ["/bin/app", "--reuid", "0"] }));
		expect(words.slice(4, 6)).toEqual(["/usr/sbin/chroot", "."]);
		const variables = ["A=x\nB=y chroot /", "PATH=/bin", ""];
		expect(words.slice(words.lastIndexOf("--") + 1)).toEqual([
			"/.launch/cagewright-env",
			...variables,
			"/bin/app",
			"--reuid",
			"0",
		]);
	});
});
