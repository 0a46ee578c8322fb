import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { greetingWord, guessProbe } from "../../src/probe/greeting.ts";
import { exchange, showProbe } from "../../src/probe/lines.ts";
import { furtherExercises, proposeProbe, sharingConfiguration } from "../../src/probe/propose.ts";
import { deliverMail, followLinks, sharesIn } from "../../src/probe/protocol.ts";
import type { ListeningAddress } from "../../src/service/found.ts";

const node = "/usr/bin/node";
const tools = { programs: new Set<string>(), node };
const all = new Set(["curl", "dig", "redis-cli", "pg_isready", "mariadb-admin", "ssh-keyscan"]);
const tcp = (port: number, address = "0.0.0.0"): ListeningAddress => ({ protocol: "tcp", address, port });
const unix = (path: string): ListeningAddress => ({ protocol: "unix", path });
const udp = (port: number, address = "0.0.0.0"): ListeningAddress => ({ protocol: "udp", address, port });

function propose(
	command: string,
	ports: ListeningAddress[] = [],
	programs: ReadonlySet<string> = all,
	env: Record<string, string> = {},
) {
	return proposeProbe({ command: command.split(" "), ports, programs, node, env });
}

/** Returns protocol, address and port of the first proposal. */
function first(command: string, ports: ListeningAddress[] = [], env: Record<string, string> = {}) {
	const [proposal] = propose(command, ports, all, env);
	return proposal && `${proposal.protocol}:${proposal.why.port}`;
}

