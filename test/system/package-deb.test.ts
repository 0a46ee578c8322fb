import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { parseElf } from "../../src/plan/elf/elf.ts";
import { isLong, some } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { home, temporaryFolder } from "./cagewright.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";
import { buildPackages, type Processor, processors } from "./packages-built.ts";

/** The Debian package, from its build to its purge in a booted system. */

let packages: Readonly<Record<Processor, string>>;
let deb: string;

// Compression, lintian and apt take long on a busy machine.
vi.setConfig({ testTimeout: bootTime, hookTimeout: bootTime });

beforeAll(() => {
	packages = buildPackages("deb");
	deb = packages[process.arch as Processor];
});

test.runIf(isLong)("lintian finds nothing in the packages", () => {
	const { status, stderr, stdout } = spawnSync(
		"lintian",
		["--allow-root", "--pedantic", "--display-info", ...Object.values(packages)],
		{ encoding: "utf8" },
	);
	expect({ status, stderr, stdout }).toEqual({ status: 0, stderr: "", stdout: "" });
});

const rows = [
	["x64", "amd64", 62],
	["arm64", "arm64", 183],
] as const;
const built = rows.filter(([processor]) => processors.includes(processor));

test.each(built)("the package for %s has its compiled programs, which need nothing", (processor, architecture, machine) => {
	expect(execFileSync("dpkg-deb", ["--field", packages[processor], "Architecture"], { encoding: "utf8" }).trim()).toBe(
		architecture,
	);
	const tree = temporaryFolder("tree");
	execFileSync("dpkg-deb", ["--extract", packages[processor], tree]);
	const folder = join(tree, "usr/lib/cagewright/dist/native");
	expect(readdirSync(folder)).toEqual([processor]);
	const names = readdirSync(join(folder, processor));
	const sources = readdirSync(join(home, "native")).filter((name) => name.endsWith(".c"));
	expect(names.sort()).toEqual(sources.map((name) => basename(name, ".c")).sort());
	for (const name of names.filter((name) => !name.endsWith(".bpf"))) {
		const file = join(folder, processor, name);
		expect({ name, ...parseElf(readFileSync(file)) }).toMatchObject({ name, machine, isStatic: true });
		expect(statSync(file).mode & 0o777, name).toBe(0o755);
	}
});

test("the package contains the program, man pages, completions, units and the hook of apt", () => {
	const lines = execFileSync("dpkg-deb", ["--contents", deb], { encoding: "utf8" }).trim().split("\n");
	const entries = lines.map((line) => /^(\S+) (\S+) .* \.(\/[^ ]*)(?: -> (.*))?$/.exec(line)?.slice(1) ?? [line]);
	expect(
		entries.filter(([mode, owner]) => owner !== "root/root" || !/^([d-]rw[x-]r-[x-]r-[x-]|lrwxrwxrwx)$/.test(mode ?? "")),
	).toEqual([]);
	const paths = entries.map(([, , path]) => path ?? "").filter((path) => !path.endsWith("/"));
	const manuals = paths.filter((path) => path.startsWith("/usr/share/man/")).map((path) => basename(path, ".gz"));
	expect(manuals.sort()).toEqual(readdirSync(join(home, "dist/man")).sort());
	expect(paths.filter((path) => !/^\/usr\/(share\/man|lib\/cagewright)\//.test(path))).toEqual([
		"/etc/apt/apt.conf.d/80cagewright",
		"/usr/lib/systemd/system/cagewright-check.service",
		"/usr/lib/systemd/system/cagewright-check.timer",
		"/usr/lib/systemd/system/cagewright-metrics.service",
		"/usr/lib/systemd/system/cagewright-update.service",
		"/usr/lib/systemd/system/cagewright-update.timer",
		"/usr/lib/systemd/system/cagewright-watch.service",
		"/usr/share/doc/cagewright/changelog.gz",
		"/usr/share/doc/cagewright/copyright",
		"/usr/share/lintian/overrides/cagewright",
		"/usr/bin/cagewright",
		"/usr/share/bash-completion/completions/cagewright",
		"/usr/share/fish/vendor_completions.d/cagewright.fish",
		"/usr/share/zsh/vendor-completions/_cagewright",
	]);
});

