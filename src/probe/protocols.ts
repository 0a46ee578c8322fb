import { infrastructureProtocols, noBackend, pageByExchange, refusedPages, uwsgiPages } from "./infrastructure-protocols.ts";
import { exchange, fetchPage, nameServerProbe, type Step, socketOf, type Target, type Tools, urlHost } from "./lines.ts";
import { deliverMail, followLinks, type ProbeQuery, type Protocol, unproven } from "./protocol.ts";

/** Clients that probes use if they are installed on PATH. */
export const probePrograms = [
	"curl",
	"dig",
	"redis-cli",
	"pg_isready",
	"mariadb-admin",
	"mysqladmin",
	"ssh-keyscan",
	"chronyc",
	"rsync",
	"smbclient",
] as const;

const httpServers =
	/^(nginx|apache2?|apachectl|apache2ctl|httpd|lighttpd|caddy|h2o|gunicorn|uvicorn|hypercorn|waitress-serve|uwsgi|http\.server|http-server|puma|unicorn|webfsd|thttpd|mini_httpd|darkhttpd|grafana(-server)?|prometheus.*|cagewright-demo)$/;

/** Web servers that often stand in front of another one. */
const forwarders = /^(nginx|apache2?|apachectl|apache2ctl|httpd|lighttpd|caddy|h2o)$/;

