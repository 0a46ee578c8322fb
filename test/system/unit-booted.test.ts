import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Booted, boot, bootTime } from "./booted.ts";
import { bind, configure, distributed, nginx, redis, type Served, servicesOf } from "./booted-services.ts";
import { eventually } from "./eventually.ts";
import { placeDeaf, placeForker, placeTaker } from "./placed-services.ts";

/** Units and drop-ins on a booted systemd, with the distribution's daemons in their cages. */

let system: Booted;
const services = servicesOf(() => system);
const { answers, application, isInCage, isInstalledAgain, mainPid, property, restartsAfterKill, starts } = services;
const { bindReloads, nginxReloads, nginxReopensLogs } = services;

beforeAll(async () => {
	system = await boot();
	configure(system.tree);
	for (const { cage, service } of distributed)
		await system.must(`cagewright make ${service}.service --name ${cage} --no-selftest --yes --quiet`);
}, bootTime);

afterAll(() => system?.dispose());

describe("a drop-in moves the distribution's service into its cage", () => {
	afterAll(async () => {
		for (const { cage, service } of distributed) {
			await system.must(`systemctl stop ${service}; cagewright unit ${cage} --dropin ${service} --uninstall`);
		}
	});

	test.each(distributed)("$service starts there with its expected exposure score", async (served) => {
		const { cage, exposure, service } = served;
		await system.must(`cagewright unit ${cage} --dropin ${service} --install`);
		await starts(service, served);
		const said = JSON.parse(await system.must(`cagewright unit ${cage} --dropin ${service} --score --json`));
		expect(said.exposure.after).toBeLessThanOrEqual(exposure);
	});

	test("nginx reloads and reopens its logs", async () => {
		await nginxReloads("nginx");
		await nginxReopensLogs();
	});

	test("bind9 reloads", () => bindReloads("named"));

	/** The services of nginx and bind9 do the same below. */
	test("redis returns in its cage after a kill and after its package was reinstalled", async () => {
		await restartsAfterKill(redis.service, redis);
		await isInstalledAgain(redis);
	}, 60_000);

	test("the next start uses the generation that is present then", async () => {
		const root = async () => system.must(`stat -L -c %i /proc/${await mainPid("redis-server")}/root`);
		const before = await root();
		await system.must("cagewright make redis-server.service --name redis --include /etc/hostname --no-selftest --yes --quiet");
		expect(await root()).toBe(before);
		await system.must("systemctl restart redis-server");
		await answers(redis.probe);
		expect(await root()).not.toBe(before);
		await isInCage("redis-server", "redis");
	}, 30_000);

	test("state is kept, and the host's state stays unchanged", async () => {
		await system.must("redis-cli SET kept yes && redis-cli SAVE && systemctl restart redis-server");
		await answers('test "$(redis-cli GET kept)" = yes');
		await system.must("! test -e /var/lib/redis/dump.rdb");
	});
});

describe("nginx as root, without the capabilities for reopening logs because logrotate creates them,", () => {
	const lean: Served = { ...nginx, cage: "lean", exposure: 2 };
	const logs = "/var/lib/cagewright/cages/lean/data/var/log/nginx";
	const rotation = "/etc/logrotate.d/lean";
	let round = 0;

	beforeAll(async () => {
		// The first start on the host creates the directories and changes their owner.
		await system.must("systemctl start nginx && systemctl stop nginx");
		const score = await system.run("cagewright unit nginx --score");
		const refused = ["chown", "dac_override"].map((name) => `--refuse capability:${name}`).join(" ");
		expect(score.stderr).toContain(refused);
		await system.must(`cagewright make nginx.service --name lean ${refused} --no-selftest --yes --quiet`);
		await system.must(`cagewright unit lean --logrotate >${rotation}`);
	}, 60_000);

	afterAll(() => system.must(`rm ${rotation} && cagewright remove lean --yes`));

	async function rotates(): Promise<void> {
		await system.must(`logrotate --force ${rotation}`);
		await eventually(() => system.must(`curl -fsS -o /dev/null http://127.0.0.1/; grep -q 'GET /' ${logs}/access.log`));
		await system.must(`test -e ${logs}/access.log.${++round}* && ! grep -h emerg ${logs}/error.log`);
	}

	const exposed = async (...words: string[]) =>
		JSON.parse(await system.must(`cagewright unit lean ${words.join(" ")} --score --json`)).exposure.after;

	test("has a unit that scores 2.0, reloads, reopens its logs and returns after a kill", async () => {
		await system.must("cagewright unit lean --install");
		await starts("cage-lean", lean);
		expect(await exposed()).toBeLessThanOrEqual(lean.exposure);
		await nginxReloads("cage-lean");
		for (const _ of [1, 2]) await rotates();
		await restartsAfterKill("cage-lean", lean);
		// The master opens other accounts' files through its group.
		await system.must("systemctl restart cage-lean");
		await answers(nginx.probe);
		await system.must("systemctl stop cage-lean && cagewright unit lean --uninstall");
	}, 60_000);

	test("has a drop-in that does the same, also after a reinstallation of the package", async () => {
		await system.must("cagewright unit lean --dropin nginx --install");
		await starts("nginx", lean);
		expect(await exposed("--dropin nginx")).toBeLessThanOrEqual(lean.exposure);
		await isInstalledAgain(lean);
		await rotates();
		await system.must("systemctl stop nginx && cagewright unit lean --dropin nginx --uninstall");
	}, 90_000);
});

