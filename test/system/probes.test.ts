import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { quoteShellLine } from "../../src/base/path/quote.ts";
import { proposeProbe } from "../../src/probe/propose.ts";
import { probePrograms } from "../../src/probe/protocols.ts";
import type { ListeningAddress } from "../../src/service/found.ts";
import { lookUpProgram } from "../../src/service/host/process-application.ts";
import { some } from "../long.ts";
import { temporaryFolder } from "./cagewright.ts";

/** Proposed probes, tried with real servers in a separate network, and without any server. */

const node = process.execPath;
const isolated =
	process.getuid?.() === 0 &&
	spawnSync("unshare", ["--net", "--pid", "--fork", "--mount-proc", "ip", "link", "set", "lo", "up"]).status === 0;
const installed = new Set(probePrograms.filter((name) => "path" in lookUpProgram(name)));

const folder = temporaryFolder("probes");
beforeAll(() => {
	chmodSync(folder, 0o755);
});

/**
 * Returns the exit statuses of the lines, each retried for some seconds while the server runs. The shell is PID 1 of its namespace, so
 * all processes end with it.
 */
async function ask(server: readonly string[], lines: readonly string[], seconds = 60): Promise<number | null> {
	const start = server.length === 0 ? "" : `${quoteShellLine(server)} >/dev/null 2>&1 &`;
	const tries = lines.map(
		(line) => `until ( ${line} ) >/dev/null 2>&1; do [ $SECONDS -lt ${seconds} ] || exit 1; sleep 0.1; done`,
	);
	const script = `ip link set lo up; ${start}\n${tries.join("\n")}\nexit 0`;
	const words = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", script];
	const [status] = await once(spawn("unshare", words, { stdio: "ignore" }), "close");
	return status;
}

/** With the installed clients, and without any. */
const toolboxes = [
	["its client", installed],
	["Node alone", new Set<string>()],
] as const;

/** Passes if one of the proposed sets of probes does, as in a trace. */
function anyOf(command: readonly string[], programs: ReadonlySet<string>, ports: readonly ListeningAddress[] = []): string {
	const sets = proposeProbe({ command, ports, programs, node }).map(({ probes }) => probes);
	return sets.map((probes) => `( ${probes.map((line) => `( ${line} )`).join(" && ")} )`).join(" || ");
}

function linesFor(command: readonly string[], programs: ReadonlySet<string>): string[] {
	const [first] = proposeProbe({ command, ports: [], programs, node });
	if (first === undefined) throw new Error(`nothing proposed for ${command.join(" ")}`);
	return [...first.probes, ...first.exercises];
}

/** Returns a server that follows a script: it sends the greeting, then an answer to each line. */
function talker(port: number, greeting: string, answers: Readonly<Record<string, string>>): string[] {
	const script = `
		const [port, greeting, answers] = JSON.parse(process.argv[1]);
		require("net").createServer((c) => {
			c.on("error", () => {});
			c.write(greeting, "latin1");
			c.on("data", (d) => { for (const [k, v] of Object.entries(answers)) if (d.toString("latin1").startsWith(k)) c.write(v, "latin1"); });
		}).listen(port, "127.0.0.1");`;
	return [node, "-e", script, JSON.stringify([port, greeting, answers])];
}

/** A key and its self-signed certificate. Undefined without openssl. */
function certificate(): readonly [string, string] | undefined {
	const [key, chain] = [join(folder, "tls.key"), join(folder, "tls.crt")] as const;
	const options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-days", "1", "-keyout", key, "-out", chain];
	return spawnSync("openssl", ["req", ...options]).status === 0 ? [key, chain] : undefined;
}

/** Returns a server that says something else and hangs up, so that no probe waits. */
function stranger(port: number): string[] {
	const script =
		'require("net").createServer((c) => c.on("error", () => {}).end("nonsense\\r\\n")).listen(process.argv[1], "127.0.0.1")';
	return [node, "-e", script, String(port)];
}

