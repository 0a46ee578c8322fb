import { quoteShell } from "../base/path/quote.ts";
import { datagramProbe, exchange, type Step, socketOf, type Target, type Tools, urlHost } from "./lines.ts";
import { type ProbeQuery, type Protocol, unproven } from "./protocol.ts";

/** Protocols of infrastructure services: scripts, directories, proxies, time, management, files. */
export const infrastructureProtocols: readonly Protocol[] = [
	{
		name: "fastcgi",
		servers: /^php-fpm[\d.]*$/,
		ports: [9000],
		overSocket: true,
		// The sockets of Debian's and Red Hat's pool www.
		socket: (server) => {
			const version = server.slice("php-fpm".length);
			return version === "" ? "/run/php-fpm/www.sock" : `/run/php/php${version}-fpm.sock`;
		},
		// FCGI_GET_VALUES queries the server itself and runs no script; the answer is FCGI_GET_VALUES_RESULT (FastCGI 1.0,
		// 4.1).
		queries: (target, tools) => [
			{
				depth: "greeting",
				probes: [exchange(target, tools, [{ send: "\x01\x09\0\0\0\x10\0\0\x0e\0FCGI_MAX_CONNS" }, { expect: "^\\x01\\x0a" }])],
				unproven: unproven(
					"unproven-script",
					`env SCRIPT_FILENAME=SCRIPT REQUEST_METHOD=GET cgi-fcgi -bind -connect ${
						target.socket === undefined ? `${target.host}:${target.port}` : `"$CAGEWRIGHT_ROOT"${target.socket}`
					}`,
				),
			},
		],
	},
	{
		name: "ldap",
		servers: /^(slapd|ns-slapd)$/,
		ports: [389],
		securePorts: [636],
		overSocket: true,
		// An anonymous bind: any bindResponse shows that the server answers (RFC 4511, 4.2). The first probe
		// demands success, so that a trial does not accept an error if the host's server allowed the bind.
		queries: (target, tools) => {
			const ask = (result: string): ProbeQuery => ({
				depth: "greeting",
				probes: [
					exchange(target, tools, [
						{ send: "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0" },
						{ expect: `^0[^]{1,5}\\x02\\x01\\x01a${result}` },
					]),
				],
				unproven: unproven("unproven-entry", `ldapsearch -x -LLL -H ${ldapUrl(target)} -b BASE | grep -q ^dn:`),
			});
			return [ask("[^]{1,5}\\x0a\\x01\\x00"), ask("")];
		},
	},
	{
		name: "http-proxy",
		servers: /^(squid|tinyproxy|privoxy)$/,
		ports: [3128, 8888, 8118],
		defaults: { tinyproxy: 8888, privoxy: 8118 },
		// In its own network the proxy has no backend, so its error page counts as an answer (RFC 9110, 15.6). A trial expects
		// the same kind of answer as in the sandbox: a 500 in the cage alone means that the proxy misses something there.
		queries: (target, tools) =>
			["50[234] [^]*\\r\\n\\r\\n[^]*<", "[23]", "4", "500 "].map(
				(status): ProbeQuery => ({
					depth: "request",
					probes: [
						exchange(target, tools, [
							{ send: "GET http://127.0.0.1:9/ HTTP/1.0\r\n\r\n" },
							{ expect: `^HTTP/1\\.[01] ${status}` },
						]),
					],
					unproven: unproven(
						"unproven-forwarding",
						`curl -fsS -o /dev/null -x http://${urlHost(target.host)}:${target.port} URL`,
					),
				}),
			),
	},
	{
		name: "http-in-front",
		servers: /^(haproxy|varnishd|traefik)$/,
		// By port alone it could be any web server.
		ports: [],
		securePorts: [],
		defaults: { haproxy: 80, traefik: 80, varnishd: 6081 },
		queries: (target, tools) => {
			const get = getOverHttp(target, tools, "^HTTP/1\\.[01] [23].. ");
			return [{ depth: "job", probes: [get] }, noBackend(target, tools)];
		},
	},
	{
		name: "socks",
		servers: /^(tor|danted|sockd)$/,
		ports: [9050, 1080],
		defaults: { danted: 1080, sockd: 1080 },
		// Method negotiation (RFC 1928, 3).
		queries: (target, tools) => [
			{
				depth: "greeting",
				probes: [exchange(target, tools, [{ send: "\x05\x01\0" }, { expect: "^\\x05" }])],
				unproven: unproven(
					"unproven-forwarding",
					`curl -fsS -o /dev/null -x socks5h://${urlHost(target.host)}:${target.port} URL`,
				),
			},
		],
	},
	{
		name: "xmpp",
		servers: /^(prosody|ejabberd(ctl)?|c2s)$/,
		ports: [5222],
		securePorts: [5223],
		// A stream for a known host begins with the server's features, for an unknown one with an error (RFC 6120, 4.3 and
		// 4.9).
		queries: (target, tools) => {
			const names = 'xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams"';
			const ask = (depth: ProbeQuery["depth"], expect: string): ProbeQuery => ({
				depth,
				probes: [
					exchange(target, tools, [
						{ send: `<?xml version="1.0"?><stream:stream to="localhost" ${names} version="1.0">` },
						{ expect: `<stream:stream[^]*${expect}` },
					]),
				],
				unproven: unproven(
					"unproven-login",
					`go-sendxmpp -u NAME@HOST -p PASSWORD -j ${target.host}:${target.port} NAME@HOST </etc/hostname`,
				),
			});
			return [ask("request", "<stream:features"), ask("greeting", "<stream:error")];
		},
	},
	{
		name: "nntp",
		servers: /^(innd|leafnode)$/,
		ports: [119],
		securePorts: [563],
		// A server may start another program for those who read (RFC 3977, 5.3). It may require a login to list its groups.
		queries: (target, tools) => {
			const greeting: Step[] = [{ expect: "^20[01] [^\\n]*\\n" }];
			const quit: Step[] = [{ send: "QUIT\r\n" }, { expect: "^205" }];
			const list: Step[] = [
				{ send: "MODE READER\r\n" },
				{ expect: "^20[01] [^\\n]*\\n" },
				{ send: "LIST\r\n" },
				{ expect: "^215 [^]*\\n\\.\\r?\\n" },
			];
			const article = `printf 'MODE READER\\r\\nGROUP GROUP\\r\\nARTICLE NUMBER\\r\\nQUIT\\r\\n' | nc ${target.host} ${target.port} | grep -q ^220`;
			const open = { unproven: unproven("unproven-greeting", article) };
			return [
				{ depth: "request", probes: [exchange(target, tools, [...greeting, ...list, ...quit])], ...open },
				{ depth: "greeting", probes: [exchange(target, tools, [...greeting, ...quit])], ...open },
			];
		},
	},
	{
		name: "rsync",
		servers: /^rsync$/,
		ports: [873],
		configuration: "/etc/rsyncd.conf",
		// The server lists its modules without opening them.
		queries: (target, tools) => {
			const address = `rsync://${urlHost(target.host)}:${target.port}`;
			const shares = tools.programs.has("rsync") ? [...(tools.shares ?? [])].slice(0, mostShares) : [];
			const files = shares.map(([name, file]) => fetchShared(`${address}/${name}/${file}`));
			return [
				...(files.length ? [{ depth: "job", probes: files } as const] : []),
				{
					depth: "request",
					probes: [
						exchange(target, tools, [
							{ expect: "^@RSYNCD: \\d" },
							{ send: "@RSYNCD: 31.0\n#list\n" },
							{ expect: "@RSYNCD: EXIT" },
						]),
					],
					unproven: unproven("unproven-file", `rsync ${address}/MODULE/FILE /tmp/cagewright-file`),
				},
			];
		},
	},
	{
		name: "smb",
		servers: /^(smbd|samba)$/,
		ports: [445, 139],
		configuration: "/etc/samba/smb.conf",
		// A guest fetches a file from each share that has one. Without a client, SMB 2.0.2 is negotiated (MS-SMB2, 2.2.3), and
		// the status of the answer must be 0. No share is opened for that.
		queries: (target, tools) => {
			const shares = tools.programs.has("smbclient") ? [...(tools.shares ?? [])].slice(0, mostShares) : [];
			const client = (share: string, file: string) =>
				`smbclient -N -t 5 -I ${target.host} -p ${target.port} -c ${quoteShell(`get ${file} -`)} //localhost/${share}`;
			const files = shares.map(([name, file]) => `${client(name, file)} >/dev/null`);
			const header = `\xfeSMB\x40${"\0".repeat(59)}`;
			const negotiate = `\x24\0\x01\0\x01${"\0".repeat(31)}\x02\x02`;
			return [
				...(files.length ? [{ depth: "job", probes: files } as const] : []),
				{
					depth: "request",
					probes: [
						exchange(target, tools, [
							{ send: `\0\0\0${String.fromCharCode(header.length + negotiate.length)}${header}${negotiate}` },
							{ expect: "^\\0[^]{3}\\xfeSMB[^]{4}\\0{4}" },
						]),
					],
					unproven: unproven(
						"unproven-file",
						`smbclient -U NAME%PASSWORD -p ${target.port} -c "get FILE -" //${target.host}/SHARE >/dev/null`,
					),
				},
			];
		},
	},
	{
		name: "ntp",
		servers: /^ntpd$/,
		transport: "udp",
		ports: [123],
		// A version 4 client packet; a server answers even while it is not synchronised (RFC 5905, 7.3).
		queries: (target, tools) => [
			{ depth: "job", probes: [datagramProbe(target, tools, `23${"00".repeat(47)}`, "^[0-9a-f]4[0-9a-f]{94}")] },
		],
	},
	{
		name: "chrony",
		servers: /^chronyd$/,
		transport: "udp",
		ports: [323],
		// It serves time to nobody by default, but reports its own state on the loopback: a request for `tracking`, as long as its
		// answer (chrony's candm.h, version 6).
		queries: (target, tools) => [
			{
				depth: "request",
				probes: [
					tools.programs.has("chronyc")
						? `chronyc -h ${target.host} -p ${target.port} tracking`
						: datagramProbe(target, tools, `0601000000210000${"00".repeat(96)}`, "^0602000000210005"),
				],
				unproven: unproven("unproven-time", `chronyc -h ${target.host} -p ${target.port} waitsync 10`),
			},
		],
	},
	{
		name: "snmp",
		servers: /^snmpd$/,
		transport: "udp",
		ports: [161],
		// GetRequest of sysUpTime.0 in community "public", version 2c (RFC 3416); the answer is a Response. A server without this
		// community still reports its engine's identity to a request of version 3 (RFC 3414, 4).
		queries: (target, tools) => [
			{
				depth: "job",
				probes: [
					datagramProbe(
						target,
						tools,
						"302902010104067075626c6963a01c020400000001020100020100300e300c06082b060102010103000500",
						"a2",
					),
				],
			},
			{
				depth: "greeting",
				probes: [
					datagramProbe(
						target,
						tools,
						["303e020103", "30110204636167650203", "00ffe3040104020103", "0410300e04000201000201", "00040004000400"].join("") +
							"301404000400a00e0204636167650201000201003000",
						"a8.*2b060106030f010104",
					),
				],
				unproven: unproven("unproven-query", `snmpget -v 2c -c COMMUNITY ${target.host}:${target.port} sysUpTime.0`),
			},
		],
	},
	{
		name: "munin",
		servers: /^munin-node$/,
		ports: [4949],
		// It starts a plug-in for each fetched value; `load` exists on every machine.
		queries: (target, tools) => {
			const greeting = { expect: "^# munin node" };
			return [
				{
					depth: "request",
					probes: [exchange(target, tools, [greeting, { send: "list\n" }, { expect: "\\n" }])],
					job: [exchange(target, tools, [greeting, { send: "fetch load\n" }, { expect: "^load\\.value [\\d.]+\\n" }])],
					unproven: unproven("unproven-script", `printf 'fetch NAME\\nquit\\n' | nc ${target.host} ${target.port} | grep value`),
				},
			];
		},
	},
	{
		name: "tftp",
		servers: /^(in\.tftpd|tftpd|atftpd)$/,
		transport: "udp",
		ports: [69],
		// A read request (RFC 1350) for an existing file. If none is known, the error about a missing file proves little.
		queries: (target, tools) => {
			const ask = (file: string, answer: string) => datagramProbe(target, tools, `0001${hex(file)}00${hex("octet")}00`, answer);
			const files = [...(tools.served ?? [])].flatMap(([directory, names]) => names.map((name) => ({ directory, name })));
			const [first] = files;
			// The error about a missing file, or else any answer.
			const refusals = ["^00050001", "^000[35]"];
			return [
				// By name alone if the server uses chroot, otherwise by the whole path.
				...(first
					? [first.name, `${first.directory}/${first.name}`].map(
							(file): ProbeQuery => ({ depth: "job", probes: [ask(file, "^00030001")] }),
						)
					: []),
				...refusals.map(
					(answer): ProbeQuery => ({
						depth: "greeting",
						probes: [ask("cagewright-probe", answer)],
						unproven: unproven("unproven-file", `curl -fsS -o /dev/null tftp://${urlHost(target.host)}:${target.port}/FILE`),
					}),
				),
			];
		},
	},
];

