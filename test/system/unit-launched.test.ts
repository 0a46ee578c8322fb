import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { servicesOf } from "./booted-services.ts";
import { describedJson } from "./described.ts";
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
	mkdirSync(join(system.tree, "etc/systemd/system/taker.service.d"), { recursive: true });
	writeFileSync(join(system.tree, "etc/systemd/system/taker.service.d/secret.conf"), "[Service]\nEnvironmentFile=/etc/secret\n");
	writeFileSync(join(system.tree, "etc/secret"), "SECRET=kept-secret\n", { mode: 0o600 });
	await system.must("systemctl daemon-reload && systemctl enable --now taker.socket");
	await system.must("cagewright make nginx.service --no-selftest --yes --quiet");
}, bootTime);

const { answers, application, hasOwnSession, mainPid, property } = servicesOf(() => system);
const nginxAnswers = "curl -fsS -o /dev/null http://127.0.0.1/";

async function isOnItsOwn(service: string): Promise<void> {
	const kinds = ["mnt", "pid", "ipc", "uts", "cgroup"].map((kind) => `ns/${kind}`).join(",");
	const pid = await application(service);
	const numbers = (await system.query(`bash -c 'stat -L -c %i /proc/{1,${pid}}/{${kinds}}'`)).split("\n");
	expect(new Set(numbers).size).toBe(10);
	await hasOwnSession(pid);
}

test("nginx moves into its cage with every namespace of its own and permits no escape", async () => {
	await system.must("cagewright unit nginx --dropin nginx --install && systemctl restart nginx");
	await answers(nginxAnswers);
	await isOnItsOwn("nginx");
	const tested = await system.run("cagewright selftest nginx --dropin nginx --json --quiet");
	expect(tested.stderr).toBe("");
	expect(describedJson(tested.stdout)).toMatchObject({ holds: true, escaped: [], findings: [] });
	expect(tested.status).toBe(0);
});

test("a service is reloaded, restarted and stopped by systemd", async () => {
	const before = await mainPid("nginx");
	await system.must("systemctl reload nginx");
	await system.query(nginxAnswers);
	expect(await mainPid("nginx")).toBe(before);
	await system.must("systemctl restart nginx");
	await answers(nginxAnswers);
	await system.must("systemctl stop nginx");
	expect(await property("nginx", "Result")).toBe("success");
	await system.query("! pgrep -x nginx");
});

test.runIf(isLong)("adopting and releasing a service keep its data", async () => {
	await answers("redis-cli set before 1");
	await system.must("cagewright adopt redis-server --no-selftest --yes --quiet");
	await isOnItsOwn("redis-server");
	expect(await system.query("redis-cli get before && redis-cli set inside 2")).toBe("1\nOK");
	await system.must("cagewright release redis-server --yes --quiet");
	expect(await system.query("redis-cli get inside")).toBe("2");
});

test("systemd is not asked to rate what it does not see", async () => {
	const { status, stderr } = await system.run("cagewright unit nginx --score");
	expect([status, stderr]).toEqual([3, expect.stringContaining("cagewright selftest nginx --unit")]);
});

test("an application gets systemd's sockets", async () => {
	const question = "curl -fsS http://127.0.0.1:21110/";
	await system.must(`cagewright make taker.service --no-selftest --yes --quiet --probe '${question} | grep socket'`);
	await system.must("cagewright unit taker --dropin taker --install && systemctl stop taker.service");
	expect(await system.query(question)).toBe("by socket");
	expect(await system.query(`cat /proc/${await application("taker")}/comm`)).toBe("cagewright-init");
});

test("the application gets its variables, and no other account can read them", async () => {
	await system.query("curl -fsS http://127.0.0.1:21110/");
	const environments = "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -c '^SECRET=kept-secre[t]$'";
	expect(Number(await system.query(environments))).toBeGreaterThan(0);
	const visible = "cat /proc/[0-9]*/cmdline; systemctl show --all taker; systemctl cat taker";
	expect(await system.query(`runuser -u nobody -- sh -c '${visible}' 2>/dev/null | grep -ac kept-secre[t]; :`)).toBe("0");
});