const servers: readonly { name: string; program: string; command: () => string[]; start?: () => string[] }[] = [
	{
		name: "redis",
		program: "/usr/bin/redis-server",
		command: () => ["/usr/bin/redis-server", "--port", "6380", "--dir", folder, "--save", ""],
	},
	{
		name: "http",
		program: "/usr/sbin/nginx",
		command: () => {
			const configuration = join(folder, "nginx.conf");
			const logs = `error_log ${folder}/error.log; pid ${folder}/nginx.pid;`;
			writeFileSync(configuration, `${logs} events {} http { access_log off; server { listen 80; return 200 "ok"; } }`);
			return ["/usr/sbin/nginx", "-c", configuration, "-g", "daemon off;"];
		},
	},
	{
		name: "dns",
		program: "/usr/sbin/named",
		command: () => {
			const configuration = join(folder, "named.conf");
			writeFileSync(
				configuration,
				`options { directory "${folder}"; pid-file none; session-keyfile none; listen-on-v6 { none; }; }; controls {};`,
			);
			return ["/usr/sbin/named", "-f", "-p", "5300", "-c", configuration];
		},
	},
];

const dnsmasq = (...options: string[]) => [
	"/usr/sbin/dnsmasq",
	"--keep-in-foreground",
	"--conf-file=/dev/null",
	"--pid-file=",
	...options,
];
const redisServer = (...options: string[]) => [
	"/usr/bin/redis-server",
	"--port",
	"6381",
	"--dir",
	folder,
	"--save",
	"",
	...options,
];

/** Daemons that depend on another machine or on a password, which a probe must do without. */
const lonely: readonly { name: string; command: () => string[] }[] = [
	{ name: "dnsmasq without upstream and names", command: () => dnsmasq("--no-hosts", "--no-resolv") },
	{ name: "dnsmasq without upstream", command: () => dnsmasq() },
	{
		name: "dnsmasq with a dead upstream and a secret version",
		command: () => dnsmasq("--no-ident", "--no-resolv", "--server=192.0.2.1"),
	},
	{ name: "redis as the replica of a dead master", command: () => redisServer("--replicaof", "192.0.2.1 6379") },
	{ name: "redis with a password", command: () => redisServer("--requirepass", "secret") },
	{
		name: "nginx in front of a dead backend",
		command: () => {
			const configuration = join(folder, "proxy.conf");
			const logs = `error_log ${folder}/proxy.log; pid ${folder}/proxy.pid;`;
			const server = "server { listen 80; location / { proxy_pass http://127.0.0.1:9; } }";
			writeFileSync(configuration, `${logs} events {} http { access_log off; ${server} }`);
			return ["/usr/sbin/nginx", "-c", configuration, "-g", "daemon off;"];
		},
	},
	{
		name: "chrony without a time server",
		command: () => ["/usr/sbin/chronyd", "-d", "-x", "-u", "root", "bindcmdaddress /", "pidfile /"],
	},
];

