import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, make, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, type Daemon, nginx, startOnHost, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { expectServedInside } from "./held.ts";
import { phpFpmIn } from "./more-daemons.ts";
import { ask, fetchPage, freePort } from "./network.ts";
import { preparedRedis } from "./prepared.ts";

const state = temporaryState();

/** php-fpm with a Unix socket in a separate directory, and the document root that it shares with a web server. */
function phpOnSocket(): Daemon & { readonly socket: string; readonly www: string } {
	const folder = temporaryFolder("fpm");
	mkdirSync(`${folder}/sockets`);
	const socket = `${folder}/sockets/php.sock`;
	const command = phpFpmIn(folder, `listen = ${socket}`, "listen.owner = www-data", "listen.mode = 0660");
	writeFileSync(`${folder}/www/index.php`, '<?php echo "php ", 6 * 7, "\\n";');
	writeFileSync(`${folder}/www/other.php`, '<?php echo "other ", strtoupper("page"), "\\n";');
	const request = `SCRIPT_FILENAME=${folder}/www/index.php SCRIPT_NAME=/index.php REQUEST_METHOD=GET`;
	return {
		folder,
		socket,
		www: `${folder}/www`,
		command,
		probe: `${request} cgi-fcgi -bind -connect $CAGEWRIGHT_ROOT${socket} | grep -q 'php 42'`,
	};
}

function nginxFor(port: number, { socket, www }: { socket: string; www: string }): Daemon {
	const php = `location ~ \\.php$ { root ${www}; fastcgi_pass unix:${socket}; include /etc/nginx/fastcgi_params; `;
	const server = [`${php} fastcgi_param SCRIPT_FILENAME ${www}$fastcgi_script_name; }`];
	return {
		...nginx({ port, main: ["user www-data;"], server }),
		probe: `curl -fsS --noproxy '*' http://127.0.0.1:${port}/index.php | grep -q 'php 42'`,
	};
}

test.runIf(isLong)("a caged web server reaches php-fpm on the host via the directory of its socket", async () => {
	const php = phpOnSocket();
	await startOnHost({ ...php, probe: php.probe.replace("$CAGEWRIGHT_ROOT", "") });
	const port = await freePort();
	const web = nginxFor(port, php);
	const made = await make(["--name", "web", ...wordsOf(web)], { state });
	expect(made.rounds.length).toBe(1);
	const { stdout } = await cagewright(["show", "web"], { state });
	expect(stdout).toContain(`${php.folder}/sockets`);
	const run = startRun("web", { state });
	expect(await eventually(() => fetchPage(`http://127.0.0.1:${port}/other.php`))).toBe("other PAGE");
	expectServedInside(made, port);
	await run.stop();
});

/** A service that runs root's requests, on a socket with an unknown name, and an application that sends it requests if it can. */
async function controlled() {
	const folder = temporaryFolder("control");
	mkdirSync(`${folder}/sockets`);
	const socket = `${folder}/sockets/control.sock`;
	const port = await freePort();
	const service = [
		"import os, socket, struct",
		`server = socket.socket(socket.AF_UNIX); server.bind("${socket}"); os.chmod("${socket}", 0o666); server.listen()`,
		"while True:",
		"    client, _ = server.accept()",
		"    uid = struct.unpack('3i', client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]",
		`    open("${folder}/asked", "a").write(f"{uid}\\n"); client.sendall(b"done"); client.close()`,
	];
	const application = [
		"import socket",
		"def ask():",
		"    try:",
		`        with socket.socket(socket.AF_UNIX) as client: client.connect("${socket}"); return client.recv(4)`,
		"    except OSError as error: return error.strerror.encode()",
		`server = socket.socket(); server.setsockopt(1, 2, 1); server.bind(("127.0.0.1", ${port})); server.listen()`,
		"said = ask()",
		"while True:",
		"    client, _ = server.accept(); client.sendall(said); client.close()",
	];
	writeFileSync(`${folder}/service.py`, `${service.join("\n")}\n`);
	writeFileSync(`${folder}/application.py`, `${application.join("\n")}\n`);
	const says = (text: string) =>
		`test "$(python3 -c 'import socket; print(socket.create_connection(("127.0.0.1", ${port})).recv(99).decode())')" = "${text}"`;
	await startOnHost({ folder, command: ["python3", `${folder}/service.py`], probe: `test -S ${socket}` });
	return {
		socket,
		command: ["python3", `${folder}/application.py`],
		asked: () => (existsSync(`${folder}/asked`) ? readFileSync(`${folder}/asked`, "utf8") : ""),
		answers: says("done"),
		isRefused: `! ${says("done")} && python3 -c 'import socket; socket.create_connection(("127.0.0.1", ${port}))'`,
	};
}

