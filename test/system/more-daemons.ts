import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { temporaryFolder } from "./cagewright.ts";
import type { Daemon } from "./daemons.ts";

/** Services as an administrator would start them by hand, without a template. They have options only where Cagewright needs consent. */
export interface Untuned extends Daemon {
	readonly options?: readonly string[];
}

const curl = (url: string, text: string) => `curl -fsS --noproxy '*' ${url} | grep -q '${text}'`;

function write(path: string, lines: readonly string[], mode = 0o644): string {
	writeFileSync(path, `${lines.join("\n")}\n`);
	chmodSync(path, mode);
	return path;
}

/** Writes the configuration of an apache2 with a page. Returns its command. */
function apacheIn(folder: string, port: number, ...lines: readonly string[]): string[] {
	for (const name of ["www", "run", "log"]) mkdirSync(`${folder}/${name}`);
	write(`${folder}/www/index.html`, ["a page of the test"]);
	write(`${folder}/apache.conf`, [
		"ServerRoot /etc/apache2",
		"ServerName localhost",
		`PidFile ${folder}/run/apache.pid`,
		`DefaultRuntimeDir ${folder}/run`,
		`ErrorLog ${folder}/log/error.log`,
		"User www-data",
		"Group www-data",
		`Listen 127.0.0.1:${port}`,
		...lines,
		"<Directory />",
		"Options +ExecCGI",
		"Require all granted",
		"</Directory>",
	]);
	return ["apache2", "-DFOREGROUND", "-f", `${folder}/apache.conf`];
}

/** Enables an additional module, a CGI program in shell and one in Perl. */
export function apache(port: number): Untuned {
	const folder = temporaryFolder("apache");
	mkdirSync(`${folder}/cgi`);
	write(`${folder}/cgi/shell.cgi`, ["#!/bin/sh", "echo Content-Type: text/plain", "echo", "uname -s"], 0o755);
	const perl = ["#!/usr/bin/perl", "use strict;", 'print "Content-Type: text/plain\\n\\nperl ", 6 * 7, "\\n";'];
	write(`${folder}/cgi/perl.cgi`, perl, 0o755);
	const modules = ["mpm_event", "authz_core", "rewrite", "mime", "alias", "cgid"];
	const lines = [
		...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
		"TypesConfig /etc/mime.types",
		`DocumentRoot ${folder}/www`,
		"RewriteEngine on",
		"RewriteRule ^/alias$ /index.html [PT]",
		`ScriptAlias /cgi/ ${folder}/cgi/`,
	];
	const at = `http://127.0.0.1:${port}`;
	return {
		folder,
		command: apacheIn(folder, port, ...lines),
		probe: [
			curl(`${at}/alias`, "a page of the test"),
			curl(`${at}/cgi/shell.cgi`, "Linux"),
			curl(`${at}/cgi/perl.cgi`, "perl 42"),
		].join(" && "),
	};
}

/** Enables every module that Debian enables, with Debian's settings. */
export function apacheWithDefaults(port: number): Untuned {
	const folder = temporaryFolder("apache");
	const lines = ["IncludeOptional mods-enabled/*.load", "IncludeOptional mods-enabled/*.conf", `DocumentRoot ${folder}/www`];
	return {
		folder,
		command: apacheIn(folder, port, ...lines),
		probe: curl(`http://127.0.0.1:${port}/`, "a page of the test"),
	};
}

export function haproxy(port: number): Untuned {
	const folder = temporaryFolder("haproxy");
	write(`${folder}/haproxy.cfg`, [
		"global",
		"  user haproxy",
		"  group haproxy",
		"defaults",
		"  mode http",
		"  timeout client 60s",
		"  timeout server 60s",
		"  timeout connect 60s",
		"frontend test",
		`  bind 127.0.0.1:${port}`,
		'  http-request return status 200 content-type text/plain string "hello from haproxy"',
	]);
	return {
		folder,
		command: ["haproxy", "-Ws", "-f", `${folder}/haproxy.cfg`],
		probe: curl(`http://127.0.0.1:${port}/`, "hello from haproxy"),
	};
}