/** The page `/`, in a conversation that also works over a unix socket. */
export function pageByExchange(target: Target, tools: Tools): ProbeQuery {
	return {
		depth: "request",
		probes: [getOverHttp(target, tools, "^HTTP/1\\.[01] [23]")],
		unproven: unproven("unproven-page", `${curlAt(target)}/PAGE`),
	};
}

/** A shell line's beginning that leads to the server's root. */
function curlAt({ host, port, socket, tls }: Target, options = ""): string {
	const curl = `curl -fsS${tls ? "k" : ""} -o /dev/null${options}`;
	if (socket !== undefined) return `${curl} --unix-socket ${socketOf(socket)} http://localhost`;
	return `${curl} ${tls ? "https" : "http"}://${urlHost(host)}:${port}`;
}

function getOverHttp(target: Target, tools: Tools, expect: string): string {
	return exchange(target, tools, [{ send: "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" }, { expect }]);
}

/** In its own network a server reaches no origin server; reporting that is its own answer (RFC 9110, 15.6). */
export function noBackend(target: Target, tools: Tools): ProbeQuery {
	return {
		depth: "request",
		probes: [getOverHttp(target, tools, "^HTTP/1\\.[01] 50[234] ")],
		unproven: unproven("unproven-backend", `${curlAt(target, " -H 'Host: NAME'")}/`),
	};
}

