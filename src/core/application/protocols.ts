import { infrastructureProtocols } from "./infrastructure-protocols.ts";
import { askNames, exchange, fetchPage, urlHost } from "./probe-lines.ts";
import type { Protocol } from "./protocol.ts";

/** The clients that probes are made with where they are installed; what a caller has to look for on PATH. */
export const probePrograms = [
	"curl",
	"dig",
	"redis-cli",
	"pg_isready",
	"mariadb-admin",
	"mysqladmin",
	"ssh-keyscan",
	"chronyc",
] as const;

export const protocols: readonly Protocol[] = [
	{
		name: "redis",
		servers: /^(redis|valkey|keydb)-server$/,
		transport: "tcp",
		ports: [6379],
		lines: (target, tools) => {
			if (!tools.programs.has("redis-cli")) {
				const ping = exchange(target, tools, [{ send: "PING\r\n" }, { expect: "^\\+PONG" }]);
				const steps = [{ send: "SET cagewright:probe ok EX 10\r\n" }, { expect: "^\\+OK" }];
				const get = [{ send: "GET cagewright:probe\r\n" }, { expect: "^\\$2\\r\\nok" }];
				return { probes: [ping, exchange(target, tools, [...steps, ...get])] };
			}
			// redis-cli ends with 0 even where the server answers with an error (measured), so its words are compared.
			const client = `redis-cli -h ${target.host} -p ${target.port}`;
			return {
				probes: [
					`test "$(${client} PING)" = PONG`,
					`test "$(${client} SET cagewright:probe ok EX 10)" = OK && test "$(${client} GET cagewright:probe)" = ok`,
				],
				exercises: [`${client} SAVE`, `${client} BGSAVE`, `${client} INFO`],
			};
		},
	},
	{
		name: "http",
		servers:
			/^(nginx|apache2?|apachectl|apache2ctl|httpd|lighttpd|caddy|h2o|gunicorn|uvicorn|hypercorn|waitress-serve|uwsgi|http\.server|http-server|puma|unicorn|webfsd|thttpd|mini_httpd|darkhttpd|grafana(-server)?|prometheus.*|cagewright-demo)$/,
		transport: "tcp",
		ports: [80, 8080, 8000, 8008, 8081, 8085, 8888, 3000, 5000, 443, 8443],
		defaults: {
			"http.server": 8000,
			gunicorn: 8000,
			uvicorn: 8000,
			hypercorn: 8000,
			"waitress-serve": 8080,
			"http-server": 8080,
			puma: 9292,
			unicorn: 8080,
			grafana: 3000,
			"grafana-server": 3000,
			prometheus: 9090,
			"prometheus-node-exporter": 9100,
			"cagewright-demo": 8085,
		},
		lines: ({ host, port }, tools) => {
			const scheme = port === 443 || port === 8443 ? "https" : "http";
			return { probes: [fetchPage(`${scheme}://${urlHost(host)}:${port}/`, tools)] };
		},
	},
	{
		name: "dns",
		servers: /^(named|dnsmasq|unbound|nsd|knotd|kresd|pdns_server|pdns_recursor|coredns)$/,
		transport: "udp",
		ports: [53, 5353],
		// dnsmasq passes the zone on to a server that a network of its own cannot reach, but answers for its version; a server that
		// has zones of its own alone refuses any other, which is an answer as well.
		lines: (target, tools, server) => ({
			probes: [
				askNames(target, tools, server === "dnsmasq" ? "version" : "loopback-zone", /^(nsd|knotd|pdns_server)$/.test(server)),
			],
		}),
	},
	{
		name: "postgresql",
		servers: /^(postgres|postmaster|pg_ctl|pg_ctlcluster|pgbouncer)$/,
		transport: "tcp",
		ports: [5432],
		defaults: { pgbouncer: 6432 },
		lines: (target, tools) =>
			tools.programs.has("pg_isready")
				? { probes: [`pg_isready -q -t 5 -h ${target.host} -p ${target.port}`] }
				: // SSLRequest of the frontend/backend protocol: the server answers S or N.
					{ probes: [exchange(target, tools, [{ send: "\0\0\0\x08\x04\xd2\x16\x2f" }, { expect: "^[SN]" }])] },
	},
	{
		name: "mysql",
		servers: /^(mysqld|mysqld_safe|mariadbd|mariadbd-safe)$/,
		transport: "tcp",
		ports: [3306],
		lines: (target, tools) => {
			const client = ["mariadb-admin", "mysqladmin"].find((program) => tools.programs.has(program));
			// `ping` ends with 0 even where this account may not log in: the server has answered.
			if (client !== undefined) {
				return { probes: [`${client} --connect-timeout=5 --protocol=tcp -h ${target.host} -P ${target.port} ping`] };
			}
			// The greeting: three bytes of length, a sequence number, protocol version 10.
			return { probes: [exchange(target, tools, [{ expect: "^[^]{3}\\x00\\x0a" }])] };
		},
	},
	{
		name: "memcached",
		servers: /^memcached$/,
		transport: "tcp",
		ports: [11211],
		lines: (target, tools) => ({
			probes: [
				exchange(target, tools, [
					{ send: "set cagewright:probe 0 10 2\r\nok\r\n" },
					{ expect: "^STORED" },
					{ send: "get cagewright:probe\r\n" },
					{ expect: "\\r\\nok\\r\\nEND" },
				]),
			],
		}),
	},
	{
		name: "ssh",
		servers: /^(sshd|dropbear)$/,
		transport: "tcp",
		ports: [22, 2222],
		// A whole key exchange where it can be had: OpenSSH 10 locks out clients that leave after the banner.
		lines: (target, tools) =>
			tools.programs.has("ssh-keyscan")
				? { probes: [`ssh-keyscan -T 5 -p ${target.port} ${target.host} 2>/dev/null | grep -q ' ssh-\\| ecdsa-'`] }
				: { probes: [exchange(target, tools, [{ expect: "^SSH-2\\.0-" }])] },
	},
	{
		name: "smtp",
		servers: /^(master|postfix|exim4?|smtpd|opensmtpd|sendmail(-mta)?)$/,
		transport: "tcp",
		ports: [25, 587, 2525],
		// Exim drops a client that speaks before the greeting has ended.
		lines: (target, tools) => ({
			probes: [
				exchange(target, tools, [
					{ expect: "(^|\\n)220 [^\\n]*\\n" },
					{ send: "EHLO localhost\r\n" },
					{ expect: "(^|\\n)250 [^\\n]*\\n" },
					{ send: "QUIT\r\n" },
					{ expect: "^221" },
				]),
			],
		}),
	},
	{
		name: "ftp",
		servers: /^(vsftpd|proftpd|pure-ftpd)$/,
		transport: "tcp",
		ports: [21, 2121],
		lines: (target, tools) => ({
			probes: [
				exchange(target, tools, [
					{ expect: "(^|\\n)220 [^\\n]*\\n" },
					{ send: "SYST\r\n" },
					{ expect: "^(215|5[0-9]{2}) " },
					{ send: "QUIT\r\n" },
					{ expect: "^221" },
				]),
			],
		}),
	},
	{
		name: "imap",
		servers: /^(dovecot|imapd|cyrmaster)$/,
		transport: "tcp",
		ports: [143],
		lines: (target, tools) => ({
			probes: [exchange(target, tools, [{ expect: "^\\* OK" }, { send: "a NOOP\r\n" }, { expect: "(^|\\n)a OK" }])],
		}),
	},
	{
		name: "mqtt",
		servers: /^mosquitto$/,
		transport: "tcp",
		ports: [1883],
		// CONNECT of MQTT 3.1.1 with a clean session and the client name "c"; the answer is CONNACK, whatever it decides.
		lines: (target, tools) => ({
			probes: [exchange(target, tools, [{ send: "\x10\x0d\0\x04MQTT\x04\x02\0\x1e\0\x01c" }, { expect: "^\\x20\\x02" }])],
		}),
	},
	...infrastructureProtocols,
];