/** Writes the configuration of a php-fpm with these lines for its socket. Returns its command: Debian's name contains the version. */
export function phpFpmIn(folder: string, ...listen: readonly string[]): string[] {
	const [name] = readdirSync("/usr/sbin").filter((one) => /^php-fpm\d/.test(one));
	for (const one of ["www", "log"]) mkdirSync(`${folder}/${one}`);
	write(`${folder}/fpm.conf`, [
		"[global]",
		`error_log = ${folder}/log/fpm.log`,
		"daemonize = no",
		"[www]",
		"user = www-data",
		"group = www-data",
		...listen,
		"pm = static",
		"pm.max_children = 2",
	]);
	return [`/usr/sbin/${name}`, "-F", "-y", `${folder}/fpm.conf`];
}

export function phpFpm(port: number): Untuned {
	const folder = temporaryFolder("php");
	const command = phpFpmIn(folder, `listen = 127.0.0.1:${port}`);
	write(`${folder}/www/index.php`, ['<?php echo "hello ", strtoupper("php"), " ", date("Y"), "\\n";']);
	const request = `SCRIPT_FILENAME=${folder}/www/index.php SCRIPT_NAME=/index.php REQUEST_METHOD=GET`;
	return {
		folder,
		command,
		probe: `${request} cgi-fcgi -bind -connect 127.0.0.1:${port} | grep -q 'hello PHP 20'`,
	};
}

/** The code for its second page loads modules that the probe never uses. */
export function wsgi(port: number): Untuned {
	const folder = temporaryFolder("wsgi");
	write(`${folder}/rare.py`, ["def page():", "    import csv, io, decimal", '    return f"rare {decimal.Decimal(6) * 7}"']);
	write(`${folder}/app.py`, [
		"import json",
		"from wsgiref.simple_server import make_server",
		"def app(environ, start):",
		"    start('200 OK', [('Content-Type', 'text/plain')])",
		"    if environ['PATH_INFO'] == '/rare':",
		"        import rare",
		"        return [rare.page().encode()]",
		"    return [json.dumps({'hello': 'python'}).encode()]",
		`make_server('127.0.0.1', ${port}, app).serve_forever()`,
	]);
	return {
		folder,
		options: ["--user", "nobody"],
		command: ["python3", `${folder}/app.py`],
		probe: curl(`http://127.0.0.1:${port}/`, "python"),
	};
}

export function rubyScript(port: number): Untuned {
	const folder = temporaryFolder("ruby");
	write(`${folder}/serve.rb`, [
		"require 'socket'",
		"require 'json'",
		`server = TCPServer.new('127.0.0.1', ${port})`,
		"trap('TERM') { exit 0 }",
		"loop do",
		"  client = server.accept",
		"  client.gets",
		"  client.write \"HTTP/1.0 200 OK\\r\\n\\r\\n#{JSON.generate(hello: 'ruby')}\\n\"",
		"  client.close",
		"end",
	]);
	return {
		folder,
		options: ["--user", "nobody"],
		command: ["ruby", `${folder}/serve.rb`],
		probe: curl(`http://127.0.0.1:${port}/`, "ruby"),
	};
}

/** A shell script that prepares its pages with other programs before one of them serves. */
export function shellScript(port: number): Untuned {
	const folder = temporaryFolder("shell");
	const script = write(
		`${folder}/serve.sh`,
		[
			"#!/bin/sh",
			"set -e",
			`mkdir -p ${folder}/made`,
			`echo "started in $(date +%Y) by $(id -un)" | tr a-z A-Z >${folder}/made/index.html`,
			`sort -r /etc/services | head -n 1 | sed 's/^/# /' >>${folder}/made/index.html`,
			`exec /bin/busybox httpd -f -p 127.0.0.1:${port} -h ${folder}/made`,
		],
		0o755,
	);
	return { folder, command: [script], probe: curl(`http://127.0.0.1:${port}/`, "STARTED IN 20.* BY ROOT") };
}
