import { beforeAll, describe, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { bind, configure, nginx, redis, type Served, servicesOf } from "./booted-services.ts";
import { begin } from "./cagewright.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";
import {
	placeAttacker,
	placeDeaf,
	placeForker,
	placeFront,
	placeHanging,
	placeIntruder,
	placeSlow,
	placeTaker,
} from "./placed-services.ts";
import { isFirstNamespace } from "./processes.ts";

/** Units and drop-ins on a booted systemd, with daemons of the distribution and our own in their cages. */

let system: Booted;
const services = servicesOf(() => system);
const { answers, application, bindReloads, isInCage, isInstalledAgain, mainPid, nginxReloads } = services;
const { property, restartsAfterKill, starts } = services;

beforeAll(async () => {
	// As machines have it: with version 1, systemd watches no memory pressure.
	system = await boot({ isUnified: true });
	configure(system.tree);
	for (const place of [placeAttacker, placeDeaf, placeForker, placeFront, placeHanging, placeIntruder, placeSlow, placeTaker])
		place(system.tree);
	await system.must("systemctl daemon-reload");
}, bootTime);

const made = async (words: string) => describedJson(await system.must(`cagewright make ${words} --no-selftest --yes --json`));

/** Expects a filter that permits only the service's own calls. */
async function hasOwnFilter(unit: string): Promise<void> {
	// systemd prints the calls that it refuses, or "~" and those; an allow list begins with a name.
	expect(await property(unit, "SystemCallFilter")).toMatch(/^[a-z].* read /);
	expect(await property(unit, "SystemCallFilter")).not.toMatch(/\b(mount|ptrace|bpf|setns)\b/);
}

describe("redis as an account, with a drop-in and a filter for its own calls,", () => {
	test("is made and tried as a service, and starts in its cage with a low score", async () => {
		const result = await made("redis-server.service --name redis --calls observed");
		expect(result).toMatchObject({
			answered: true,
			unitTrial: { answered: true },
			confinement: { calls: { filter: "observed" } },
		});
		await system.must("cagewright unit redis --dropin redis-server --install");
		await starts("redis-server", redis);
		await hasOwnFilter("redis-server");
		const root = `/proc/${await mainPid("redis-server")}/root`;
		const kernelFiles = await system.query(`stat -c %a ${root}/proc ${root}/sys; ls -A ${root}/proc; ls -A ${root}/sys`);
		expect(kernelFiles, "empty, not refused").toBe("755\n755");
	});

	/** The services of nginx and bind9 do the same below. */
	test("returns in its cage after a kill and after its package was reinstalled", async () => {
		await restartsAfterKill(redis.service, redis);
		await isInstalledAgain(redis);
	});

	test("uses the generation that is present at its next start, keeps its state, and leaves the host's state unchanged", async () => {
		const root = async () => system.query(`stat -L -c %i /proc/${await mainPid("redis-server")}/root`);
		const before = await root();
		await system.must("cagewright build redis --include /etc/hostname --yes --quiet");
		expect(await root()).toBe(before);
		await system.must("redis-cli SET kept yes && redis-cli SAVE && systemctl restart redis-server");
		await answers('test "$(redis-cli GET kept)" = yes');
		expect(await root()).not.toBe(before);
		await isInCage("redis-server", "redis");
		await system.query("! test -e /var/lib/redis/dump.rdb");
		await system.must("systemctl stop redis-server");
		expect(await property("redis-server", "Result")).toBe("success");
	});
});

test("nginx as root has a unit with a filter for its own calls, also after a reload, a restart and a kill", async () => {
	const result = await made("nginx.service --name nginx --calls observed");
	expect(result).toMatchObject({ answered: true, unitTrial: { answered: true }, confinement: { calls: { filter: "observed" } } });
	expect(result.unitTrial).not.toHaveProperty("withoutReload");
	await system.must("cagewright unit nginx --install");
	// This filter, and the capabilities for reopening logs, add to the score.
	await starts("cage-nginx", { ...nginx, exposure: 24 });
	await hasOwnFilter("cage-nginx");
	await nginxReloads("cage-nginx");
	const logs = "/var/lib/cagewright/cages/nginx/data/var/log/nginx";
	await system.must(`mv ${logs}/access.log ${logs}/access.log.1 && cagewright signal nginx USR1`);
	await eventually(() => system.query(`curl -fsS -o /dev/null http://127.0.0.1/reopened; test -s ${logs}/access.log`));
	await system.must("systemctl restart cage-nginx");
	await answers(nginx.probe);
	await restartsAfterKill("cage-nginx", nginx);
	await system.must("systemctl stop cage-nginx");
	expect(await property("cage-nginx", "Result")).toBe("success");
});

describe.runIf(isLong)("nginx as root, without the capabilities for reopening logs because logrotate creates them,", () => {
	const lean: Served = { ...nginx, cage: "lean" };
	const logs = "/var/lib/cagewright/cages/lean/data/var/log/nginx";
	const rotation = "/etc/logrotate.d/lean";
	let round = 0;

	beforeAll(async () => {
		await system.must("cagewright build nginx --calls general --yes --quiet");
		const score = await system.run("cagewright unit nginx --score");
		expect(Number(/in its cage +(\d\.\d)/.exec(score.stdout)?.[1])).toBeLessThanOrEqual(2.3);
		const refused = ["chown", "dac_override"].map((name) => `--refuse capability:${name}`).join(" ");
		expect(score.stderr).toContain(refused);
		// The first start on the host creates the directories and changes their owner.
		await system.must("systemctl start nginx && systemctl stop nginx");
		await made(`nginx.service --name lean ${refused}`);
		await system.must(`cagewright unit lean --logrotate >${rotation}`);
	});

	async function rotates(): Promise<void> {
		await system.must(`logrotate --force ${rotation}`);
		await eventually(() => system.query(`curl -fsS -o /dev/null http://127.0.0.1/; grep -q 'GET /' ${logs}/access.log`));
		await system.query(`test -e ${logs}/access.log.${++round}* && ! grep -h emerg ${logs}/error.log`);
	}

	test("has a unit that scores 2.0, reloads, reopens its logs and returns after a kill", async () => {
		await system.must("cagewright unit lean --install");
		await starts("cage-lean", lean);
		await nginxReloads("cage-lean");
		for (const _ of [1, 2]) await rotates();
		await restartsAfterKill("cage-lean", lean);
		// The master opens other accounts' files through its group.
		await system.must("systemctl restart cage-lean");
		await answers(nginx.probe);
		await system.must("systemctl stop cage-lean");
	});

	test("has a drop-in that does the same, also after a reinstallation of the package", async () => {
		await system.must("cagewright unit lean --dropin nginx --install");
		await starts("nginx", lean);
		await isInstalledAgain(lean);
		await rotates();
		await system.must("systemctl stop nginx");
	});
});

test.runIf(isLong)("bind9 starts with a drop-in and with a unit, reloads, returns after a kill, and stops", async () => {
	await made("named.service --name named");
	await system.must("cagewright unit named --dropin named --install");
	await starts("named", bind);
	await bindReloads("named");
	const isRunning = "keeps running unchanged until it is stopped or restarted";
	expect(await system.query("cagewright unit named --dropin named --uninstall 2>&1")).toContain(isRunning);
	await system.must("cagewright unit named --dropin named --install && systemctl stop named");
	expect(await system.query("cagewright unit named --dropin named --uninstall 2>&1")).not.toContain("keeps running");
	await system.must("cagewright unit named --install");
	await starts("cage-named", bind);
	await restartsAfterKill("cage-named", bind);
	await bindReloads("cage-named");
	await system.must("systemctl stop cage-named");
	expect(await property("cage-named", "Result")).toBe("success");
});

test.runIf(isLong)("nginx as an account binds a low port with its only capability", async () => {
	const served: Served = { ...nginx, cage: "web", exposure: 15 };
	await system.must(
		"install -d -o www-data -g www-data /srv/web/state && cagewright make --name web --user www-data --probe 'curl -fsS http://127.0.0.1/' " +
			"--no-selftest --yes --quiet -- /usr/sbin/nginx -e state/error.log -p /srv/web/ -c nginx.conf",
	);
	await system.must("cagewright unit web --install");
	await starts("cage-web", served);
	await system.must("systemctl stop cage-web");
	await system.must("cagewright remove web --yes && ! test -e /etc/systemd/system/cage-web.service");
});

describe.runIf(isLong)("a service with a socket unit, and a directory of the host", () => {
	const probe = "curl -fsS --max-time 30 http://127.0.0.1:21110/ | grep -qx 'by socket'";

	beforeAll(async () => {
		await system.must(
			"mkdir -p /srv/share/below && touch /srv/share/chosen && mount -t tmpfs tmpfs /srv/share/below && touch /srv/share/below/not-chosen",
		);
		await system.must("systemctl --quiet enable taker.socket");
		await system.must(`cagewright make taker.service --bind /srv/share --probe "${probe}" --no-selftest --yes --quiet`);
		await system.must("cagewright unit taker --dropin taker --install && systemctl start taker.socket");
	});

	test("gets the socket that systemd opened in its cage", async () => {
		await answers(probe);
		await isInCage("taker.service", "taker");
	});

	test("sees the directory without the mounts below it", async () => {
		const root = `/proc/${await mainPid("taker.service")}/root`;
		expect(await system.query(`cd ${root}/srv/share && find . | sort`)).toBe(".\n./below\n./chosen");
	});
});

describe("a SysV script whose daemon forks into the background and leaves root's account", () => {
	const forker: Served = {
		cage: "forker",
		service: "forker",
		packageName: "",
		probe: "curl -fsS --max-time 30 http://127.0.0.1:21120/ | grep -qx configured",
		exposure: 100,
	};
	const says = (words: string) =>
		eventually(() => system.query(`curl -fsS --max-time 30 http://127.0.0.1:21120/ | grep -qx '${words}'`));

	const trialUnits = () =>
		system.query(
			"systemctl list-units --all --plain --no-legend 'cagewright-trial*'; ls /run/systemd/system | grep cagewright-trial || :",
		);

	test("is tried as a service by make", async () => {
		const result = await made(`forker.service --probe "${forker.probe}"`);
		expect(result).toMatchObject({ answered: true, unitTrial: { unit: "forker.service", answered: true } });
	});

	test.each(some(1, ["forker", "cage-forker"]))("behaves as %s like under run", async (unit) => {
		const dropin = unit === forker.service ? " --dropin forker" : "";
		await system.must(`cagewright unit forker${dropin} --install`);
		await starts(unit, forker);
		// A reload reads the cage's configuration.
		const configuration = "/var/lib/cagewright/cages/forker/current/etc/forker";
		if (dropin) {
			await system.must(`printf again >${configuration} && systemctl reload forker`);
			await says("again");
			await system.must(`printf configured >${configuration} && cagewright signal forker HUP`);
		}
		await says("configured");
		const before = await application(unit);
		await system.must(`timeout 60 systemctl restart ${unit}`);
		await says("configured");
		expect(await application(unit)).not.toBe(before);
		// If the forked process ends, the service ends.
		await system.query(`kill -SEGV ${await application(unit)}`);
		const restarts = unit === "cage-forker";
		await eventually(async () =>
			expect(await property(unit, restarts ? "NRestarts" : "ExecMainStatus")).toBe(restarts ? "1" : "139"),
		);
		if (!restarts) expect(await property(unit, "Result")).toBe("exit-code");
		await system.must(`timeout 60 systemctl restart ${unit}`);
		await says("configured");
		await system.must(`timeout 60 systemctl stop ${unit} && ! pgrep -x forker`);
		expect(await property(unit, "Result")).toBe("success");
		expect(await system.query(`journalctl --no-pager --unit=${unit}`)).not.toContain("Illegal number");
		await system.must(`cagewright unit forker${dropin} --uninstall`);
	});

	test.runIf(isLong)("ends with a killed command, and the next command removes its unit", async () => {
		const trial = "cagewright trial forker --unit >/dev/null 2>&1 & trial=$!";
		await system.must(`${trial}; for try in $(seq 1200); do pgrep -x forker && break; sleep 0.05; done; kill -9 $trial`);
		await eventually(() => system.query("! pgrep -x forker"));
		expect(await system.run("cagewright trial forker --unit")).toMatchObject({
			status: 0,
			stdout: /^cage-forker\.service works in its cage: systemctl start, systemctl restart, systemctl stop/,
		});
		expect(await trialUnits()).toBe("");
	});

	test.runIf(isLong)("is reported with the cause if it fails as a service, and its unit is printed with a warning", async () => {
		await system.query("rm /var/lib/cagewright/cages/forker/current/etc/forker");
		const tried = await system.run("cagewright trial forker --dropin forker --json");
		expect(tried.status).toBe(1);
		expect(describedJson(tried.stdout)).toMatchObject({
			answered: false,
			failed: "start",
			words: /No such file or directory: '\/etc\/forker'/,
		});
		expect((await system.run("cagewright unit forker")).stderr).toMatch(/^The service forker\.service fails .*\/etc\/forker/);
		expect(await trialUnits()).toBe("");
	});
});

test.runIf(isLong)("a service reaches in its trial as a service what it reached in the trace", async () => {
	await system.must("systemctl start back");
	const result = await made("front.service --probe \"curl -fsS --max-time 30 http://127.0.0.1:21124/ | grep -qx 'from behind'\"");
	expect(result).toMatchObject({ answered: true, unitTrial: { unit: "front.service", answered: true } });
	await system.must("systemctl stop back");
});

describe.runIf(isLong)("a service that does not answer after its reload signal", () => {
	const deaf: Served = {
		...redis,
		cage: "deaf",
		service: "deaf",
		probe: "curl -fsS --max-time 30 http://127.0.0.1:21121/ | grep -qx here",
	};

	test("gets no reload in its cage, with a warning", async () => {
		const made = await system.run(`cagewright make deaf.service --probe "${deaf.probe}" --no-selftest --yes --json`);
		const result = describedJson(made.stdout);
		expect(result).toMatchObject({ answered: true, unitTrial: { unit: "deaf.service", answered: true, withoutReload: true } });
		expect(made.stderr).toContain("Use `systemctl restart` instead");
		await system.must("cagewright unit deaf --dropin deaf --install");
		await starts("deaf", deaf);
		const before = await mainPid("deaf");
		expect(await property("deaf", "CanReload")).toBe("no");
		await system.must("timeout 60 systemctl restart deaf");
		expect(["0", before]).not.toContain(await mainPid("deaf"));
		await answers(deaf.probe);
		await isInCage("deaf", "deaf");
	});
});

test.runIf(isLong)("a service that works only without systemd makes `make` fail, which says so even with --quiet", async () => {
	const probe = "curl -fsS --max-time 30 http://127.0.0.1:21126/ | grep -qx here";
	const result = await system.run(`cagewright make slow.service --probe "${probe}" --no-selftest --yes --json --quiet`);
	expect(result.status).toBe(1);
	expect(describedJson(result.stdout)).toMatchObject({ answered: true, unitTrial: { unit: "slow.service", answered: false } });
	expect(result.stderr).toMatch(/^cagewright: The service slow\.service fails in its cage at `systemctl stop` \(timeout\)/);
});

test.runIf(isLong)("a service that hangs at some of its stops is no failure of its cage", async () => {
	const probe = "curl -fsS --max-time 30 http://127.0.0.1:21127/ | grep -qx here";
	const { unitTrial } = await made(`hanging.service --probe "${probe}"`);
	expect(unitTrial).toMatchObject({ unit: "hanging.service", answered: true });
	const stops = await system.query("journalctl --no-pager -o cat _PID=1 | grep -c 'Failed with result .timeout'");
	expect(stops).not.toBe("0");
});

test.runIf(isLong)("a service that the filter kills is reported, with where the kernel records the call", async () => {
	const probe = "curl -fsS --max-time 30 http://127.0.0.1:21122/ | grep -qx here";
	await made(`intruder.service --probe "${probe}" --calls observed`);
	await system.query("printf unshare >/var/lib/cagewright/cages/intruder/current/etc/intruder");
	expect(await system.run("cagewright trial intruder --dropin intruder")).toMatchObject({
		status: 1,
		stderr: /filter killed intruder\.service \(SIGSYS\).*journalctl -k/,
	});
	expect((await system.run("cagewright unit intruder")).stderr).toMatch(/filter killed intruder\.service/);
});

describe.runIf(isFirstNamespace)("an attack by a process of another account that ended at once raises an alarm", () => {
	const request = "curl -fsS --max-time 30 http://127.0.0.1:21123/ | grep -qx here";
	beforeAll(async () => {
		await made(`attacker.service --probe "${request}"`);
	});
	const configure = (text: string) => system.query(`printf ${text} >/var/lib/cagewright/cages/attacker/current/etc/attacker`);

	test.each(
		some(1, [
			["a service with a drop-in", "attacker", "--dropin attacker"],
			["the cage's own unit", "cage-attacker", ""],
		]),
	)("in %s", async (_, service, options) => {
		await system.must(`cagewright unit attacker ${options} --install`);
		await starts(service, { ...redis, cage: "attacker", service, probe: request, exposure: 30 });
		await configure("attack");
		await using watch = begin(["watch", "attacker", "--json", "--check-every", "0"], {
			state: `${system.tree}/var/lib/cagewright`,
		});
		await watch.says("Watching");
		await system.query(request);
		await eventually(() => expect(watch.stdout()).toContain("\n"));
		const alarms = watch.stdout().trim().split("\n");
		const attack = { cage: "attacker", call: "mount", uid: 4243, knownBy: "process" };
		expect(alarms.map((line) => describedJson(line))).toMatchObject([attack]);
		await system.must(`systemctl stop ${service}`);
		await configure("nothing");
	});
});
