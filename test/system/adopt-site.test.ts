import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";

/** A site of three services, which nobody asks while they are traced: nginx, PHP by a unix socket, and MariaDB by another one. */
const page = (text: string) =>
	`<?php $m = new mysqli("localhost", "web", "pw"); $n = $m->query("select count(*) from shop.items")->fetch_row()[0];
if (isset($_POST["text"])) file_put_contents("/srv/shop/up/text", $_POST["text"]); echo "${text} $n";`;
/** PHP remembers for two minutes where a link leads, so that a deployment by links needs the real path. */
const server = (socket: string) =>
	`server { listen 80 default_server; root /srv/shop/current; index plain.txt; location /up/ { root /srv/shop; }
location ~ \\.php$ { include snippets/fastcgi-php.conf; fastcgi_param SCRIPT_FILENAME $realpath_root$fastcgi_script_name;
fastcgi_pass unix:${socket}; } }`;

let system: Booted;
let php: string;
let services: readonly string[];
beforeAll(async () => {
	system = await boot({ packages: ["mariadb-server", "php-fpm", "php-mysql"] });
	php = await system.query("cd /lib/systemd/system && basename php*-fpm.service .service");
	services = ["mariadb", php, "nginx"];
	const site = join(system.tree, "srv/shop");
	await system.must("mkdir -p /srv/shop/releases/1 /srv/shop/releases/2 /srv/shop/up; chown www-data /srv/shop/up");
	for (const release of ["1", "2"]) {
		writeFileSync(join(site, "releases", release, "page.php"), page(`release ${release}, items`));
		writeFileSync(join(site, "releases", release, "plain.txt"), `plain ${release}\n`);
	}
	writeFileSync(join(system.tree, "etc/nginx/sites-available/default"), server(`/run/php/${php}.sock`));
	await system.must(`ln -s releases/1 /srv/shop/current; systemctl enable --now ${services.join(" ")}`);
	const account = "create user web@localhost identified by 'pw'; grant all on shop.* to web@localhost";
	await system.must(
		`mariadb -e "create database shop; create table shop.items (a int); insert into shop.items values (1),(2),(3); ${account}"`,
	);
}, bootTime);

const json = async (line: string) => describedJson(await system.must(`cagewright ${line} --quiet --json`));
const ask = (path: string, options = "") => system.query(`curl -fsS -m 20 ${options} http://127.0.0.1/${path}`);
/** The site as its visitors use it: a page that reads the database, a plain file, and an upload that the web server serves. */
async function serves(release: number): Promise<void> {
	await eventually(async () => expect(await ask("page.php")).toBe(`release ${release}, items 3`));
	expect(await ask("plain.txt")).toBe(`plain ${release}`);
	const text = `upload ${performance.now()}`;
	await ask("page.php", `-d 'text=${text}'`);
	expect(await ask("up/text")).toBe(text);
}
const isCaged = async (service: string) =>
	(await system.query(`stat -L -c %d:%i /proc/$(systemctl show --value -p MainPID ${service})/root/. /`)).split("\n");

test("each service of a site serves it from a cage of its own, beside the others on the host", async () => {
	await serves(1);
	for (const service of services) {
		expect(await json(`adopt ${service} --no-selftest --yes`)).toMatchObject({ answered: true });
		const [root, host] = await isCaged(service);
		expect(root).not.toBe(host);
		await serves(1);
		await system.must(`systemctl restart ${service}`);
		await serves(1);
		await json(`release ${service} --yes`);
		await serves(1);
	}
});

test("all of them share the site: deployments and uploads are seen at once, and nothing else of it can be written", async () => {
	await json(`adopt ${services.join(" ")} --yes`);
	await serves(1);
	await system.must("ln -s releases/2 /srv/shop/next && mv -T /srv/shop/next /srv/shop/current");
	await serves(2);
	await system.must(
		"rm -r /srv/shop/releases/1; echo new >/srv/shop/releases/2/plain.new; cd /srv/shop/releases/2; mv plain.new plain.txt",
	);
	expect(await ask("plain.txt")).toBe("new");
	await system.must("echo plain 2 >/srv/shop/releases/2/plain.txt");
	for (const service of [...services].reverse()) await system.must(`systemctl restart ${service}`);
	await serves(2);
	const mounts = await system.query(`grep -E ' /srv/' /proc/$(systemctl show --value -p MainPID ${php})/mountinfo`);
	expect(mounts.split("\n").map((line) => line.split(" ").slice(4, 6))).toEqual([
		["/srv/shop", expect.stringMatching(/^ro,/)],
		["/srv/shop/up", expect.stringMatching(/^rw,.*noexec/)],
	]);
});

