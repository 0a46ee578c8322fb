import { chmodSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Booted, boot, bootTime } from "./booted.ts";
import { placeTaker } from "./placed-services.ts";

/** Services of a systemd without PrivatePIDs=, where the launcher's own steps create the cage. systemctl calls itself version 252. */

let system: Booted;

beforeAll(async () => {
	system = await boot({ services: ["redis-server", "nginx"] });
	const systemctl = join(system.tree, "usr/bin/systemctl");
	renameSync(systemctl, `${systemctl}-257`);
	const version = '[ "$1" != --version ] || { echo "systemd 252 (252.39-1~deb12u2)"; exit 0; }';
	writeFileSync(systemctl, `#!/bin/sh\n${version}\nexec /usr/bin/systemctl-257 "$@"\n`);
	chmodSync(systemctl, 0o755);
	placeTaker(system.tree);
	await system.must("systemctl daemon-reload && systemctl enable --now taker.socket");
	for (const service of ["redis-server", "nginx"])
		await system.must(`cagewright make ${service}.service --no-selftest --yes --quiet`);
}, bootTime);

const main = (service: string) => system.must(`systemctl show --value --property=MainPID ${service}`);

const nginxAnswers = "curl -fsS -o /dev/null -w '%{http_code}' http://127.0.0.1/";

describe.each([
	["redis-server", "redis-cli ping", "PONG"],
	["nginx", nginxAnswers, "200"],
])("%s", (service, question, answer) => {
	test("moves into its cage with every namespace of its own and permits no escape", async () => {
		await system.must(`cagewright unit ${service} --dropin ${service} --install`);
		await system.must(`systemctl restart ${service}`);
		expect(await system.must(`for i in $(seq 100); do ${question} && break; sleep 0.1; done`)).toContain(answer);
		const init = await system.must(`cat /proc/${await main(service)}/task/*/children`);
		const ofProcess = (pid: string) =>
			system.must(`for kind in mnt pid ipc uts cgroup; do readlink /proc/${pid}/ns/$kind; done`).then((all) => all.split("\n"));
		const host = await ofProcess("1");
		for (const one of await ofProcess(init)) expect(host).not.toContain(one);
		// A root start keeps more than an account.
		if (service !== "nginx") return;
		const tested = await system.run(`cagewright selftest ${service} --dropin ${service} --json --quiet`);
		expect(JSON.parse(tested.stdout)).toMatchObject({ holds: true, escaped: [], findings: [] });
		expect(tested.status).toBe(0);
	});
});

test("a service is reloaded, restarted and stopped by systemd", async () => {
	const before = await main("nginx");
	await system.must("systemctl reload nginx");
	expect(await system.must(nginxAnswers)).toContain("200");
	expect(await main("nginx")).toBe(before);
	await system.must("systemctl restart nginx");
	expect(await system.must(`for i in $(seq 100); do ${nginxAnswers} && break; sleep 0.1; done`)).toContain("200");
	await system.must("systemctl stop nginx");
	expect(await system.must("systemctl show --value --property=Result nginx")).toBe("success");
	await system.must("! pgrep -x nginx");
});

test("adopting and releasing a service keep its data", async () => {
	await system.must("cagewright unit redis-server --dropin redis-server --uninstall && systemctl restart redis-server");
	await system.must("for i in $(seq 100); do redis-cli set before 1 && break; sleep 0.1; done");
	await system.must("cagewright adopt redis-server --yes --quiet");
	expect(await system.must("redis-cli get before && redis-cli set inside 2")).toBe("1\nOK");
	await system.must("cagewright release redis-server --yes --quiet");
	expect(await system.must("redis-cli get inside")).toBe("2");
});

test("systemd is not asked to rate what it does not see", async () => {
	const { status, stderr } = await system.run("cagewright unit nginx --score");
	expect([status, stderr]).toEqual([3, expect.stringContaining("cagewright selftest nginx --unit")]);
});

test("an application gets systemd's sockets", async () => {
	const question = "curl -fsS http://127.0.0.1:21110/";
	await system.must(`cagewright make taker.service --no-selftest --yes --quiet --probe '${question} | grep socket'`);
	await system.must("cagewright unit taker --dropin taker --install && systemctl stop taker.service");
	expect(await system.must(question)).toBe("by socket");
	const init = await system.must(`cat /proc/${await main("taker")}/task/*/children`);
	expect(await system.must(`cat /proc/${init}/comm`)).toBe("cagewright-init");
});
