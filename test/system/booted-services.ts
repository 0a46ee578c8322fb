import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Booted } from "./booted.ts";
import { archives } from "./booted-tree.ts";
import { eventually } from "./eventually.ts";

/** The distribution's services on a booted system, and checks of services in cages. */

export interface Served {
	/** The cage's name and the distribution's service. */
	readonly cage: string;
	readonly service: string;
	readonly packageName: string;
	readonly probe: string;
	/** Upper bound of systemd's score for the cage's unit, times ten. */
	readonly exposure: number;
}

export const redis: Served = {
	cage: "redis",
	service: "redis-server",
	packageName: "redis-server",
	probe: 'test "$(redis-cli PING)" = PONG',
	exposure: 15,
};
export const nginx: Served = {
	cage: "nginx",
	service: "nginx",
	packageName: "nginx",
	probe: "curl -fsS --max-time 5 http://127.0.0.1/ | grep -qi nginx",
	// Without the capabilities for reopening logs.
	exposure: 20,
};
export const bind: Served = {
	cage: "named",
	service: "named",
	packageName: "bind9",
	probe: "dig +short +time=2 +tries=1 @127.0.0.1 www.example.test A | grep -qx 192.0.2.7",
	// named drops root, so the init keeps CAP_KILL. As root, the rndc that stops it reads a key of bind.
	exposure: 23,
};

/** Adds a DNS zone, and a server with a dedicated account. */
export function configure(tree: string): void {
	const zone = "$TTL 60\n@ IN SOA ns root 1 3600 600 86400 60\n@ IN NS ns\nns IN A 127.0.0.1\nwww IN A 192.0.2.7\n";
	writeFileSync(join(tree, "etc/bind/example.test.zone"), zone);
	const declaration = 'zone "example.test" { type primary; file "/etc/bind/example.test.zone"; };\n';
	appendFileSync(join(tree, "etc/bind/named.conf.local"), declaration);
	mkdirSync(join(tree, "srv/web"));
	const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path state/${name};`);
	const server = "server { listen 127.0.0.1:80; root /var/www/html; index index.nginx-debian.html; }";
	const lines = [
		"daemon off;",
		"pid state/pid;",
		"error_log state/error.log;",
		"events {}",
		"http {",
		...temporary,
		"access_log off;",
	];
	writeFileSync(join(tree, "srv/web/nginx.conf"), [...lines, server, "}\n"].join("\n"));
}

export function servicesOf(system: () => Booted) {
	const must = (line: string) => system().must(line);
	const query = (line: string) => system().query(line);
	const property = (unit: string, name: string) => query(`systemctl show --value --property=${name} ${unit}`);
	const mainPid = (unit: string) => property(unit, "MainPID");
	/** The init's child. */
	const application = async (unit: string) => (await query(`cat /proc/${await mainPid(unit)}/task/*/children`)).trim();

	const answers = (probe: string) => eventually(() => query(probe));

	/** Expects an audit session that systemd's other services do not have. */
	async function hasOwnSession(pid: string): Promise<void> {
		const [session, none] = (await query(`for pid in ${pid} 1; do cat /proc/$pid/sessionid; echo; done`)).split("\n");
		expect(Number(session)).toBeGreaterThan(0);
		expect(session).not.toBe(none);
	}

	/** Expects the current generation as the root directory (by device and inode), and a PID namespace and an audit session of its own. */
	async function isInCage(unit: string, cage: string): Promise<void> {
		const pid = await mainPid(unit);
		const places = `/proc/${pid}/root /var/lib/cagewright/cages/${cage}/current /proc/${pid}/ns/pid /proc/1/ns/pid`;
		const [root, current, namespace, hosts] = (await query(`stat -L -c %d:%i ${places}`)).split("\n");
		expect(root).toBe(current);
		expect(namespace).not.toBe(hosts);
		await hasOwnSession(pid);
	}

	/** Starts the unit, and expects a low score. A start that systemd had to retry counts as failed. */
	const starts = async (unit: string, { cage, exposure, probe }: Served) => {
		await must(`systemctl start ${unit}`);
		await answers(probe);
		await isInCage(unit, cage);
		expect(await property(unit, "NRestarts")).toBe("0");
		await query(`systemd-analyze security --no-pager --threshold=${exposure} ${unit}`);
	};

	async function restartsAfterKill(unit: string, { cage, probe }: Served): Promise<void> {
		const before = await mainPid(unit);
		await query(`kill -KILL ${before}`);
		await eventually(async () => expect(["0", before]).not.toContain(await mainPid(unit)));
		await answers(probe);
		await isInCage(unit, cage);
	}

	async function nginxReloads(unit: string): Promise<void> {
		const workers = () => query(`pgrep -P ${pid} | sort`);
		const pid = await application(unit);
		const before = await workers();
		await must(`systemctl reload ${unit}`);
		await eventually(async () =>
			expect((await workers()).split("\n")).not.toEqual(expect.arrayContaining([before.split("\n")[0]])),
		);
		await answers(nginx.probe);
		expect(await application(unit)).toBe(pid);
	}

	async function bindReloads(unit: string): Promise<void> {
		const pid = await application(unit);
		await must(`systemctl reload ${unit}`);
		await eventually(() => query(`journalctl --no-pager --unit=${unit} _PID=${pid} | grep 'reloading zones succeeded'`));
		await answers(bind.probe);
	}

	async function isInstalledAgain({ cage, packageName, probe, service }: Served): Promise<void> {
		await must(`systemctl enable ${service}`);
		const before = await mainPid(service);
		await must(`dpkg --unpack ${archives}/${packageName}_*.deb && dpkg --configure ${packageName}`);
		await eventually(async () => expect(["0", before]).not.toContain(await mainPid(service)));
		await answers(probe);
		await isInCage(service, cage);
	}

	return {
		answers,
		application,
		hasOwnSession,
		bindReloads,
		isInCage,
		isInstalledAgain,
		mainPid,
		nginxReloads,
		property,
		restartsAfterKill,
		starts,
	};
}
