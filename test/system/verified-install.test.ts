import { beforeAll, describe, expect, test } from "vitest";
import { type Booted, boot, bootTime } from "./booted.ts";
import { eventually } from "./eventually.ts";

/** `watch --install` and `unit --install` leave only what systemd runs or uses. */

let system: Booted;
beforeAll(async () => {
	system = await boot();
	await system.must("cagewright make demo --no-selftest --yes --quiet");
}, bootTime);

const watch = "cagewright-watch.service";
const cagewright = (line: string) => system.run(`cagewright ${line} --quiet`);
/** Everything that an installation may change. */
const units = () => system.query("find /etc/systemd/system -printf '%p %M %l\\n' -type f -exec md5sum {} + | sort");
const show = (unit: string, property: string) => system.query(`systemctl show --value --property=${property} ${unit}`);

describe("watch --install", () => {
	const log = { present: "rm -f /dev/kmsg; mknod -m 600 /dev/kmsg c 1 11", missing: "rm -f /dev/kmsg" };

	const notRunning = /^cagewright: cagewright-watch\.service does not run, so it was not installed: .*\/dev\/kmsg \(ENOENT\)/;

	test("leaves nothing if the kernel log cannot be read, and says so", async () => {
		const before = await units();
		await system.must(log.missing);
		expect(await cagewright("watch --install")).toMatchObject({
			status: 1,
			stdout: "",
			stderr: notRunning,
		});
		expect([await units(), await show(watch, "LoadState"), await show(watch, "ActiveState")]).toEqual([
			before,
			"not-found",
			"inactive",
		]);
		expect(await system.query("systemctl --failed --plain --no-legend")).toBe("");
	});

	test("ends when the watch misses nothing any more", async () => {
		await system.must(log.present);
		expect(await cagewright("watch --install")).toMatchObject({ status: 0 });
		expect([await show(watch, "ActiveState"), await show(watch, "Type")]).toEqual(["active", "notify"]);
		expect(await system.query(`systemctl is-enabled ${watch}`)).toBe("enabled");
	});

	test("keeps the earlier watch if a new one does not run", async () => {
		const before = await units();
		await system.must(log.missing);
		expect(await cagewright("watch --install --on-alarm stop")).toMatchObject({ status: 1, stderr: notRunning });
		expect(await units()).toBe(before);
		expect(await system.query(`systemctl is-enabled ${watch}`)).toBe("enabled");
		await system.must(`${log.present}; systemctl reset-failed ${watch}; systemctl start ${watch}`);
	});

	test("undoes everything after a signal in the middle", async () => {
		await cagewright("watch --uninstall");
		const before = await units();
		const slow = "/run/systemd/system/cagewright-watch.service.d";
		await system.must(`mkdir -p ${slow} && printf '[Service]\nExecStartPre=sleep 5\n' >${slow}/slow.conf`);
		const install = "cagewright watch --install --quiet 2>/dev/null & install=$!";
		const wait = `until test "$(systemctl show --value -p ActiveState ${watch})" != inactive; do sleep 0.05; done`;
		const ended = await system.run(`${install}; ${wait}; kill -INT $install; wait $install`);
		expect(ended.status).toBe(130);
		expect([await units(), await show(watch, "ActiveState")]).toEqual([before, "inactive"]);
	});
});

describe("unit --install", () => {
	test("leaves nothing if systemd uses another file or none", async () => {
		const before = await units();
		await system.must("systemctl mask --runtime cage-demo && systemctl daemon-reload");
		await system.must("mkdir -p /etc/systemd/system.control && ln -s /dev/null /etc/systemd/system.control/cage-demo.service");
		expect(await cagewright("unit demo --install")).toMatchObject({
			status: 1,
			stdout: "",
			stderr:
				/^cagewright: systemd does not use \/etc\/systemd\/system\/cage-demo\.service for cage-demo\.service, so nothing was changed: .*masked/,
		});
		expect(await units()).toBe(before);
		await system.must("rm -r /etc/systemd/system.control; systemctl unmask --runtime cage-demo; systemctl daemon-reload");
	});

	test("writes a drop-in for a template, which systemd knows by its instances alone", async () => {
		await system.must(
			"printf '[Service]\nExecStart=/usr/bin/node %%i\n' >/etc/systemd/system/each@.service && systemctl daemon-reload",
		);
		expect(await cagewright("unit demo --dropin each@.service --install")).toMatchObject({ status: 0, stderr: "" });
		const place = "/etc/systemd/system/each@.service.d/zz-cagewright.conf";
		expect(await show("each@one.service", "DropInPaths")).toBe(place);
		expect(await cagewright("unit demo --dropin each@.service --uninstall")).toMatchObject({ status: 0 });
		expect(await show("each@one.service", "DropInPaths")).toBe("");
	});

	test("writes a unit that systemd uses, and a service that ends is noticed", async () => {
		expect(await cagewright("unit demo --install")).toMatchObject({ status: 0 });
		expect(await show("cage-demo", "FragmentPath")).toBe("/etc/systemd/system/cage-demo.service");
		await system.must("systemctl start cage-demo");
		// systemd may log that the process is not its child, because it looks before the helper between them has exited.
		expect(await system.query("ps -o ppid= $(systemctl show --value -p MainPID cage-demo)")).toMatch(/^ *1$/);
		await system.query(`kill -9 $(systemctl show --value -p MainPID cage-demo)`);
		await eventually(async () => expect(await show("cage-demo", "NRestarts")).toBe("1"));
	});
});