test("the record of each cage names what is shared, and which configuration names it", async () => {
	expect(JSON.parse(await system.must(`cagewright record ${php} --format json`))).toMatchObject({
		shared: expect.arrayContaining([
			expect.objectContaining({ path: "/srv/shop", kind: "site", example: "/etc/nginx/sites-available/default" }),
			expect.objectContaining({ path: "/run/mysqld", kind: "socket" }),
		]),
	});
	expect(await system.must(`cagewright record ${php}`)).toMatch(/mariadb\.service/);
});

test("released, they serve the site from the host with everything that was written", async () => {
	await json(`release ${services.join(" ")} --yes`);
	await serves(2);
	for (const service of services) {
		const [root, host] = await isCaged(service);
		expect(root).toBe(host);
	}
});

test.runIf(isLong)("a web server reaches an application server without a consent once that is in its own cage", async () => {
	const app = join(system.tree, "srv/app.py");
	writeFileSync(
		app,
		`import http.server, os, socketserver
class Page(http.server.BaseHTTPRequestHandler):
    def address_string(self): return "unix"
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"application")
path = "/run/office/app.sock"
if os.path.exists(path): os.unlink(path)
server = socketserver.ThreadingUnixStreamServer(path, Page)
os.chmod(path, 0o660)
server.serve_forever()
`,
	);
	writeFileSync(
		join(system.tree, "etc/systemd/system/office.service"),
		"[Service]\nUser=daemon\nGroup=www-data\nRuntimeDirectory=office\nExecStart=/usr/bin/python3 /srv/app.py\n",
	);
	writeFileSync(
		join(system.tree, "etc/nginx/sites-available/default"),
		"server { listen 80 default_server; location / { proxy_pass http://unix:/run/office/app.sock; } }",
	);
	await system.must("cagewright remove nginx --yes --quiet");
	await system.must("systemctl daemon-reload; systemctl start office; systemctl restart nginx");
	await eventually(async () => expect(await ask("")).toBe("application"));
	const refused = await system.run("cagewright adopt nginx --yes --quiet --no-selftest");
	expect(refused).toMatchObject({ status: 4, stderr: expect.stringContaining("--allow socket:/run/office/app.sock") });
	const probe = `curl -fsS --unix-socket "$CAGEWRIGHT_ROOT"/run/office/app.sock http://localhost/`;
	await json(`adopt office --no-selftest --yes --probe '${probe}'`);
	await json("adopt nginx --no-selftest --yes");
	await eventually(async () => expect(await ask("")).toBe("application"));
	await system.must("systemctl restart office nginx");
	await eventually(async () => expect(await ask("")).toBe("application"));
	const { stderr } = await system.run("cagewright release office --yes");
	expect(stderr).toContain("nginx.service may still connect to /run/office/app.sock");
	await json("release nginx --yes");
	await eventually(async () => expect(await ask("")).toBe("application"));
});

test("a renewed certificate is served from the cage after certbot's deploy hook", async () => {
	const folder = "/etc/letsencrypt/live/office";
	const place = (name: string) => join(system.tree, folder, name);
	/** A renewal replaces both files. */
	const renew = (name: string) => {
		const out = ["-keyout", place("key.new"), "-out", place("certificate.new")];
		execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", `/CN=${name}`, "-days", "9", ...out], {
			stdio: "ignore",
		});
		for (const file of ["key", "certificate"]) renameSync(place(`${file}.new`), place(`${file}.pem`));
	};
	const subject = () => system.query("curl -skv https://127.0.0.1/ 2>&1 >/dev/null | sed -n 's/.*subject: CN=//p'");
	mkdirSync(join(system.tree, folder), { recursive: true });
	mkdirSync(join(system.tree, "etc/letsencrypt/renewal-hooks/deploy"), { recursive: true });
	renew("first");
	writeFileSync(
		join(system.tree, "etc/nginx/sites-available/default"),
		`server { listen 443 ssl default_server; listen 80; ssl_certificate ${folder}/certificate.pem; ssl_certificate_key ${folder}/key.pem; }`,
	);
	await system.must("cagewright remove nginx --yes --quiet; systemctl restart nginx");
	await eventually(async () => expect(await subject()).toBe("first"));
	const adopt = `adopt nginx --no-selftest --yes --allow-secret ${folder}/key.pem`;
	await json(adopt);
	await system.must("cagewright unit nginx --deploy-hook --install --quiet");
	renew("second");
	await system.must("for hook in /etc/letsencrypt/renewal-hooks/deploy/*; do $hook || exit 1; done");
	await eventually(async () => expect(await subject()).toBe("second"));
	await json("release nginx --yes");
	await json(adopt);
	await eventually(async () => expect(await subject()).toBe("second"));
	const { status, stderr } = await system.run("cagewright unit nginx --logrotate");
	expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining("/etc/logrotate.d") });
});
