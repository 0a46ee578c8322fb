import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Booted, boot, bootTime } from "./booted.ts";
import { nginx, redis, servicesOf } from "./booted-services.ts";
import { placeIntruder } from "./placed-services.ts";

/** Services whose filters permit only their own calls, on a booted systemd. */

let system: Booted;
const { answers, mainPid, nginxReloads, nginxReopensLogs, property, restartsAfterKill, starts } = servicesOf(() => system);
const options = "--calls observed --no-selftest --yes";

beforeAll(async () => {
	system = await boot();
}, bootTime);

afterAll(() => system?.dispose());

describe.each([
	{ served: nginx, kind: "unit" },
	{ served: redis, kind: "drop-in" },
])("$served.service with a filter for its own calls", ({ kind, served }) => {
	const { cage, probe, service } = served;

	test("is made and tried as a service", async () => {
		const made = JSON.parse(await system.must(`cagewright make ${service}.service --name ${cage} ${options} --json`));
		expect(made).toMatchObject({ answered: true, unitTrial: { answered: true }, confinement: { calls: { filter: "observed" } } });
		expect(made.unitTrial).not.toHaveProperty("withoutReload");
		await system.must(`systemctl stop ${service}`);
	}, 90_000);

	test(`answers as a ${kind}, also after a reload, a restart and a kill`, async () => {
		const unit = kind === "unit" ? `cage-${cage}` : service;
		const dropin = kind === "unit" ? "" : ` --dropin ${service}`;
		await system.must(`cagewright unit ${cage}${dropin} --install`);
		await starts(unit, served);
		// systemd prints the calls that it refuses, or "~" and those; an allow list begins with a name.
		expect(await property(unit, "SystemCallFilter")).toMatch(/^[a-z].* read /);
		expect(await property(unit, "SystemCallFilter")).not.toMatch(/\b(mount|ptrace|bpf|setns)\b/);
		if (served === nginx) {
			await nginxReloads(unit);
			await nginxReopensLogs();
		}
		const before = await mainPid(unit);
		await system.must(`systemctl restart ${unit}`);
		expect(await mainPid(unit)).not.toBe(before);
		await answers(probe);
		await restartsAfterKill(unit, served);
		await system.must(`systemctl stop ${unit}`);
		expect(await property(unit, "Result")).toBe("success");
	}, 60_000);
});

test("a service that the filter kills is reported, with where the kernel records the call", async () => {
	placeIntruder(system.tree);
	await system.must("systemctl daemon-reload");
	const probe = "curl -fsS --max-time 5 http://127.0.0.1:21122/ | grep -qx here";
	await system.must(`cagewright make intruder.service --probe "${probe}" ${options} --quiet`);
	await system.must("printf unshare >/var/lib/cagewright/cages/intruder/current/etc/intruder");
	const tried = await system.run("cagewright trial intruder --dropin intruder");
	expect(tried).toMatchObject({
		status: 1,
		stderr: expect.stringMatching(/filter killed intruder\.service \(SIGSYS\).*journalctl -k/),
	});
	expect((await system.run("cagewright unit intruder")).stderr).toMatch(/filter killed intruder\.service/);
	await system.must("cagewright remove intruder --yes");
}, 90_000);