describe("in a booted system", () => {
	let system: Booted;
	const watchUnit = "cagewright-watch.service";
	const timer = "cagewright-check.timer";
	const state = async (question: string, unit: string) => (await system.run(`systemctl ${question} ${unit}`)).stdout.trim();
	const watcher = () => system.must(`systemctl show -p MainPID ${watchUnit}`);
	/** Without the network, apt can install files only. */
	const apt = (words: string) =>
		system.must(`DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends -o Dpkg::Use-Pty=0 ${words} 2>&1`);

	beforeAll(async () => {
		system = await boot();
		const older = join(temporaryFolder("older"), "package");
		execFileSync("dpkg-deb", ["--raw-extract", deb, older]);
		execFileSync("sed", ["-i", "s/^Version: .*/Version: 0.0.9/", join(older, "DEBIAN/control")]);
		const file = join(system.tree, "root/older.deb");
		execFileSync("dpkg-deb", ["--build", "--root-owner-group", "-Znone", older, file], { stdio: "pipe" });
		copyFileSync(deb, join(system.tree, "root/present.deb"));
		// The program under test, which other tests start, and the tree's rule against man pages.
		rmSync(join(system.tree, "usr/local/bin/cagewright"));
		rmSync(join(system.tree, "etc/dpkg/dpkg.cfg.d"), { recursive: true });
		// What the watch reads. A container has none.
		await system.must("mknod /dev/kmsg c 1 11");
	});

	test("the installed program makes a cage, and its daily check is on", async () => {
		expect(await apt("install /root/older.deb")).not.toMatch(/warning|error/i);
		expect(await state("is-enabled", timer)).toBe("enabled");
		expect(await state("is-active", timer)).toBe("active");
		expect(await state("is-enabled", "cagewright-update.timer")).toBe("disabled");
		expect(await system.must("cagewright doctor")).toContain("/usr/bin/strace");
		await system.must("cagewright make demo --yes --no-selftest --quiet");
		expect(await system.must("cagewright check --all")).toContain("demo");
	});

	test("the daily check replaces the metrics of node_exporter's folder in one step", async () => {
		const metrics = "/var/lib/prometheus/node-exporter";
		await system.must(`mkdir -p ${metrics}`);
		const inodes = new Set<string>();
		for (let day = 0; day < 2; day++) {
			await system.must("systemctl start cagewright-check");
			await eventually(async () => {
				const [file, mode = "", inode = ""] = (await system.must(`stat -c '%n %a %i' ${metrics}/*`)).split(" ");
				expect([file, mode, inodes.has(inode)]).toEqual([`${metrics}/cagewright.prom`, "644", false]);
				inodes.add(inode);
			});
		}
		const text = await system.must(`cat ${metrics}/cagewright.prom`);
		expect(text).toContain('cagewright_cage_info{cage="demo"');
		expect(spawnSync("promtool", ["check", "metrics"], { encoding: "utf8", input: `${text}\n` })).toMatchObject({ status: 0 });
	});

	test.runIf(isLong)("the record shows whether a watch runs for the cage", async () => {
		const service = async () => JSON.parse(await system.must("cagewright record demo --format json")).alarmService;
		expect(await service()).toEqual({ installed: false, active: false, covers: false });
		await system.must("cagewright watch --install");
		expect(await service()).toEqual({ installed: true, active: true, covers: true });
		await system.must("cagewright make demo --name other --yes --no-selftest --quiet && cagewright watch --install other");
		expect(await service()).toEqual({ installed: true, active: true, covers: false });
		await system.must(`systemctl stop ${watchUnit}`);
		expect(await service()).toEqual({ installed: true, active: false, covers: false });
		await system.must("cagewright watch --uninstall && cagewright remove other --yes --quiet");
		expect(await service()).toEqual({ installed: false, active: false, covers: false });
	});

	test("`install`, `uninstall` and `watch` leave the package's files alone", async () => {
		expect(describedJson(await system.must("cagewright install --json"))).toMatchObject({ places: [], packaged: true });
		expect((await system.run("cagewright uninstall")).stderr).toContain("package manager");
		expect(await system.must("cagewright watch --install")).toContain(`/usr/lib/systemd/system/${watchUnit}`);
		expect(await state("is-active", watchUnit)).toBe("active");
		await system.must(`test ! -e /etc/systemd/system/${watchUnit}`);
		await system.must("cagewright watch --install --on-alarm stop");
		expect(await state("show -p ExecStart", watchUnit)).toMatch(/path=\/usr\/bin\/cagewright .*--on-alarm stop/);
		expect(await system.must("dpkg --verify cagewright")).toBe("");
	});

	test.runIf(isLong)(
		"an upgrade by apt updates outdated cages within a minute if the timer updates, and again if another one interrupts it",
		async () => {
			await system.must("systemctl enable --quiet --now cagewright-update.timer redis-server");
			await system.must("cagewright adopt redis-server --yes --no-selftest --quiet");
			const configuration = "/etc/redis/redis.conf";
			const isNew = `cmp -s ${configuration} /proc/$(systemctl show --value -p MainPID redis-server)/root${configuration}`;
			for (const times of some(1, [1, 2])) {
				await system.must(`echo '# changed ${times}' >>${configuration}`);
				for (let time = 0; time < times; time++) await apt("install --reinstall /var/lib/archives/nginx_*.deb");
				await system.must(`for n in $(seq 60); do ${isNew} && exit; sleep 1; done; exit 1`);
			}
			await eventually(async () => expect(await state("is-active", "cagewright-update")).toBe("inactive"));
			await system.must("systemctl disable --quiet --now cagewright-update.timer");
			await system.must("cagewright release redis-server --yes --quiet && cagewright remove redis-server --yes --quiet");
		},
	);

	test("an upgrade restarts the watch and keeps what the administrator chose", async () => {
		const before = await watcher();
		await system.must(`systemctl disable --now ${timer}`);
		expect(await apt("install /root/present.deb")).not.toMatch(/warning|error/i);
		expect(await system.must("dpkg -s cagewright")).not.toContain("Version: 0.0.9");
		expect(await state("is-enabled", timer)).toBe("disabled");
		expect(await state("is-active", watchUnit)).toBe("active");
		expect(await watcher()).not.toBe(before);
		expect(await system.must("dpkg --verify cagewright")).toBe("");
	});

	test("the hook of a removed package is silent", async () => {
		await apt("remove cagewright");
		expect(await state("is-active", watchUnit)).not.toBe("active");
		await system.must("test -e /etc/apt/apt.conf.d/80cagewright -a ! -e /usr/lib/cagewright");
		expect(await apt("install --reinstall /var/lib/archives/redis-server_*.deb")).not.toContain("cagewright");
	});

	test("a purge leaves only cages and names them", async () => {
		expect(await apt("purge cagewright")).toMatch(/The cages in \/var\/lib\/cagewright\/cages were kept.*\n {2}demo\n/);
		const left = await system.must(
			"find / -xdev -path /var/lib/cagewright/cages -prune -o -name '*cagewright*' ! -path '/opt/*' -print; ls -A /var/lib/cagewright",
		);
		expect(left.split("\n")).toEqual(["/var/lib/cagewright", "cages"]);
		expect((await system.run("systemctl --failed --no-legend --plain")).stdout).toBe("");
	});
});