export const protocols: readonly Protocol[] = [
	{
		name: "redis",
		servers: /^(redis|valkey|keydb)-server$|^(redis|valkey)-sentinel$/,
		ports: [6379],
		securePorts: [],
		overSocket: true,
		defaults: { "redis-sentinel": 26379, "valkey-sentinel": 26379 },
		// A replica refuses writes, and its master is another server. One that requires a password refuses everything.
		// A sentinel has no keys and no ECHO.
		queries: (target, tools, server) => {
			const ask = (...steps: Step[]) => exchange(target, tools, steps);
			const place = target.socket === undefined ? `-h ${target.host} -p ${target.port}` : `-s ${socketOf(target.socket)}`;
			const secure = target.tls ? " --tls --insecure" : "";
			const example = `redis-cli ${place}${secure} -a PASSWORD SET NAME VALUE EX 10 | grep -q OK`;
			const note = { unproven: unproven("unproven-query", example) };
			const refused: ProbeQuery = {
				depth: "greeting",
				probes: [ask({ send: "PING\r\n" }, { expect: "^-(NOAUTH|NOPERM|DENIED) " })],
				...note,
			};
			if (target.socket !== undefined || target.tls || !tools.programs.has("redis-cli")) {
				const ping = ask({ send: "PING\r\n" }, { expect: "^\\+PONG" });
				const steps = [{ send: "SET cagewright:probe ok EX 10\r\n" }, { expect: "^\\+OK" }];
				const get = [{ send: "GET cagewright:probe\r\n" }, { expect: "^\\$2\\r\\nok" }];
				const echo = ask({ send: "ECHO cagewright\r\n" }, { expect: "^\\$10\\r\\ncagewright" });
				if (server.endsWith("-sentinel")) return [{ depth: "request", probes: [ping], ...note }, refused];
				const job = { depth: "job", probes: [ping, ask(...steps, ...get)] } as const;
				return [job, { depth: "request", probes: [echo], ...note }, refused];
			}
			// redis-cli exits with 0 even if the server answers with an error (measured), so its output is compared.
			const client = `redis-cli -h ${target.host} -p ${target.port}`;
			const pong = `test "$(${client} PING)" = PONG`;
			if (server.endsWith("-sentinel")) return [{ depth: "request", probes: [pong], ...note }, refused];
			return [
				{
					depth: "job",
					probes: [
						pong,
						`test "$(${client} SET cagewright:probe ok EX 10)" = OK && test "$(${client} GET cagewright:probe)" = ok`,
					],
					exercises: [`${client} SAVE`, `${client} BGSAVE`, `${client} INFO`],
				},
				{ depth: "request", probes: [`test "$(${client} ECHO cagewright)" = cagewright`], ...note },
				refused,
			];
		},
	},
	{
		name: "http",
		servers: httpServers,
		ports: [80, 8080, 8000, 8008, 8081, 8085, 8888, 3000, 5000],
		securePorts: [443, 8443],
		overSocket: true,
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
		// A server that forwards requests reaches no backend in its own network, and reports that itself (RFC 9110, 15.6).
		queries: (target, tools, server) => {
			const own = server === "uwsgi" && !target.tls ? uwsgiPages(target, tools) : [];
			const backend = forwarders.test(server) ? [noBackend(target, tools)] : [];
			const refused = httpServers.test(server) ? refusedPages(target, tools) : [];
			return [pageOf(target, tools), ...own, ...backend, ...refused];
		},
	},
	{
		name: "dns",
		servers: /^(named|dnsmasq|unbound|nsd|knotd|kresd|pdns_server|pdns_recursor|coredns)$/,
		transport: "udp",
		ports: [53, 5353],
		// dnsmasq forwards the zone to a server that its own network cannot reach, but answers for its version. A server that
		// only has its own zones, or a load balancer, refuses other zones. Any answer of the server itself counts at last, such
		// as that of a dnsmasq that keeps its version secret, but proves little.
		queries: (target, tools, server) => {
			const ask = (question: "loopback-zone" | "version", answer: "NOERROR" | "NXDOMAIN" | "REFUSED" | "any"): ProbeQuery => ({
				depth: answer === "REFUSED" || answer === "any" ? "greeting" : "request",
				probes: [nameServerProbe(target, tools, question, answer)],
				unproven: unproven("unproven-names", `dig +short -p ${target.port} @${target.host} NAME | grep .`),
			});
			if (server === "dnsmasq") return [ask("version", "NOERROR"), ask("version", "NXDOMAIN"), ask("version", "any")];
			const zone = (["NOERROR", "NXDOMAIN", "REFUSED"] as const).map((answer) => ask("loopback-zone", answer));
			return [...zone, ask("version", "any")];
		},
	},
	{
		name: "postgresql",
		servers: /^(postgres|postmaster|pg_ctl|pg_ctlcluster|pgbouncer)$/,
		ports: [5432],
		overSocket: true,
		defaults: { pgbouncer: 6432 },
		// Debian's pg_isready is a wrapper that needs an installed client. So this line speaks the protocol: the startup
		// message for user and database postgres is answered with an authentication request, SSLRequest with S or N.
		queries: (target, tools) => {
			const ask = (depth: ProbeQuery["depth"], send: string, expect: string): ProbeQuery => ({
				depth,
				probes: [exchange(target, tools, [{ send }, { expect }])],
				unproven: unproven("unproven-query", `psql "${psqlPlace(target)} user=NAME password=PASSWORD" -c "select 1"`),
			});
			const startup = `\0\x03\0\0user\0${target.account ?? "postgres"}\0database\0postgres\0\0`;
			const length = String.fromCharCode(startup.length + 4);
			return [ask("request", `\0\0\0${length}${startup}`, "^R"), ask("greeting", "\0\0\0\x08\x04\xd2\x16\x2f", "^[SN]")];
		},
	},
	{
		name: "mysql",
		servers: /^(mysqld|mysqld_safe|mariadbd|mariadbd-safe)$/,
		ports: [3306],
		overSocket: true,
		queries: (target, tools) => {
			const place = target.socket === undefined ? `-h ${target.host} -P ${target.port}` : `--socket=${socketOf(target.socket)}`;
			const query = (client: string) => unproven("unproven-query", `${client} ${place} -u NAME -pPASSWORD -e "select 1"`);
			const client = ["mariadb-admin", "mysqladmin"].find((program) => tools.programs.has(program));
			if (client !== undefined && target.socket !== undefined) {
				const ask = `${client} --connect-timeout=5 --protocol=socket --socket=${socketOf(target.socket)}`;
				// `status` needs a login, which succeeds without a password if the server knows the client's account.
				return ["status", "ping"].map((command) => ({
					depth: "request",
					probes: [`${ask} ${command}`],
					unproven: query(client.replace("-admin", "").replace("admin", "")),
				}));
			}
			// `ping` exits with 0 even if the account may not log in, because the server answered.
			const ping = `${client} --connect-timeout=5 --protocol=tcp -h ${target.host} -P ${target.port} ping`;
			return client === undefined
				? // The greeting: three bytes of length, a sequence number, protocol version 10.
					[{ depth: "greeting", probes: [exchange(target, tools, [{ expect: "^[^]{3}\\x00\\x0a" }])], unproven: query("mysql") }]
				: [{ depth: "request", probes: [ping], unproven: query(client.replace("-admin", "").replace("admin", "")) }];
		},
	},
	{
		name: "memcached",
		servers: /^memcached$/,
		ports: [11211],
		overSocket: true,
		queries: (target, tools) => [
			{
				depth: "job",
				probes: [
					exchange(target, tools, [
						{ send: "set cagewright:probe 0 10 2\r\nok\r\n" },
						{ expect: "^STORED" },
						{ send: "get cagewright:probe\r\n" },
						{ expect: "\\r\\nok\\r\\nEND" },
					]),
				],
			},
		],
	},
	{
		name: "ssh",
		servers: /^(sshd|dropbear)$/,
		ports: [22, 2222],
		people: "logins",
		// Prefers a complete key exchange: OpenSSH 10 locks out clients that leave after the banner.
		queries: (target, tools) => {
			const login = unproven(
				"unproven-login",
				`ssh -i KEY -o BatchMode=yes -o StrictHostKeyChecking=no -p ${target.port} NAME@${target.host} true`,
			);
			return tools.programs.has("ssh-keyscan")
				? [
						{
							depth: "request",
							probes: [`ssh-keyscan -T 5 -p ${target.port} ${target.host} 2>/dev/null | grep -q ' ssh-\\| ecdsa-'`],
							unproven: login,
						},
					]
				: [{ depth: "greeting", probes: [exchange(target, tools, [{ expect: "^SSH-2\\.0-" }])], unproven: login }];
		},
	},
	{
		name: "smtp",
		servers: /^(master|postfix|exim4?|smtpd|opensmtpd|sendmail(-mta)?)$/,
		ports: [25, 587, 2525],
		securePorts: [465],
		people: "recipients",
		// The recipient is withdrawn before a message is sent. Exim drops a client that speaks before the greeting ends.
		queries: (target, tools) => {
			const recipient = `${tools.people?.[0] ?? "root"}@localhost`;
			const talk = (...steps: Step[]) =>
				exchange(target, tools, [
					{ expect: "(^|\\n)220 [^\\n]*\\n" },
					{ send: "EHLO localhost\r\n" },
					{ expect: "(^|\\n)250 [^\\n]*\\n" },
					...steps,
					{ send: "QUIT\r\n" },
					{ expect: "^221" },
				]);
			const accepted = (send: string): Step[] => [{ send: `${send}\r\n` }, { expect: "^250" }];
			const steps = [...accepted(`MAIL FROM:<${recipient}>`), ...accepted(`RCPT TO:<${recipient}>`), ...accepted("RSET")];
			const example = `printf 'Subject: test\\n\\ntest\\n' | curl -fsS${target.tls ? "k smtps" : " smtp"}://${urlHost(target.host)}:${target.port} --mail-from NAME@localhost --mail-rcpt NAME@localhost -T -`;
			const delivery = target.tls ? {} : { job: [deliverMail(target, tools, recipient)] };
			const job = { ...delivery, unproven: unproven("unproven-mail", example) };
			return [
				{ depth: "request", probes: [talk(...steps)], ...job },
				{ depth: "greeting", probes: [talk()], ...job },
			];
		},
	},
	// A server may not know SYST or may require a login first. Any other error means that it misses something (vsftpd: 500 OOPS).
	loginProtocol("ftp", /^(vsftpd|proftpd|pure-ftpd)$/, { ports: [21, 2121], securePorts: [990] }, [
		{ expect: "(^|\\n)220 [^\\n]*\\n" },
		{ send: "SYST\r\n" },
		{ expect: "^(215|502|530) " },
		{ send: "QUIT\r\n" },
		{ expect: "^221" },
	]),
	loginProtocol("imap", /^(dovecot|imapd|cyrmaster)$/, { ports: [143], securePorts: [993] }, [
		{ expect: "^\\* OK" },
		{ send: "a NOOP\r\n" },
		{ expect: "(^|\\n)a OK" },
	]),
	loginProtocol("pop3", /^(pop3d|popa3d)$/, { ports: [110], securePorts: [995] }, [
		{ expect: "^\\+OK" },
		{ send: "QUIT\r\n" },
		{ expect: "^\\+OK" },
	]),
	{
		name: "mqtt",
		servers: /^mosquitto$/,
		ports: [1883],
		securePorts: [8883],
		// MQTT 3.1.1 with a clean session and the client name "c". A server that requires a login still answers with CONNACK.
		queries: (target, tools) => {
			const connect = "\x10\x0d\0\x04MQTT\x04\x02\0\x1e\0\x01c";
			return [
				{
					depth: "job",
					probes: [
						exchange(target, tools, [
							{ send: connect },
							{ expect: "^\\x20\\x02\\x00\\x00" },
							{ send: "\x82\x0f\0\x01\0\x0acagewright\0" },
							{ expect: "^\\x90\\x03\\x00\\x01\\x00" },
							{ send: "\x30\x0e\0\x0acagewrightok" },
							{ expect: "\\x00\\x0acagewrightok" },
						]),
					],
				},
				{
					depth: "greeting",
					probes: [exchange(target, tools, [{ send: connect }, { expect: "^\\x20\\x02" }])],
					unproven: unproven(
						"unproven-message",
						`mosquitto_pub -h ${target.host} -p ${target.port}${target.tls ? " --cafile FILE --insecure" : ""} -u NAME -P PASSWORD -q 1 -t TOPIC -m test`,
					),
				},
			];
		},
	},
	...infrastructureProtocols,
];

