import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type Booted, boot, bootTime } from "./booted.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";

/** A service that uses sockets whose directories no cage may see: one directly in /run, and one of the journal. */

let system: Booted;

const other = [
	"import os, socket",
	'if os.path.exists("/run/other.sock"): os.unlink("/run/other.sock")',
	'server = socket.socket(socket.AF_UNIX); server.bind("/run/other.sock"); os.chmod("/run/other.sock", 0o666); server.listen()',
	"while True:",
	'    client, _ = server.accept(); client.sendall(b"answered"); client.close()',
];
const asks = [
	"import os, socket",
	"def ask():",
	"    try:",
	'        with socket.socket(socket.AF_UNIX) as client: client.connect("/run/other.sock"); return client.recv(99).decode()',
	"    except OSError as error: return error.strerror",
	"def log(text):",
	"    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:",
	'        client.connect("/run/systemd/journal/socket"); client.send(f"MESSAGE=asks {text}\\n".encode())',
	'listening = socket.create_server(("127.0.0.1", 21190))',
	"while True:",
	"    connection, _ = listening.accept()",
	"    connection.recv(1000)",
	'    seen = "+".join([*sorted(os.listdir("/run")), *sorted(os.listdir("/run/systemd/journal"))])',
	"    answer = ask()",
	"    log(answer)",
	'    connection.sendall(f"HTTP/1.0 200 OK\\r\\n\\r\\n{answer}:{seen}".encode())',
	"    connection.close()",
];
const unitOf = (name: string, account: string) =>
	`[Service]\nUser=${account}\nExecStart=/usr/bin/python3 /srv/${name}/server.py\n[Install]\nWantedBy=multi-user.target\n`;
const url = "http://127.0.0.1:21190/";
const answers = (text: string) =>
	eventually(async () => expect(await system.query(`curl -fsS ${url}`)).toMatch(new RegExp(`^${text}:`)));
const untilListening = "until test -S /run/other.sock; do sleep 0.05; done";
const allowed = ["/run/other.sock", "/run/systemd/journal/socket"].map((path) => `--allow socket:${path}`).join(" ");

beforeAll(async () => {
	system = await boot();
	for (const [name, lines, account] of [
		["other", other, "root"],
		["asks", asks, "games"],
	] as const) {
		mkdirSync(join(system.tree, "srv", name), { recursive: true });
		writeFileSync(join(system.tree, "srv", name, "server.py"), `${lines.join("\n")}\n`);
		writeFileSync(join(system.tree, "etc/systemd/system", `${name}.service`), unitOf(name, account));
	}
	await system.must(`systemctl daemon-reload && systemctl start other && ${untilListening} && systemctl start asks`);
	await answers("answered");
}, bootTime);

/** The service runs in its cage with the two sockets, without one while its service is down, and with the new one after a restart. */
async function usesSockets(): Promise<void> {
	await system.must("systemctl restart asks");
	await answers("answered");
	const seen = (await system.query(`curl -fsS ${url}`)).split(":")[1]?.split("+") ?? [];
	expect(seen).toEqual(expect.arrayContaining(["other.sock", "socket"]));
	for (const name of ["dbus", "user", "udev", "stdout", "dev-log", "io.systemd.journal"]) expect(seen).not.toContain(name);
	await system.must("systemctl stop other && rm -f /run/other.sock && systemctl restart asks");
	await answers("(Permission denied|No such file or directory)");
	expect(await system.run("cagewright check asks")).toMatchObject({ status: 0 });
	await system.must(`systemctl start other && ${untilListening} && systemctl restart asks`);
	await answers("answered");
}

test("a service is tried as a service with its sockets, and finds them in its cage", async () => {
	const words = `asks.service --name asks ${allowed} --probe 'curl -fsS ${url} | grep -q ^answered:' --no-selftest --yes --json`;
	const made = describedJson(await system.must(`cagewright make ${words}`));
	expect(made).toMatchObject({ answered: true, unitTrial: { answered: true } });
	await system.must("cagewright unit asks --dropin asks --install");
	await usesSockets();
	const mark = "asks answered";
	expect(await system.query(`journalctl --output=cat --grep='^${mark}$' | tail -n 1`)).toBe(mark);
	expect(await system.run("cagewright selftest asks --dropin asks --quiet")).toMatchObject({ status: 0 });
});

test("a link in place of a socket is not followed at the start of the service", async () => {
	await system.must("systemctl stop other asks; ln -sfn /run/dbus/system_bus_socket /run/other.sock");
	expect((await system.run("systemctl start asks")).status).not.toBe(0);
	await system.must(`rm /run/other.sock && systemctl start other && ${untilListening} && systemctl start asks`);
	await answers("answered");
});

test("an older systemd, where the launcher creates the cage, gives the service the same sockets", async () => {
	const systemctl = join(system.tree, "usr/bin/systemctl");
	renameSync(systemctl, `${systemctl}-257`);
	const version = '[ "$1" != --version ] || { echo "systemd 252 (252.39-1~deb12u2)"; exit 0; }';
	writeFileSync(systemctl, `#!/bin/sh\n${version}\nexec /usr/bin/systemctl-257 "$@"\n`);
	chmodSync(systemctl, 0o755);
	await system.must("cagewright unit asks --dropin asks --install");
	await usesSockets();
	expect(await system.run("cagewright trial asks --unit")).toMatchObject({ status: 0 });
});
