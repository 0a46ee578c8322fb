import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { temporaryFolder } from "./cagewright.ts";
import { endAfterFile } from "./clean-up.ts";
import { eventually } from "./eventually.ts";
import { ask, hostNetwork, type Network } from "./network.ts";

/** Real daemons with configuration and data below a temporary folder. */

export interface Daemon {
	readonly folder: string;
	readonly command: readonly string[];
	readonly probe: string;
}

/** Words of `make` and `trace`, after their options. */
export const wordsOf = ({ command, probe }: Daemon) => ["--probe", probe, "--", ...command];

const idOf = (account: string, what: "-u" | "-g") => Number(execFileSync("id", [what, account], { encoding: "utf8" }));

/** Makes an account the owner of one of the tests' files or folders. */
export function giveTo(account: string, path: string): void {
	execFileSync("chown", [`${idOf(account, "-u")}:${idOf(account, "-g")}`, path]);
}

export function redis(port: number, settings: readonly string[] = []): Daemon {
	return redisIn(temporaryFolder("redis"), port, settings);
}

/** Returns a redis with its configuration and data in this folder. */
export function redisIn(folder: string, port: number, settings: readonly string[] = []): Daemon {
	mkdirSync(`${folder}/data`);
	giveTo("redis", `${folder}/data`);
	const lines = [`port ${port}`, "bind 127.0.0.1", `dir ${folder}/data`, "dbfilename dump.rdb", ...settings];
	writeFileSync(`${folder}/redis.conf`, `${lines.join("\n")}\n`);
	return {
		folder,
		command: ["redis-server", `${folder}/redis.conf`],
		probe: `test "$(redis-cli -p ${port} SET probe ok)" = OK && test "$(redis-cli -p ${port} GET probe)" = ok`,
	};
}

/** Returns redis's answer to one command. */
export async function askRedis(port: number, words: readonly string[], network: Network = hostNetwork): Promise<string> {
	const { output, status } = await ask(["redis-cli", "-p", String(port), ...words], network);
	if (status !== 0 || /^Could not connect/.test(output)) throw new Error(output);
	return output;
}

export interface NginxSettings {
	readonly port: number;
	/** Lines of nginx's main context. */
	readonly main?: readonly string[];
	/** Lines of nginx's server block. */
	readonly server?: readonly string[];
}

/** Returns an nginx with logs, pid file and temporary files in `state/`, which www-data owns, and pages in `pages/`. */
export function nginx({ main = [], port, server = [] }: NginxSettings): Daemon {
	const folder = temporaryFolder("nginx");
	for (const name of ["state", "pages"]) mkdirSync(`${folder}/${name}`);
	giveTo("www-data", `${folder}/state`);
	writeFileSync(`${folder}/pages/index.html`, "a page of the test\n");
	const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
	writeFileSync(
		`${folder}/nginx.conf`,
		[
			"daemon off;",
			...main,
			`pid ${folder}/state/nginx.pid;`,
			`error_log ${folder}/state/error.log;`,
			"events {}",
			"http {",
			...temporary.map((name) => `${name}_temp_path ${folder}/state/${name};`),
			`access_log ${folder}/state/access.log;`,
			"server {",
			`listen 127.0.0.1:${port};`,
			`root ${folder}/pages;`,
			...server,
			"}",
			"}",
			"",
		].join("\n"),
	);
	return {
		folder,
		command: ["nginx", "-e", `${folder}/state/error.log`, "-c", `${folder}/nginx.conf`],
		probe: `curl -fsS --noproxy '*' http://127.0.0.1:${port}/ | grep -q 'a page of the test'`,
	};
}

/** An authoritative server for example.test that runs as the account bind. */
export function bind9(port: number): Daemon {
	const folder = temporaryFolder("bind");
	mkdirSync(`${folder}/cache`);
	giveTo("bind", `${folder}/cache`);
	writeFileSync(
		`${folder}/named.conf`,
		[
			`options { directory "${folder}/cache"; pid-file "${folder}/cache/named.pid"; session-keyfile "${folder}/cache/session.key";`,
			`listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; dnssec-validation no; };`,
			"controls {};",
			`zone "example.test" { type primary; file "${folder}/example.test.zone"; };`,
			"",
		].join("\n"),
	);
	writeFileSync(
		`${folder}/example.test.zone`,
		"$TTL 60\n@ IN SOA ns root 1 3600 600 86400 60\n@ IN NS ns\nns IN A 127.0.0.1\nwww IN A 192.0.2.7\n",
	);
	return {
		folder,
		command: ["named", "-f", "-c", `${folder}/named.conf`],
		probe: `dig +short +time=5 +tries=6 -p ${port} @127.0.0.1 www.example.test A | grep -qx 192.0.2.7`,
	};
}

/** The web server of Python's standard library, for a folder of pages. */
export function pythonPages(port: number): Daemon {
	const folder = temporaryFolder("pages");
	writeFileSync(`${folder}/index.html`, "a page of the test\n");
	return {
		folder,
		command: ["/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder, String(port)],
		probe: `curl -fsS --noproxy '*' http://127.0.0.1:${port}/index.html | grep -q 'a page of the test'`,
	};
}

/** A web server in Perl. `answers` are its lines for a request of `$what`, which set `$text` and `$status`. It does `first` at its start. */
export function perlServer(port: number, answers: string, first = ""): Daemon {
	const folder = temporaryFolder("perl");
	const script = `${folder}/server.pl`;
	writeFileSync(
		script,
		`use strict; use IO::Socket::INET; $SIG{TERM} = sub { exit 0 };
${first}
my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => ${port}, Listen => 5, ReuseAddr => 1) or die;
while (my $c = $s->accept) {
	my ($what) = (<$c> // '') =~ m{^GET /(\\S*)};
	my ($status, $text) = ('200 OK', 'ok');
	${answers}
	print $c "HTTP/1.0 $status\\r\\n\\r\\n$text"; close $c;
}`,
	);
	return { folder, command: ["/usr/bin/perl", script], probe: `curl -sf http://127.0.0.1:${port}/` };
}

/** Starts a daemon on the host. It runs until the file's tests end. */
export async function startOnHost({ command, probe }: Daemon, network: Network = hostNetwork): Promise<ChildProcess> {
	const [program = "", ...args] = [...network.enter, ...command];
	const child = spawn(program, args, { stdio: "ignore" });
	endAfterFile(child);
	await eventually(async () => {
		const { output, status } = await ask(["sh", "-c", probe], network);
		if (status !== 0) throw new Error(`${program} does not answer: ${output}`);
	});
	return child;
}
