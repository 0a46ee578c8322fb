import { execFileSync } from "node:child_process";
import { cpSync, existsSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Booted, boot, bootTime } from "./booted.ts";
import { program, temporaryFolder } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { buildDeb, buildOlder, olderCommit, presentCommit, publish } from "./older-release.ts";

/**
 * A machine of the release before, with cages in every state, gets this release while they run, and the release before again. Runs only
 * with `npm run test:long`.
 */

const debs = { before: "", present: "" };
let present = "";

beforeAll(() => {
	if (!olderCommit) return;
	present = presentCommit();
	debs.before = buildDeb(process.env.CAGEWRIGHT_OLDER ?? buildOlder());
	debs.present = buildDeb(dirname(dirname(program)), "--version", "0.2.0");
});

const ways = ["package", "clone", "clone that installed itself"] as const;

describe.runIf(olderCommit).each(ways)("a machine whose %s of the release before is replaced", (how) => {
	let system: Booted;
	const must = (line: string) => system.must(line);
	const query = (line: string) => system.query(line);
	const pid = (unit: string) => query(`systemctl show --value --property=MainPID ${unit}`);
	const answers = () =>
		eventually(() =>
			system.query(
				'curl -fsS http://127.0.0.1:8085/ && test "$(redis-cli get kept)" = 42 && curl -fsS http://127.0.0.1/ | grep -qi nginx',
			),
		);
	const units = ["run-demo", "redis-server", "nginx"];
	const pids = () => Promise.all(units.map(pid));
	/** The words of apt. */
	const install = async (version: keyof typeof debs): Promise<string> => {
		if (how === "package") {
			cpSync(debs[version], join(system.tree, "root", `${version}.deb`));
			return must(
				`DEBIAN_FRONTEND=noninteractive apt-get -qy --allow-downgrades --no-install-recommends install /root/${version}.deb 2>&1`,
			);
		}
		checkOut(version);
		// The new sources work with the old build until it is replaced.
		if (existsSync(join(clone(), "dist"))) expect((await system.run("cagewright list")).stdout).toContain("demo");
		execFileSync("npm", ["start", "--", "--version"], { cwd: clone(), stdio: "pipe" });
		if (how === "clone that installed itself") await must("node /srv/cagewright/bin/cagewright.js install");
		return "";
	};
	const clone = () => join(system.tree, "srv/cagewright");
	/** The first time by `git clone`, then by `git pull`. */
	const checkOut = (version: keyof typeof debs) => {
		const git = (...words: readonly string[]) => execFileSync("git", ["-C", clone(), ...words], { stdio: "pipe" });
		if (!existsSync(clone())) execFileSync("git", ["clone", "--quiet", publish(origin, olderCommit), clone()]);
		else if (version === "before") git("checkout", "--quiet", "--detach", olderCommit);
		else {
			publish(origin, present);
			git("checkout", "--quiet", "main");
			git("pull", "--quiet", "--ff-only");
		}
	};
	const origin = temporaryFolder("origin");

	beforeAll(async () => {
		system = await boot();
		rmSync(join(system.tree, "usr/local/bin/cagewright"));
		if (how === "clone") symlinkSync("/srv/cagewright/bin/cagewright.js", join(system.tree, "usr/local/bin/cagewright"));
		await install("before");
		await must("mknod /dev/kmsg c 1 11; systemctl enable --quiet --now redis-server && redis-cli set kept 42");
		await must(
			"cagewright make demo --yes --no-selftest --quiet && systemd-run --quiet --collect --unit=run-demo cagewright run demo",
		);
		await must("cagewright adopt redis-server --yes --no-selftest --quiet");
		await must("cagewright make nginx.service --name nginx --yes --no-selftest --quiet");
		await must("cagewright unit nginx --dropin nginx --install --quiet && systemctl start nginx");
		await must("cagewright watch --install");
		await must("cagewright record nginx --approved-by Ada -o /root/nginx.html --format html --checksum");
		await answers();
	}, bootTime);

	/** Starts a `make` that is in the middle of its trace when this resolves. */
	const beginMake = async (name: string, seconds: number) => {
		const words = `demo --name ${name} --yes --no-selftest --exercise 'sleep ${seconds}'`;
		await must(`systemd-run --quiet --unit=${name} --property=RemainAfterExit=yes cagewright make ${words}`);
		await eventually(() => must(`pgrep -f 'sleep ${seconds}'`));
	};
	const listed = async () => JSON.parse(await must("cagewright list --json")).cages.map((one: { name: string }) => one.name);

	test("serves on, also those that were being made", async () => {
		await beginMake("killed", 21);
		await must("systemctl kill --signal=KILL killed");
		await beginMake("building", 22);
		const running = await pids();
		await install("present");
		expect(await pids()).toEqual(running);
		await answers();
		await eventually(async () => expect(await query("systemctl show --value -p SubState building")).not.toBe("running"));
		// The release before may not find its own files any more. It leaves nothing unfinished then.
		await must("cagewright make demo --name building --replace --yes --no-selftest --quiet");
		expect(await must("systemctl is-active cagewright-watch")).toBe("active");
	});

	test("knows its cages, and updates them", async () => {
		expect(await listed()).toEqual(expect.arrayContaining(["building", "demo", "nginx", "redis-server"]));
		expect((await system.run("cagewright check --all")).stdout).not.toContain("damaged");
		await must("cagewright record nginx --verify /root/nginx.html");
		const before = await pids();
		await must("echo '# changed' >>/etc/redis/redis.conf; cagewright update --all --yes --no-selftest");
		const [demo, redis] = await pids();
		// An older run cannot read the newer generation.
		expect(demo).toBe(before[0]);
		expect(redis).not.toBe(before[1]);
		await answers();
		await must("systemctl stop run-demo; cagewright trial nginx --no-selftest");
		await must("systemd-run --quiet --collect --unit=run-demo cagewright run demo");
		await answers();
	});

	test("goes back to the release before, which it announces, and serves on", async () => {
		const running = await pids();
		const said = await install("before");
		if (how === "package") expect(said).toMatch(/Version 0\.1\.0 cannot use cages that a newer version built:.* redis-server/);
		expect(await pids()).toEqual(running);
		await answers();
		expect((await system.run("cagewright check redis-server")).stdout).toContain("rollback redis-server");
		await must("cagewright rollback redis-server");
		await answers();
		await must("cagewright release redis-server --yes");
		await answers();
	});

	test("comes forward again", async () => {
		await install("present");
		await answers();
		expect(await listed()).toEqual(expect.arrayContaining(["building", "demo", "nginx", "redis-server"]));
		await must("cagewright adopt redis-server --yes --no-selftest --quiet && cagewright update --all --yes --no-selftest");
		await answers();
	});
});