test("an unknown host service gets nothing from root's application, traced or caged, and make names the option that allows it", async () => {
	const { asked, command, isRefused, socket } = await controlled();
	const options = ["--name", "asks-root", "--no-selftest", "--probe", isRefused, "--yes", "--json"];
	const { json, status, stderr } = await cagewright(["make", ...options, "--", ...command], { state });
	expect({ status, asked: asked() }).toEqual({ status: 0, asked: "" });
	expect(json).toMatchObject({ answered: true });
	expect(stderr).toContain(`--allow socket:${socket}`);
	const plan = await cagewright(["plan", "asks-root", "--json"], { state });
	const values = { path: socket, option: `--allow socket:${socket}` };
	expect(plan.json.notes).toContainEqual({ code: "socket-not-reached", values });
});

test.runIf(isLong)("an unknown host service answers in the sandbox and in the cage if its socket is allowed", async () => {
	const { answers, asked, command, socket } = await controlled();
	const options = ["--name", "asks", "--user", "nobody", "--allow", `socket:${socket}`, "--probe", answers];
	const made = await make([...options, "--", ...command], { state });
	expect(made.answered).toBe(true);
	expect(asked()).not.toBe("");
	const { json } = await cagewright(["plan", "asks", "--json"], { state });
	expect(json.shared).toMatchObject([{ kind: "socket", example: socket }]);
});

test.runIf(isLong)("a caged web server and a caged php-fpm share the socket's directory and the pages", async () => {
	const php = phpOnSocket();
	const shared = ["--bind", `${php.folder}/sockets:rw`];
	const application = await make(["--name", "php", ...shared, ...wordsOf(php)], { state });
	// Trials write to a sandbox only.
	expect(statSync(php.socket, { throwIfNoEntry: false })).toBeUndefined();
	const back = startRun("php", { state });
	await eventually(() => statSync(php.socket));
	const port = await freePort();
	const web = nginxFor(port, php);
	const made = await make(["--name", "pair", ...wordsOf(web)], { state });
	const front = startRun("pair", { state });
	expect(await eventually(() => fetchPage(`http://127.0.0.1:${port}/other.php`))).toBe("other PAGE");
	expectServedInside(made, port);
	expect(application.accounts.users).toEqual(expect.arrayContaining(["www-data"]));
	await front.stop();
	await back.stop();
});

/** A service that keeps its count in a database on another loopback port. Its answer contains the request. */
function counter(port: number, database: number): Daemon {
	const folder = temporaryFolder("counter");
	const ask = ["import socket", "def ask(line):", `    with socket.create_connection(('127.0.0.1', ${database}), 2) as s:`];
	writeFileSync(
		`${folder}/app.py`,
		[
			...ask,
			"        s.sendall(line + b'\\r\\n')",
			"        return s.recv(100).strip()",
			"from wsgiref.simple_server import make_server",
			"def app(environ, start):",
			"    count = ask(b'INCR visits')",
			"    start('200 OK', [('Content-Type', 'text/plain')])",
			"    return [b'visits ' + count + b'\\n']",
			`make_server('127.0.0.1', ${port}, app).serve_forever()`,
		].join("\n"),
	);
	return {
		folder,
		command: ["python3", `${folder}/app.py`],
		probe: `curl -fsS --noproxy '*' http://127.0.0.1:${port}/ | grep -q 'visits :'`,
	};
}