describe("a separate unit", () => {
	/** nginx has its own unit above and below, and redis in other test files. */
	test("of bind9 starts, reloads, returns after a kill, and stops", async () => {
		await system.must("cagewright unit named --install");
		await starts("cage-named", bind);
		await restartsAfterKill("cage-named", bind);
		await bindReloads("cage-named");
		await system.must("systemctl stop cage-named");
		expect(await property("cage-named", "Result")).toBe("success");
		await system.must("cagewright unit named --uninstall");
	}, 60_000);

	test("starts nginx as an account, which binds a low port with its only capability", async () => {
		const served: Served = { ...nginx, cage: "web", exposure: 1.5 };
		await system.must(
			"install -d -o www-data -g www-data /srv/web/state && cagewright make --name web --user www-data --probe 'curl -fsS http://127.0.0.1/' " +
				"--no-selftest --yes --quiet -- /usr/sbin/nginx -e state/error.log -p /srv/web/ -c nginx.conf",
		);
		await system.must("cagewright unit web --install");
		await starts("cage-web", served);
		const said = JSON.parse(await system.must("cagewright unit web --score --json"));
		expect(said.exposure.after).toBeLessThanOrEqual(served.exposure);
		await system.must("systemctl stop cage-web");
		await system.must("cagewright remove web --yes && ! test -e /etc/systemd/system/cage-web.service");
	}, 60_000);
});

describe("a service with a socket unit, and a directory of the host", () => {
	const probe = "curl -fsS --max-time 5 http://127.0.0.1:21110/ | grep -qx 'by socket'";

	beforeAll(async () => {
		placeTaker(system.tree);
		await system.must("touch /srv/share/chosen && mount -t tmpfs tmpfs /srv/share/below && touch /srv/share/below/not-chosen");
		await system.must("systemctl daemon-reload && systemctl --quiet enable taker.socket");
		await system.must(`cagewright make taker.service --bind /srv/share --probe "${probe}" --no-selftest --yes --quiet`);
		await system.must("cagewright unit taker --dropin taker --install && systemctl start taker.socket");
	}, 60_000);

	afterAll(() => system.must("systemctl stop taker.socket taker.service && umount /srv/share/below"));

	test("gets the socket that systemd opened in its cage", async () => {
		await answers(probe);
		await isInCage("taker.service", "taker");
	});

	test("sees the directory without the mounts below it", async () => {
		const root = `/proc/${await mainPid("taker.service")}/root`;
		expect(await system.must(`cd ${root}/srv/share && find . | sort`)).toBe(".\n./below\n./chosen");
	});
});

