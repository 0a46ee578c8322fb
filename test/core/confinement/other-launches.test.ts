import { describe, expect, test } from "vitest";
import type { CageRoot, LaunchSpec, RehearsalRoot } from "../../../src/core/confinement/launch.ts";
import { launchScript, namespaceCommand } from "../../../src/core/confinement/launch-script.ts";
import { type Path, pathFromBytes } from "../../../src/core/path/path.ts";
import { asApp } from "../plan/traces.ts";
import { cage, commands, host, inCage, lastOf, lines, path, rehearsal, spec, started } from "./launches.ts";

describe("a rehearsal", () => {
	test("leaves out what was unmounted since somebody looked", () => {
		const gone = [
			{ kind: "overlay", path: path("/nowhere/at/all"), scratch: path("/state/scratch/1/layers/9") },
			{ kind: "bind", path: path("/nowhere/else") },
		] as const;
		const all = commands(spec({ ...rehearsal, mounts: [...rehearsal.mounts, ...gone] })).flat();
		expect(all.filter((word) => word.includes("nowhere") || word.includes("layers/9"))).toEqual([]);
		expect(all).toContain("/dev/pts");
	});

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