describe("a probe for a known protocol", () => {
	it.each([
		["/usr/bin/redis-server /etc/redis/redis.conf", [], "redis:6379"],
		["/usr/bin/redis-server --port 6380", [], "redis:6380"],
		["/usr/bin/redis-server /c", [tcp(7000), tcp(17000)], "redis:7000"],
		["/usr/sbin/nginx -g daemon", [tcp(443), tcp(80), tcp(80, "::")], "http:80"],
		["/etc/news/boot", [tcp(119)], "nntp:119"],
		["/usr/bin/python3 -m http.server", [], "http:8000"],
		["/usr/bin/python3 -m http.server 8123 --bind 127.0.0.1", [], "http:8123"],
		["/usr/bin/python3.13 -m uvicorn app:main --port=9000", [], "http:9000"],
		["/usr/bin/php -S 127.0.0.1:8088", [], "http:8088"],
		["/usr/bin/node /opt/cagewright/dist/demo/demo.js", [], "http:8085"],
		["/usr/sbin/named -f -u bind", [udp(53), tcp(953), tcp(53)], "dns:53"],
		["/usr/sbin/named -p 5300", [], "dns:5300"],
		["/usr/sbin/named -p5300", [], "dns:5300"],
		["/usr/lib/postgresql/17/bin/postgres -D /d", [], "postgresql:5432"],
		["/usr/sbin/mariadbd", [], "mysql:3306"],
		["/usr/bin/memcached -p 11311", [], "memcached:11311"],
		["/usr/sbin/sshd -D", [tcp(22)], "ssh:22"],
		["/usr/sbin/vsftpd /etc/vsftpd.conf", [], "ftp:21"],
		["/usr/sbin/haproxy -Ws -f /c", [tcp(8080)], "http-in-front:8080"],
		["/usr/sbin/varnishd -F -a :6081", [], "http-in-front:6081"],
		["/usr/bin/tinyproxy -d", [], "http-proxy:8888"],
		["/usr/sbin/snmpd -f", [], "snmp:161"],
		["/opt/own --listen [::1]:8080", [], "http:8080"],
		["/opt/own -l 3", [tcp(8080)], "http:8080"],
		["/usr/bin/redis-server /c -p 3", [tcp(7000)], "redis:7000"],
		["/usr/bin/redis-server --port 6380", [tcp(6380), tcp(16380)], "redis:6380"],
		["/opt/own", [tcp(25)], "smtp:25"],
		["/opt/own", [udp(53)], "dns:53"],
		["/opt/own", [tcp(12345)], undefined],
		["/opt/own", [], undefined],
		["/opt/own --port 99999", [], undefined],
	] as [string, ListeningAddress[], string | undefined][])("%s %j -> %s", (command, ports, expected) => {
		expect(first(command, ports)).toBe(expected);
	});

	it("accepts that a web server has no page at / or asks for a login, each with its own status", () => {
		const lines = propose("/usr/sbin/nginx", []).flatMap(({ probes }) => probes);
		expect(lines.flatMap((line) => /(40\d) "/.exec(line)?.[1] ?? [])).toEqual(["401", "403", "404"]);
		expect(
			propose("/opt/own", [tcp(8080)])
				.flatMap(({ probes }) => probes)
				.join(),
		).not.toContain("40");
	});

	it("uses the variable PORT", () => expect(first("/usr/bin/node /srv/app.js", [], { PORT: "8080" })).toBe("http:8080"));

	it("covers every listening address, with the loopback for wildcards", () => {
		const proposals = propose("/usr/sbin/nginx", [tcp(443), tcp(80, "::"), tcp(8443, "10.0.0.1")]);
		const places = proposals.map(({ probes: [line = ""] }) => /https?:\/\/\S+$|127\.0\.0\.1 80/.exec(line)?.[0]);
		const distinct = ["http://127.0.0.1:80/", "127.0.0.1 80", "https://127.0.0.1:443/", "https://10.0.0.1:8443/"];
		expect([...new Set(places)]).toEqual(expect.arrayContaining(distinct));
	});

	it.each([
		["/usr/bin/uwsgi --ini /etc/uwsgi.ini", [unix("/run/web/uwsgi.sock")], ["unix /run/web/uwsgi.sock: GET / HTTP/1.1"]],
		["/usr/bin/gunicorn app", [unix("/run/a.sock"), unix("/run/b.sock")], ["unix /run/a.sock: GET / HTTP/1.1"]],
		["/usr/bin/gunicorn app", [unix("/run/a.sock"), unix("/run/b.sock")], ["unix /run/b.sock: GET / HTTP/1.1"]],
		["/usr/sbin/slapd -h ldapi:///", [unix("/run/slapd/ldapi")], ["unix /run/slapd/ldapi"]],
		["/usr/sbin/php-fpm8.4", [unix("/run/php/site.sock")], ["unix /run/php/site.sock"]],
		["/usr/bin/redis-server /c", [unix("/run/redis/redis.sock")], ["unix /run/redis/redis.sock: PING"]],
		["/usr/sbin/mariadbd", [unix("/run/mysqld/mysqld.sock")], ["unix /run/mysqld/mysqld.sock"]],
		["/usr/sbin/dovecot -F", [tcp(993)], ["tls 127.0.0.1:993: a NOOP"]],
		["/usr/sbin/exim4 -bd", [tcp(465)], ["tls 127.0.0.1:465: EHLO localhost, MAIL"]],
		["/usr/sbin/nginx", [tcp(8444)], ["GET https://127.0.0.1:8444/"]],
		["/usr/sbin/slapd", [tcp(636)], ["tls 127.0.0.1:636"]],
	] as [string, ListeningAddress[], string[]][])("asks %s where it listens, %j, and how: %j", (command, ports, expected) => {
		const shown = propose(command, ports, new Set()).map(({ probes }) => showProbe(probes[0] ?? ""));
		expect(shown.map((one) => one.slice(0, expected[0]?.length))).toEqual(expect.arrayContaining(expected));
		// Nothing that no address suggests, such as a usual port.
		for (const one of shown) expect(one).toMatch(/unix \/run\/|:(993|465|8444|636)\b/);
	});

	it("asks no unix socket if a port is known, and none without a file", () => {
		const shown = (ports: ListeningAddress[]) =>
			propose("/usr/bin/redis-server /c", ports, new Set()).map(({ probes: [line = ""] }) => showProbe(line));
		expect(shown([unix("/run/redis.sock"), tcp(6379)]).join()).not.toContain("unix");
		expect(shown([unix("@redis")]).join()).not.toContain("unix");
	});

	it("asks an unknown server with and without TLS, as its port suggests first", () => {
		const asked = (command: string, port: number) =>
			propose(command, [tcp(port)]).map(({ probes }) => probes[0]?.split(" ").at(-1));
		expect(asked("/opt/own", 8443)).toEqual(["https://127.0.0.1:8443/", "http://127.0.0.1:8443/"]);
		expect(asked("/opt/own", 8080)).toEqual(["http://127.0.0.1:8080/", "https://127.0.0.1:8080/"]);
		expect(asked("/usr/sbin/nginx", 8443)[0]).toBe("https://127.0.0.1:8443/");
		expect(asked("/usr/sbin/nginx", 80).join()).not.toContain("https");
	});

	it.each([[all], [new Set<string>()]])("asks a sentinel, which has no keys, only whether it answers", (programs) => {
		const [proposal] = propose("/usr/bin/valkey-sentinel /etc/valkey/sentinel.conf", [], programs);
		expect(proposal?.why.port).toBe(26379);
		expect(proposal?.probes).toEqual([expect.stringContaining("PING")]);
	});
	it("names what identified the protocol", () => {
		expect(propose("/usr/bin/redis-server")[0]?.why).toEqual({ kind: "program", program: "redis-server", port: 6379 });
		expect(propose("/opt/own", [tcp(6379)])[0]?.why).toEqual({ kind: "port", port: 6379 });
	});

	it("uses Node if no client is installed", () => {
		const databases = ["redis-server", "postgres", "mysqld", "memcached"];
		for (const program of [...databases, "nginx", "named", "sshd", "exim4", "vsftpd", "dovecot", "mosquitto"]) {
			const lines = propose(`/usr/sbin/${program}`, [], new Set()).flatMap(({ probes }) => probes);
			expect(lines.length).toBeGreaterThan(0);
			for (const line of lines) expect(line.startsWith(`${node} -e `), line).toBe(true);
		}
	});

	it("takes nothing from the command line into the shell line", () => {
		const command = ["/usr/bin/redis-server", "--bind", "$(reboot)", "--port", "6379;reboot", "--listen", "`x`:80"];
		for (const { probes, exercises } of proposeProbe({ command, ports: [tcp(6379, "$(x)")], programs: all, node })) {
			expect([...probes, ...exercises].join("\n")).not.toMatch(/reboot|\$\(x\)|`/);
		}
	});

	it("queries an unknown server at every known port, deepest first, then at each port alone", () => {
		const ways = propose("/bin/sh -c /opt/own", [tcp(1883), tcp(1883, "::"), tcp(5222), tcp(40000)]);
		const asked = ways.map(({ probes }) => probes.map((line) => /127\.0\.0\.1 (\d+) /.exec(line)?.[1]).join(" "));
		expect(asked[0]).toBe("1883 5222");
		expect(ways[0]).toMatchObject({ protocol: "mqtt", also: [{ protocol: "xmpp", port: 5222 }] });
		expect(asked.slice(-2)).toEqual(["5222", "5222"]);
		// MQTT requires a login, XMPP knows the host.
		const isMixed = ([mqtt = "", xmpp = ""]: readonly string[]) => !mqtt.includes("cagewrightok") && xmpp.includes("features");
		expect(ways.some(({ probes }) => isMixed(probes))).toBe(true);
		expect(propose("/opt/own", [tcp(1883)]).every(({ also }) => also === undefined)).toBe(true);
	});

	it("expects one kind of answer from a proxy", () => {
		const answers = {
			"HTTP/1.0 503 Unavailable\r\nA: b\r\n\r\n<html>": 0,
			"HTTP/1.1 200 OK\r\n\r\n<html>": 1,
			"HTTP/1.1 403 Filtered\r\n\r\n": 2,
			"HTTP/1.1 500 Internal Privoxy Error\r\n\r\n<html>": 3,
			"HTTP/1.1 503 Unavailable\r\n\r\n": -1,
		};
		const expected = propose("/usr/sbin/privoxy", [], new Set()).map(({ probes }) => {
			const steps = JSON.parse(/'(\[\{.*\}\])'$/.exec(probes[0] ?? "")?.[1] ?? "[]");
			return new RegExp(steps.at(-1).expect);
		});
		for (const [answer, index] of Object.entries(answers)) {
			expect(expected.map((one) => one.test(answer)).indexOf(true), answer).toBe(index);
		}
	});

	it("does not accept an FTP server's error as an answer", () => {
		const line = propose("/usr/sbin/vsftpd", [], new Set())[0]?.probes[0] ?? "";
		expect(line).toContain("^(215|502|530) ");
	});

	it("fetches a file from each of rsync's modules, if one is known", () => {
		const question = { command: ["/usr/bin/rsync", "--daemon"], ports: [tcp(873)], programs: new Set(["rsync"]), node };
		const [first, second] = proposeProbe({ ...question, shares: new Map(Object.entries({ a: "x", b: "y" })) });
		const fetched = first?.probes.map((line) => /rsync:\/\/\S+(?= )/.exec(line)?.[0]);
		expect(fetched).toEqual(["a/x", "b/y"].map((file) => `rsync://127.0.0.1:873/${file}`));
		expect(second?.probes[0]).toContain("#list");
		expect(proposeProbe(question)).toHaveLength(1);
	});

	it("fetches a file as a guest from Samba's shares, if one is known, and negotiates otherwise", () => {
		const question = { command: ["/usr/sbin/smbd", "--foreground"], ports: [tcp(445)], programs: new Set(["smbclient"]), node };
		const [first, second] = proposeProbe({ ...question, shares: new Map([["pub", "page"]]) });
		expect(first?.probes).toEqual(["smbclient -N -t 5 -I 127.0.0.1 -p 445 -c 'get page -' //localhost/pub >/dev/null"]);
		const [sent, { expect: answer }] = JSON.parse(/'(\[\{.*\}\])'$/.exec(second?.probes[0] ?? "")?.[1] ?? "[]");
		// The NetBIOS session's length counts what follows it (RFC 1002, 4.3.1).
		expect(sent.send.charCodeAt(3)).toBe(sent.send.length - 4);
		expect(new RegExp(answer).test(`\0\0\0\xff\xfeSMB\x40\0\x01\0\0\0\0\0\0`)).toBe(true);
		expect(new RegExp(answer).test(`\0\0\0\xff\xfeSMB\x40\0\x01\0\x05\0\0\xc0\0`)).toBe(false);
	});
});

describe("a file server's shares", () => {
	it("are the sections with a path and without access restrictions", () => {
		const closed =
			"[closed]\npath=/srv/two\nauth users = me\n[od d]\npath=/x\n[home]\nguest ok=yes\n[paper]\npath=/y\nprintable = Yes\n[own]\npath=/z\nguest ok = no\n";
		const text = `uid = nobody\npath = /none\n[one]\n\tpath = /srv/one\n# [two]\n${closed}`;
		expect(sharesIn(text)).toEqual([{ name: "one", directory: "/srv/one" }]);
	});
	it.each([
		["/usr/bin/rsync --daemon", "/etc/rsyncd.conf"],
		["/usr/bin/rsync --daemon --config=/a", "/a"],
		["/usr/bin/rsync --config /b", "/b"],
		["/usr/sbin/nginx", undefined],
	])("are read from the configuration in the command %s: %s", (command, file) => {
		expect(sharingConfiguration(command.split(" "))).toBe(file);
	});
});

const target = { host: "127.0.0.1", port: 7000 };

it.each([
	["SSH-2.0-OpenSSH_10.0p2 Debian-7\r\n", "SSH"],
	["220 mail.example.org ESMTP Postfix\r\n", "220"],
	["220-many lines\r\n", "220"],
	["+OK Dovecot ready.\r\n", "+OK"],
	["* OK [CAPABILITY IMAP4rev1]\r\n", "* OK"],
	["RFB 003.008\n", "RFB"],
	["\x00\x01\x02", undefined],
	["2201", undefined],
	["ERROR :Trying to reconnect too fast.\r\n", undefined],
	["421 Too many connections\r\n", undefined],
	["500 OOPS: vsftpd: cannot open the configuration\r\n", undefined],
	["hello\r\nNo error so far\r\n", "hello"],
])("of the greeting %j remains %j", (text, word) => expect(greetingWord(text)).toBe(word));

it("a probe requests a working page, and expects the same status of a refused one", () => {
	const guess = (answer: Parameters<typeof guessProbe>[1]) => guessProbe(target, answer, { programs: all, node });
	expect(guess({ kind: "http", status: 302 })).toMatch(/^curl .*http:\/\/127\.0\.0\.1:7000\/$/);
	expect(guess({ kind: "http", status: 401 })).toContain(" 401");
	expect(guess({ kind: "http", status: 200, title: "Welcome" })).toMatch(/^curl /);
	for (const status of [400, 502, 503]) expect(guess({ kind: "http", status })).toBeUndefined();
	expect(guess({ kind: "http", status: 200, title: "proxy - Access denied" })).toBeUndefined();
	expect(guess({ kind: "banner", text: "+OK ready" })).toContain("\\\\+OK");
	expect(guess({ kind: "banner", text: "\x7f" })).toBeUndefined();
});

const shown = (...command: string[]) =>
	proposeProbe({ command, ports: [], ...tools, env: {} }).map(({ probes }) => probes.map(showProbe));

it("a shell line is shown by its first line", () => {
	expect(showProbe("curl -fsS localhost")).toBe("curl -fsS localhost");
	expect(showProbe("node -e '\nconst a = 1;\n'\n")).toBe("node -e '…");
	expect(showProbe("x".repeat(500))).toHaveLength(101);
});

it("a conversation is shown with its address and the sent text", () => {
	const target = { host: "127.0.0.1", port: 25 };
	const steps = [{ expect: "^220" }, { send: "EHLO localhost\r\n" }, { expect: "^250" }, { send: "QUIT\r\n" }];
	expect(showProbe(exchange(target, tools, steps))).toBe("tcp 127.0.0.1:25: EHLO localhost, QUIT");
	expect(showProbe(exchange(target, tools, [{ expect: "^220" }]))).toBe("tcp 127.0.0.1:25");
	expect(showProbe(exchange({ ...target, socket: "/run/a.sock" }, tools, [{ send: "PING\r\n" }]))).toBe("unix /run/a.sock: PING");
	expect(showProbe(exchange(target, tools, [{ send: "\0\x01" }]))).toBe("tcp 127.0.0.1:25");
});

it("no proposed probe shows its script", () => {
	expect([...new Set(shown("/usr/sbin/nginx").flat())]).toEqual(["GET http://127.0.0.1:80/", "tcp 127.0.0.1:80: GET / HTTP/1.1"]);
	expect(showProbe(followLinks("http://127.0.0.1:80/", tools))).toBe("GET http://127.0.0.1:80/ and its links");
	expect(showProbe(deliverMail({ host: "127.0.0.1", port: 25 }, tools, "root"))).toBe("tcp 127.0.0.1:25: mail to root");
	expect(showProbe("node -e 'process.exit(0)' a b")).toBe("node: a b");
	expect(showProbe(`node -e 'http.get("http://127.0.0.1:80/a", r => r.resume())'`)).toBe("GET http://127.0.0.1:80/a");
	expect(shown("/usr/sbin/named").flat()).toContain("dns 127.0.0.1:53");
	expect(shown("/usr/sbin/snmpd")[0]?.[0]).toBe("udp 127.0.0.1:161");
	for (const server of ["redis-server", "named", "postgres", "mariadbd", "sshd", "vsftpd", "tinyproxy"]) {
		for (const probe of shown(server).flat()) expect(probe).not.toMatch(/require|=>/);
	}
});

const from = (probe: string) => furtherExercises({ probes: [probe], exercises: [] }).map(({ command }) => command);

it("an exercise keeps the client's address, and nothing of the surrounding shell", () => {
	const options = "-o /dev/null --noproxy '*' --max-time 10";
	expect(from(`curl -fsS ${options} http://127.0.0.1:80/`)[0]).toBe(`curl -sS ${options} http://127.0.0.1:80/no-such-page`);
	const [secure] = from("curl -f 'https://localhost/a?b=1' | grep -q x");
	expect(secure).toBe(`curl -sSk ${options} https://localhost/a/no-such-page`);
	expect(from(`test "$(redis-cli -h 127.0.0.1 -p 6379 PING)" = PONG`)).toContain("redis-cli -h 127.0.0.1 -p 6379 INFO");
	expect(from(`curl --unix-socket "$CAGEWRIGHT_ROOT/run/x" http://localhost/`)).toEqual([]);
	expect(from("true")).toEqual([]);
});

it.each([
	["/usr/sbin/nginx", "curl"],
	["/usr/bin/redis-server", "redis-cli"],
	["/usr/sbin/named", "dig"],
	["/usr/sbin/mariadbd", "mariadb-admin"],
	["/usr/sbin/sshd", "ssh-keyscan"],
])("a proposed probe of %s leads to further exercises", (program, client) => {
	const [proposal] = proposeProbe({ command: [program], ports: [], programs: new Set([client]), node: "/usr/bin/node" });
	const further = furtherExercises({ probes: proposal?.probes ?? [], exercises: proposal?.exercises ?? [] });
	expect(further.length).toBeGreaterThan(0);
	for (const { command } of further) expect(command.startsWith(client)).toBe(true);
});

it("each exercise is proposed once", () => {
	const probe = "redis-cli -p 1 PING";
	const all = furtherExercises({ probes: [probe, probe], exercises: [probe] });
	expect(new Set(all.map(({ command }) => command)).size).toBe(all.length);
});

async function serve(answer: RequestListener) {
	const server = createServer(answer).listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	return { port, [Symbol.dispose]: () => void server.close() };
}

const follow = (port: number) => {
	const line = followLinks(`http://127.0.0.1:${port}/`, { node: process.execPath, programs: new Set() });
	return promisify(execFile)("/bin/sh", ["-c", line], { env: { NODE_DEBUG: "" } }).then(
		() => 0,
		({ code, stderr }: { code: number; stderr: string }) => [code, stderr.trim()],
	);
};

it("a page leads to no other server and to no other protocol", async () => {
	const asked: (string | undefined)[] = [];
	// localhost differs from the page's host name.
	using other = await serve(({ headers }, response) => {
		asked.push(headers.host);
		response.end();
	});
	const leads = (to: string) =>
		serve(({ url }, response) => {
			if (url === "/away") response.writeHead(302, { location: to }).end();
			else response.end(`<a href="/away">away</a> <a href="http://localhost:${other.port}/link">x</a> <a href="/here">here</a>`);
		});
	for (const to of [`http://localhost:${other.port}/redirected`, "cluster:x", "file:///etc/passwd"]) {
		using page = await leads(to);
		expect([to, await follow(page.port), asked]).toEqual([to, 0, []]);
	}
	using page = await serve((_, response) => response.writeHead(302, { location: `http://localhost:${other.port}/` }).end());
	expect([await follow(page.port), asked]).toEqual([[1, `http://127.0.0.1:${page.port}/ leads to another server`], []]);
});

it("a link that leads nowhere is named", async () => {
	using page = await serve(({ url }, response) => {
		if (url === "/manual") response.writeHead(404).end();
		else response.end(`<a href="/here">here</a> <a href="/manual">manual</a>`);
	});
	expect(await follow(page.port)).toEqual([1, `http://127.0.0.1:${page.port}/manual: 404`]);
	using alone = await serve((_, response) => response.end());
	expect(await follow(alone.port)).toEqual([1, `no link of http://127.0.0.1:${alone.port}/ worked`]);
});
