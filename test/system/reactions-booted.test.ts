import { beforeAll, expect, test } from "vitest";
import { type Booted, boot, bootTime } from "./booted.ts";
import { eventually } from "./eventually.ts";
import { placeDeaf, placeTaker } from "./placed-services.ts";

/** `watch --on-alarm stop` and services: systemd must not undo it. Files in the data raise the alarms, as a container has no kernel log. */

let system: Booted;
beforeAll(async () => {
	system = await boot({ services: ["redis-server"] });
	for (const place of [placeDeaf, placeTaker]) place(system.tree);
	await system.must("systemctl daemon-reload; rm -f /dev/kmsg; mknod -m 600 /dev/kmsg c 1 11");
}, bootTime);

const property = (unit: string, name: string) => system.query(`systemctl show --value --property=${name} ${unit}`);
const isDown = async (...units: readonly string[]) => {
	for (const unit of units)
		await eventually(async () => expect(await property(unit, "ActiveState")).toMatch(/^(inactive|failed)$/));
};
const show = (name: string) => system.must(`cagewright show ${name}`);
const alarm = (name: string) =>
	system.must(
		`d=$(find /var/lib/cagewright/cages/${name}/data -mindepth 1 -type d | tail -1); touch $d/evil; chmod 4755 $d/evil`,
	);

/** Starts a watch of one cage and raises an alarm. Resolves when the reaction is over. */
async function react(name: string): Promise<void> {
	const watch = `watch-${name}`;
	const words = `cagewright watch ${name} --check-every 1 --on-alarm stop --stop-timeout 2`;
	await system.must(`systemd-run --quiet --unit=${watch} ${words}`);
	await eventually(() => system.query(`journalctl -o cat -u ${watch} | grep -q Watching`));
	await alarm(name);
	await eventually(() => system.query(`grep -Eq ' (stopped|reaction-failed) ' /var/lib/cagewright/cages/${name}/log`));
	await system.must(`systemctl stop ${watch}`);
}

test("a service that restarts always, refuses to be stopped and has a socket is stopped, with its socket", async () => {
	await system.must("mkdir -p /srv/taker/data && chown daemon /srv/taker/data && systemctl --quiet enable taker.socket");
	await system.must(
		"cagewright make taker.service --name taker --writable /srv/taker/data --probe 'curl -fsS http://127.0.0.1:21110/' --no-selftest --yes --quiet",
	);
	await system.must("cagewright unit taker --dropin taker.service --install --quiet");
	const settings = "[Unit]\\nRefuseManualStop=yes\\n[Service]\\nRestart=always\\nRestartSec=0\\nTimeoutStopSec=infinity\\n";
	await system.must(
		`mkdir -p /etc/systemd/system/taker.service.d && printf '${settings}' >/etc/systemd/system/taker.service.d/own.conf`,
	);
	await system.must("systemctl daemon-reload; systemctl start taker.socket taker.service; curl -fsS http://127.0.0.1:21110/");
	await react("taker");
	await isDown("taker.service", "taker.socket");
	expect(await property("taker.service", "RefuseManualStop")).toBe("yes");
	const again = "systemctl start taker.socket taker.service";
	expect(await show("taker")).toContain(again);
	await system.must(`find /var/lib/cagewright/cages/taker/data -name evil -delete; ${again}; curl -fsS http://127.0.0.1:21110/`);
	expect(await show("taker")).not.toContain(again);
});

test("an adopted service that is stopped by SIGKILL stays stopped", async () => {
	await system.must("cagewright adopt redis-server --no-selftest --yes --quiet");
	await system.must(
		"mkdir -p /run/systemd/system/redis-server.service.d && printf '[Service]\\nRestart=always\\nRestartSec=0\\nTimeoutStopSec=infinity\\n' >/run/systemd/system/redis-server.service.d/own.conf",
	);
	await system.must("systemctl daemon-reload");
	// It does not handle SIGTERM any more.
	await system.must("kill -STOP $(pgrep -x redis-server)");
	await react("redis-server");
	await isDown("redis-server");
	expect(await show("redis-server")).toMatch(/stopped redis-server with SIGKILL.*systemctl start redis-server\.service/s);
});

test("a service of the administrator that starts the cage with `run` is stopped, not only what it started", async () => {
	await system.must("mkdir -p /srv/deaf/data && chown daemon /srv/deaf/data");
	await system.must(
		"cagewright make deaf.service --name deaf --writable /srv/deaf/data --probe 'curl -fsS http://127.0.0.1:21121/' --no-selftest --yes --quiet",
	);
	const unit = "[Service]\\nExecStart=/usr/local/bin/cagewright run deaf\\nRestart=always\\nRestartSec=0\\n";
	await system.must(`printf '${unit}' >/etc/systemd/system/own.service; systemctl daemon-reload; systemctl start own`);
	await eventually(() => system.query("curl -fsS http://127.0.0.1:21121/"));
	await react("deaf");
	await isDown("own");
	expect(await show("deaf")).toContain("systemctl start own.service");
});