/** A site without a page at `/`, or with a login, answers too (RFC 9110, 15.5). In its cage it must answer with the same status. */
export function refusedPages(target: Target, tools: Tools): ProbeQuery[] {
	return refusals.map((status) => ({
		depth: "request",
		probes: [getOverHttp(target, tools, `^HTTP/1\\.[01] ${status} `)],
		unproven: unproven("unproven-page", `${curlAt(target)}/PAGE`),
	}));
}

const refusals = ["401", "403", "404"];

/** The page `/` in uWSGI's own protocol, which web servers speak to it: a size and variables. It answers as over HTTP. */
export function uwsgiPages(target: Target, tools: Tools): ProbeQuery[] {
	const size = (text: string) => String.fromCharCode(text.length & 0xff, text.length >> 8);
	const variables = Object.entries({
		REQUEST_METHOD: "GET",
		REQUEST_URI: "/",
		PATH_INFO: "/",
		QUERY_STRING: "",
		SERVER_NAME: "localhost",
		SERVER_PORT: "80",
		SERVER_PROTOCOL: "HTTP/1.1",
		HTTP_HOST: "localhost",
	})
		.flat()
		.map((text) => `${size(text)}${text}`)
		.join("");
	const send = `\0${size(variables)}\0${variables}`;
	return ["[23]", ...refusals].map((status) => ({
		depth: "request",
		probes: [exchange(target, tools, [{ send }, { expect: `^HTTP/1\\.[01] ${status}` }])],
		unproven: unproven("unproven-page", "COMMAND"),
	}));
}

function ldapUrl({ host, port, socket, tls }: Target): string {
	if (socket === undefined) return `ldap${tls ? "s" : ""}://${urlHost(host)}:${port}`;
	return `"ldapi://$(printf %s ${socketOf(socket)} | sed 's|/|%2F|g')"`;
}

/** Maximum number of shares to fetch a file from. */
const mostShares = 4;

/** Fetches a file into a temporary directory. */
function fetchShared(url: string): string {
	return `d=$(mktemp -d) && rsync -q --contimeout=5 --timeout=5 ${quoteShell(url)} "$d/"; s=$?; rm -rf "$d"; exit $s`;
}

function hex(text: string): string {
	return Buffer.from(text, "latin1").toString("hex");
}