function pageOf(target: Target, tools: Tools): ProbeQuery {
	if (target.socket !== undefined) return pageByExchange(target, tools);
	const url = `${target.tls ? "https" : "http"}://${urlHost(target.host)}:${target.port}/`;
	return {
		depth: "request",
		probes: [fetchPage(url, tools)],
		job: [followLinks(url, tools)],
		unproven: unproven("unproven-page", `curl -fsS${target.tls ? "k" : ""} -o /dev/null ${url}PAGE`),
	};
}

/** A client finds a socket by its directory and number. */
function psqlPlace({ host, port, socket }: Target): string {
	const [, directory = "", number = ""] = /^(.*)\/[^/]*?(\d*)$/.exec(socket ?? "") ?? [];
	return socket === undefined ? `host=${host} port=${port}` : `host=$CAGEWRIGHT_ROOT${directory} port=${number}`;
}

/** Returns a protocol whose server only greets those who do not log in. */
function loginProtocol(
	name: string,
	servers: RegExp,
	ports: Pick<Protocol, "ports" | "securePorts">,
	steps: readonly Step[],
): Protocol {
	return {
		name,
		servers,
		...ports,
		people: "logins",
		queries: (target, tools) => [
			{
				depth: "greeting",
				probes: [exchange(target, tools, steps)],
				unproven: unproven(
					"unproven-login",
					`curl -fsS${target.tls ? `k ${name}s` : ` ${name}`}://NAME:PASSWORD@${urlHost(target.host)}:${target.port}/`,
				),
			},
		],
	};
}