describe.runIf(isolated)("a proposed probe", () => {
	for (const [tools, programs] of toolboxes) {
		for (const { name, program, command } of servers) {
			it.runIf(existsSync(program))(`of ${name} passes only if the server answers (${tools})`, async () => {
				const lines = linesFor(command(), programs);
				expect(await ask(command(), lines)).toBe(0);
				for (const line of lines.slice(0, 1)) expect(await ask([], [line], 0)).toBe(1);
			});
		}

		it.each(some(1, lonely))(`of $name passes (${tools})`, async ({ command }) => {
			const words = command();
			const line = anyOf(words, programs);
			expect(await ask(words, [line])).toBe(0);
			// Without a client, each datagram's answer is awaited for seconds.
			if (programs === installed) expect(await ask([], [line], 0)).toBe(1);
		});

		it(`fails if another server answers (${tools})`, async () => {
			const wrong = [node, "-e", `require("http").createServer((q, r) => r.writeHead(404).end("no")).listen(8080, "127.0.0.1")`];
			const ready = `${node} -e 'fetch("http://127.0.0.1:8080").then(() => process.exit(0), () => process.exit(1))'`;
			const commands = ["redis-server --port 8080", "nginx --port 8080", "postgres -p 8080", "memcached -p 8080"];
			const lines = commands.map((command) => linesFor(`/usr/bin/${command}`.split(" "), programs)[0] ?? "");
			expect(await ask(wrong, [ready, ...lines.map((line) => `! ( ${line} )`)], 5)).toBe(0);
		});
	}

	it("of postgresql passes only if the server answers", async () => {
		const bin = `/usr/lib/postgresql/${readdirSync("/usr/lib/postgresql")[0]}/bin`;
		const data = mkdtempSync(join(folder, "pg-"));
		const owner = spawnSync("id", ["-u", "postgres"], { encoding: "utf8" });
		chownSync(data, Number(owner.stdout), -1);
		const as = ["setpriv", "--reuid=postgres", "--clear-groups"];
		spawnSync(as[0] ?? "", [...as.slice(1), `${bin}/initdb`, "-D", data, "--no-sync"]);
		const server = [...as, `${bin}/postgres`, "-D", data, "-p", "5433", "-k", data];
		const lines = toolboxes.flatMap(([, programs]) => linesFor([`${bin}/postgres`, "-D", data, "-p", "5433"], programs));
		expect(await ask(server, lines)).toBe(0);
		for (const line of lines) expect(await ask([], [line], 0), line).toBe(1);
	});

	const talkers: readonly [string, number, string[]][] = [
		[
			"exim4",
			2525,
			talker(2525, "220-hello\r\n220 mail\r\n", {
				EHLO: "250-mail\r\n250 HELP\r\n",
				MAIL: "250 sender\r\n",
				RCPT: "250 recipient\r\n",
				RSET: "250 reset\r\n",
				QUIT: "221 bye\r\n",
			}),
		],
		["vsftpd", 2121, talker(2121, "220 ftp\r\n", { SYST: "530 log in\r\n", QUIT: "221 bye\r\n" })],
		["memcached", 11311, talker(11311, "", { set: "STORED\r\n", get: "VALUE cagewright:probe 0 2\r\nok\r\nEND\r\n" })],
		["mysqld", 3307, talker(3307, "J\0\0\0\x0a8.4.0\0", {})],
		["sshd", 2022, talker(2022, "SSH-2.0-OpenSSH_10.0\r\n", {})],
		["dovecot", 1143, talker(1143, "* OK ready\r\n", { a: "a OK done\r\n" })],
		[
			"mosquitto",
			1884,
			talker(1884, "", { "\x10": "\x20\x02\0\0", "\x82": "\x90\x03\0\x01\0", "\x30": "\x30\x0e\0\x0acagewrightok" }),
		],
		["php-fpm8.4", 9100, talker(9100, "", { "\x01\x09": "\x01\x0a\0\0\0\x11\0\0" })],
		["slapd", 3890, talker(3890, "", { "\x30\x0c": "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\0\x04\0\x04\0" })],
		["squid", 3129, talker(3129, "", { "GET http://": "HTTP/1.1 503 Service Unavailable\r\n\r\n<html>" })],
		["haproxy", 8081, talker(8081, "", { "GET / ": "HTTP/1.1 200 OK\r\n\r\n" })],
		["tor", 9051, talker(9051, "", { "\x05\x01": "\x05\0" })],
		["prosody", 5223, talker(5223, "", { "<?xml": "<?xml version='1.0'?><stream:stream id='a'><stream:features>" })],
		["rsync", 8730, talker(8730, "@RSYNCD: 32.0 sha512\n", { "@RSYNCD": "@RSYNCD: EXIT\n" })],
	];
	it.concurrent.each(some(3, talkers))("of %s speaks the protocol", async (program, port, server) => {
		const lines = linesFor([`/usr/sbin/${program}`, "-p", String(port)], new Set());
		expect(await ask(server, lines)).toBe(0);
		expect(await ask(stranger(port), lines, 0)).toBe(1);
	});

	const answering: readonly [string, number, RegExp, string][] = [
		["ntpd", 1230, /^23(00){47}$/, `24${"00".repeat(47)}`],
		["snmpd", 1610, /^30..020101/, "302a0201010406a22000"],
		["in.tftpd", 6900, /^0001.+00$/, "000500016e6f00"],
	];
	it.concurrent.each(some(1, answering))(
		"of %s sends its datagram and accepts only a valid answer",
		async (program, port, question, answer) => {
			const replies = (text: string) => [
				node,
				"-e",
				`const s = require("dgram").createSocket("udp4");
			s.on("message", (d, from) => { if (RegExp(process.argv[1]).test(d.toString("hex"))) s.send(Buffer.from(process.argv[2], "hex"), from.port); }).bind(${port}, "127.0.0.1");`,
				question.source,
				text,
			];
			const lines = linesFor([`/usr/sbin/${program}`, "-p", String(port)], new Set());
			expect(await ask(replies(answer), lines)).toBe(0);
			expect(await ask(replies("ffff"), lines, 0)).toBe(1);
		},
	);

	it("finds a unix socket below the application's root", async () => {
		const [line = ""] = linesFor(["/usr/sbin/php-fpm8.4", "--nodaemonize"], new Set());
		const root = mkdtempSync(join(folder, "it's a root "));
		mkdirSync(join(root, "run/php"), { recursive: true });
		const server = `require("net").createServer((c) => c.once("data", () => c.write(Buffer.from([1, 10])))).listen(process.argv[1])`;
		const within = `CAGEWRIGHT_ROOT=${quoteShellLine([root])}; ${line}`;
		expect(await ask([node, "-e", server, join(root, "run/php/php8.4-fpm.sock")], [within])).toBe(0);
		expect(await ask([], [within], 0)).toBe(1);
	});

	const elsewhere: readonly [string, string, ListeningAddress, () => string[] | undefined][] = [
		[
			"redis at a unix socket",
			"/usr/bin/redis-server",
			{ protocol: "unix", path: join(folder, "redis.sock") },
			() => ["/usr/bin/redis-server", "--port", "0", "--unixsocket", join(folder, "redis.sock"), "--dir", folder, "--save", ""],
		],
		[
			"IMAP with TLS only",
			"/usr/sbin/dovecot",
			{ protocol: "tcp", address: "127.0.0.1", port: 993 },
			() => {
				const [key, chain] = certificate() ?? [];
				if (key === undefined || chain === undefined) return undefined;
				const script = `const f=require("fs");require("tls").createServer({key:f.readFileSync(process.argv[1]),cert:f.readFileSync(process.argv[2])},(c)=>{
					c.on("error",()=>{}).on("data",()=>c.write("a OK done\\r\\n")).write("* OK ready\\r\\n");
				}).on("tlsClientError",()=>{}).listen(993,"127.0.0.1")`;
				return [node, "-e", script, key, chain];
			},
		],
		[
			"uWSGI at a unix socket",
			"/usr/bin/uwsgi",
			{ protocol: "unix", path: join(folder, "uwsgi.sock") },
			() => {
				// A killed server leaves its socket.
				const script = `require("fs").rmSync(process.argv[1], { force: true });
				require("net").createServer((c) => c.once("data", (d) => {
					if (d[0] !== 0 || d.readUInt16LE(1) !== d.length - 4) return c.destroy();
					const names = [];
					for (let at = 4; at < d.length; ) { const n = d.readUInt16LE(at); names.push(d.toString("latin1", at + 2, at + 2 + n)); at += 2 + n; }
					c.end(names.includes("PATH_INFO") ? "HTTP/1.1 200 OK\\r\\n\\r\\n" : "");
				})).listen(process.argv[1])`;
				return [node, "-e", script, join(folder, "uwsgi.sock")];
			},
		],
		[
			"nginx with TLS at an unusual port",
			"/usr/sbin/nginx",
			{ protocol: "tcp", address: "0.0.0.0", port: 8444 },
			() => {
				const [key, chain] = certificate() ?? [];
				if (key === undefined) return undefined;
				const configuration = join(folder, "secure.conf");
				const logs = `error_log ${folder}/secure.log; pid ${folder}/secure.pid;`;
				const secure = `server { listen 8444 ssl; ssl_certificate ${chain}; ssl_certificate_key ${key}; return 403; }`;
				writeFileSync(configuration, `${logs} events {} http { access_log off; ${secure} }`);
				return ["/usr/sbin/nginx", "-c", configuration, "-g", "daemon off;"];
			},
		],
	];
	it.each(some(1, elsewhere))("of %s is answered where the server listens", async (_, program, address, command) => {
		const server = command();
		if (server === undefined || (server[0] !== node && !existsSync(program))) return;
		for (const [, programs] of toolboxes) {
			const line = `CAGEWRIGHT_ROOT=; ${anyOf([program], programs, [address])}`;
			expect(await ask(server, [line])).toBe(0);
			expect(await ask([], [line], 0)).toBe(1);
		}
	});

	it("fetches a page via HTTPS with a self-signed certificate", async () => {
		const made = certificate();
		if (made === undefined) return;
		const [key, chain] = made;
		const script = `const f=require("fs");require("https").createServer({key:f.readFileSync(process.argv[1]),cert:f.readFileSync(process.argv[2])},(q,r)=>r.end("ok")).listen(8443,"127.0.0.1")`;
		for (const [, programs] of toolboxes) {
			expect(await ask([node, "-e", script, key, chain], linesFor(["/usr/sbin/nginx", "--port", "8443"], programs))).toBe(0);
		}
	});
});
