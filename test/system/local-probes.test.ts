import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { probePrograms, protocols } from "../../src/probe/protocols.ts";
import { isLong } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";

/**
 * Every protocol's probe needs nothing but its daemon: daemons of Debian are traced in a system without a network and resolver, with the
 * clients that probes use and without any. `npm run test:long` installs and traces them. `templates.test.ts` makes every template.
 */

interface Daemon {
	readonly packages: readonly string[];
	readonly unit: string;
	/** A shell line that configures what the daemon needs to start, or a dependency that is not there. */
	readonly configure?: string;
}

const own = (name: string, unit = name): Daemon => ({ packages: [name], unit: `${unit}.service` });

/** Daemons of each protocol, some with an upstream that does not exist. */
const daemons: Readonly<Record<string, readonly Daemon[]>> = {
	redis: [{ ...own("redis-server"), configure: "echo 'replicaof 192.0.2.1 6379' >>/etc/redis/redis.conf" }],
	http: [
		{
			...own("nginx"),
			configure:
				"echo 'server { listen 80 default_server; location / { proxy_pass http://127.0.0.1:9; } }' >/etc/nginx/sites-enabled/default",
		},
		own("lighttpd"),
	],
	dns: [
		own("dnsmasq"),
		{ packages: ["bind9"], unit: "named.service" },
		// Its key comes from the root servers.
		{ ...own("unbound"), configure: "rm /etc/unbound/unbound.conf.d/root-auto-trust-anchor-file.conf" },
		own("nsd"),
		own("pdns-recursor"),
	],
	postgresql: [{ ...own("pgbouncer"), configure: "echo '* = host=192.0.2.1' >>/etc/pgbouncer/databases.ini; true" }],
	mysql: [{ packages: ["mariadb-server"], unit: "mariadb.service" }],
	memcached: [own("memcached")],
	ssh: [{ packages: ["openssh-server"], unit: "ssh.service" }],
	// Another package has the certificates that it reads.
	smtp: [{ ...own("opensmtpd"), configure: "touch /etc/ssl/certs/ca-certificates.crt" }],
	ftp: [own("vsftpd")],
	imap: [{ packages: ["dovecot-imapd"], unit: "dovecot.service" }],
	pop3: [own("popa3d")],
	mqtt: [own("mosquitto")],
	fastcgi: [{ packages: ["php-fpm"], unit: "php8.4-fpm.service" }],
	ldap: [own("slapd")],
	"http-proxy": [own("squid"), own("tinyproxy")],
	"http-in-front": [
		own("varnish"),
		{
			...own("haproxy"),
			configure:
				"printf 'frontend f\\n bind :80\\n default_backend b\\nbackend b\\n server s 192.0.2.1:80\\n' >>/etc/haproxy/haproxy.cfg",
		},
	],
	socks: [{ packages: ["tor"], unit: "tor@default.service" }],
	xmpp: [own("prosody")],
	nntp: [own("inn2")],
	rsync: [{ ...own("rsync"), configure: "printf '[share]\\npath = /srv\\n' >/etc/rsyncd.conf" }],
	smb: [own("samba", "smbd")],
	// Its packages exclude chrony. The census measures openntpd.
	ntp: [],
	chrony: [own("chrony")],
	snmp: [{ ...own("snmpd"), configure: "sed -i 's/^rocommunity .*/rocommunity secret/' /etc/snmp/snmpd.conf" }],
	munin: [own("munin-node")],
	tftp: [own("tftpd-hpa")],
};

const all = Object.values(daemons).flat();
let system: Booted;
beforeAll(async () => {
	if (!isLong) return;
	// The daemons would start, and some use the same port.
	system = await boot({ packages: all.flatMap(({ packages }) => packages), target: "basic.target" });
	writeFileSync(join(system.tree, "etc/resolv.conf"), "");
	for (const { configure } of all) if (configure) await system.must(configure);
}, bootTime);

test("every protocol has daemons here", () => {
	expect(Object.keys(daemons).sort()).toEqual(protocols.map(({ name }) => name).sort());
});

/** Clients of probes, hidden from Cagewright. rsync is also a daemon. */
const clients = probePrograms.filter((name) => name !== "rsync").map((name) => `/usr/bin/${name}`);

describe.runIf(isLong).each([
	["the clients", "true"],
	["no client", `for client in ${clients.join(" ")}; do [ ! -e $client ] || mv $client $client.away; done`],
])("with %s", (_, prepare) => {
	beforeAll(async () => void (await system.must(prepare)), bootTime);

	test.each(Object.entries(daemons).flatMap(([protocol, some]) => some.map((daemon) => [protocol, daemon.unit] as const)))(
		"%s: %s answers its probe without a network",
		async (protocol, unit) => {
			const name = `${protocol}-${unit.replace(/[@.].*/, "")}`;
			const { status, stderr } = await system.run(`cagewright trace ${unit} --name ${name} --json`);
			expect(status, stderr).toBe(0);
		},
		300_000,
	);
});