test("a caged service reaches its database via the loopback, also in the sandbox", async () => {
	const { port: database } = await preparedRedis(state);
	const back = startRun("redis", { state });
	await eventually(() => askRedis(database, ["PING"]));
	const port = await freePort();
	const service = counter(port, database);
	const options = ["--name", "counter", "--user", "nobody", "--probe", service.probe];
	const made = await make([...options, "--", ...service.command], { state });
	expect(made.rounds.length).toBe(1);
	const { json } = await cagewright(["plan", "counter", "--json"], { state });
	expect(json.notes).toContainEqual({ code: "talks-to-port", values: { port: database } });
	const run = startRun("counter", { state });
	expect(await eventually(() => fetchPage(`http://127.0.0.1:${port}/`))).toMatch(/^visits :\d+$/);
	expectServedInside(made, port);
	await run.stop();
	await back.stop();
});

test("the host's service never answers in place of a failing application", async () => {
	const port = await freePort();
	const twin = nginx({ port });
	await startOnHost(twin);
	const folder = temporaryFolder("twin");
	writeFileSync(
		`${folder}/app.py`,
		`import socket, time\nwhile True:\n    try: socket.create_connection(('127.0.0.1', ${port}), 1).close()\n    except OSError: pass\n    time.sleep(0.2)\n`,
	);
	const options = ["--name", "twin", "--user", "nobody", "--timeout", "4", "--probe", twin.probe, "--yes"];
	const { status, stderr } = await cagewright(["make", ...options, "--", "python3", `${folder}/app.py`], { state });
	expect(status).toBe(1);
	expect(stderr).not.toContain("service of this machine");
});

/** Issues a certificate as certbot does: names in `live/`, numbered files in `archive/`. */
function issue(folder: string, version: number): void {
	const [live, archive] = [`${folder}/live/site`, `${folder}/archive/site`];
	for (const path of [live, archive]) mkdirSync(path, { recursive: true });
	const [key, certificate] = [`${archive}/privkey${version}.pem`, `${archive}/fullchain${version}.pem`];
	const subject = ["-subj", `/CN=version-${version}.example.test`, "-days", "2"];
	const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", ...subject];
	execFileSync("openssl", [...made, "-keyout", key, "-out", certificate], { stdio: "ignore" });
	chmodSync(key, 0o600);
	for (const name of ["privkey", "fullchain"]) {
		symlinkSync(`../../archive/site/${name}${version}.pem`, `${live}/${name}.new`);
		renameSync(`${live}/${name}.new`, `${live}/${name}.pem`);
	}
}

test.runIf(isLong)("a certificate that was renewed while the server runs is served after a reload", async () => {
	const folder = temporaryFolder("tls");
	issue(folder, 1);
	const port = await freePort();
	const live = `${folder}/live/site`;
	const server = [
		`listen 127.0.0.1:${port} ssl;`,
		`ssl_certificate ${live}/fullchain.pem;`,
		`ssl_certificate_key ${live}/privkey.pem;`,
	];
	const plain = await freePort();
	const { command } = nginx({ port: plain, main: ["user www-data;"], server });
	const probe = `curl -fsSk --noproxy '*' https://127.0.0.1:${port}/ | grep -q 'a page of the test'`;
	await make(["--name", "tls", "--allow-secret", `${live}/privkey.pem`, "--probe", probe, "--", ...command], { state });
	const run = startRun("tls", { state });
	const served = async () => {
		const { output } = await ask([
			"sh",
			"-c",
			`openssl s_client -connect 127.0.0.1:${port} </dev/null 2>/dev/null | openssl x509 -noout -subject`,
		]);
		return /version-\d/.exec(output)?.[0];
	};
	await eventually(async () => expect(await served()).toBe("version-1"));
	issue(folder, 2);
	expect(await served()).toBe("version-1");
	await cagewright(["signal", "tls", "HUP"], { state });
	await eventually(async () => expect(await served()).toBe("version-2"));
	await run.stop();
});