describe("a SysV script whose daemon forks into the background and leaves root's account", () => {
	const forker: Served = {
		cage: "forker",
		service: "forker",
		packageName: "",
		probe: "curl -fsS --max-time 5 http://127.0.0.1:21120/ | grep -qx configured",
		exposure: 10,
	};
	const says = (words: string) =>
		eventually(() => system.must(`curl -fsS --max-time 5 http://127.0.0.1:21120/ | grep -qx '${words}'`));

	beforeAll(async () => {
		placeForker(system.tree);
		await system.must("systemctl daemon-reload");
	});

	afterAll(() => system.must("systemctl stop forker cage-forker; cagewright remove forker --yes"));

	test("is tried as a service by make", async () => {
		const made = JSON.parse(
			await system.must(`cagewright make forker.service --probe "${forker.probe}" --no-selftest --yes --json`),
		);
		expect(made).toMatchObject({ answered: true, unitTrial: { unit: "forker.service", answered: true } });
	}, 60_000);

	test.each(["forker", "cage-forker"])(
		"behaves as %s like under run",
		async (unit) => {
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
			await system.must(`timeout 10 systemctl restart ${unit}`);
			await says("configured");
			expect(await application(unit)).not.toBe(before);
			// If the forked process ends, the service ends.
			await system.must(`kill -SEGV ${await application(unit)}`);
			const restarts = unit === "cage-forker";
			await eventually(async () =>
				expect(await property(unit, restarts ? "NRestarts" : "ExecMainStatus")).toBe(restarts ? "1" : "139"),
			);
			if (!restarts) expect(await property(unit, "Result")).toBe("exit-code");
			await system.must(`timeout 10 systemctl restart ${unit}`);
			await says("configured");
			await system.must(`timeout 10 systemctl stop ${unit} && ! pgrep -x forker`);
			expect(await property(unit, "Result")).toBe("success");
			expect(await system.must(`journalctl --no-pager --unit=${unit}`)).not.toContain("Illegal number");
			await system.must(`cagewright unit forker${dropin} --uninstall`);
		},
		60_000,
	);

	test("ends with a killed command, and the next command removes its unit", async () => {
		const trial = "cagewright trial forker --unit >/dev/null 2>&1 & trial=$!";
		await system.must(`${trial}; for try in $(seq 200); do pgrep -x forker && break; sleep 0.05; done; kill -9 $trial`);
		await eventually(() => system.must("! pgrep -x forker"));
		expect((await system.run("cagewright trial forker --unit")).status).toBe(0);
		expect(await system.must("ls /run/systemd/system | grep -c cagewright-trial || true")).toBe("0");
		expect(await system.must("systemctl list-units --all --plain --no-legend 'cagewright-trial*'")).toBe("");
	}, 60_000);

	test("is reported with the cause if it fails as a service, and its unit is printed with a warning", async () => {
		expect(await system.run("cagewright trial forker --unit")).toMatchObject({
			status: 0,
			stdout: /^cage-forker\.service works in its cage: systemctl start, systemctl restart, systemctl stop/,
		});
		await system.must("rm /var/lib/cagewright/cages/forker/current/etc/forker");
		const tried = await system.run("cagewright trial forker --dropin forker --json");
		expect(tried.status).toBe(1);
		expect(JSON.parse(tried.stdout)).toMatchObject({
			answered: false,
			failed: "start",
			words: /No such file or directory: '\/etc\/forker'/,
		});
		expect((await system.run("cagewright unit forker")).stderr).toMatch(/^The service forker\.service fails .*\/etc\/forker/);
		expect(await system.must("ls /run/systemd/system | grep -c cagewright-trial || true")).toBe("0");
	}, 60_000);
});

describe("a service that does not answer after its reload signal", () => {
	const deaf: Served = {
		...redis,
		cage: "deaf",
		service: "deaf",
		probe: "curl -fsS --max-time 5 http://127.0.0.1:21121/ | grep -qx here",
	};

	beforeAll(async () => {
		placeDeaf(system.tree);
		await system.must("systemctl daemon-reload");
	});

	afterAll(() => system.must("systemctl stop deaf; cagewright remove deaf --yes"));

	test("gets no reload in its cage, with a warning", async () => {
		const made = await system.run(`cagewright make deaf.service --timeout 3 --probe "${deaf.probe}" --no-selftest --yes --json`);
		const result = JSON.parse(made.stdout);
		expect(result).toMatchObject({ answered: true, unitTrial: { unit: "deaf.service", answered: true, withoutReload: true } });
		expect(made.stderr).toContain("Use `systemctl restart` instead");
		await system.must("cagewright unit deaf --dropin deaf --install");
		await starts("deaf", deaf);
		const before = await mainPid("deaf");
		expect(await property("deaf", "CanReload")).toBe("no");
		await system.must("timeout 20 systemctl restart deaf");
		expect(["0", before]).not.toContain(await mainPid("deaf"));
		await answers(deaf.probe);
		await isInCage("deaf", "deaf");
	}, 90_000);
});
