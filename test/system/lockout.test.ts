import { beforeAll, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { eventually } from "./eventually.ts";

/** Services by which people reach the machine. */

let system: Booted;
beforeAll(async () => {
	system = await boot({ services: ["ssh", "cron"] });
	await system.must("useradd --create-home --shell /bin/sh ana && usermod --password '*' ana");
	await system.must("ssh-keygen -q -t ed25519 -N '' -f /root/key && install -m 0644 -D /root/key.pub /etc/ssh/clients");
	await system.must(
		"install -d -o ana -m 0700 /home/ana/.ssh && install -o ana -m 0600 /root/key.pub /home/ana/.ssh/authorized_keys",
	);
}, bootTime);

const cagewright = (line: string) => system.run(`cagewright ${line} --quiet`);
/** sshd refuses an address for seconds after it asked for a key without logging in, as probes do (PerSourcePenalties, sshd_config(5)). */
const login = () =>
	eventually(() => system.must("ssh -i /root/key -o StrictHostKeyChecking=no -o BatchMode=yes ana@127.0.0.1 id -un 2>/dev/null"));
const keys = ["ecdsa", "ed25519", "rsa"].map((kind) => `--allow-secret /etc/ssh/ssh_host_${kind}_key`).join(" ");
const invocation = (service: string) => system.query(`systemctl show --value --property=InvocationID ${service}`);
const refusal = /^cagewright: Refusing to move (ssh|cron).service into a cage: .*pam_open_session.*--accept-finding lockout\n$/;

describe("ssh", () => {
	test("is not adopted without a consent of its own, before anything is traced, stopped or made", async () => {
		await login();
		const before = await invocation("ssh");
		for (const more of ["--yes", "--yes --dry-run", "--yes --accept-finding setuid"])
			expect(await cagewright(`adopt ssh ${keys} ${more}`)).toMatchObject({ status: 4, stdout: "", stderr: refusal });
		expect([await invocation("ssh"), await system.query("ls -A /var/lib/cagewright/cages 2>/dev/null || true")]).toEqual([
			before,
			"",
		]);
		expect(await login()).toBe("ana");
	});

	test.runIf(isLong)("gets a cage, whose plan warns first, but neither moves into it nor starts from a unit of it", async () => {
		const made = await system.run(`cagewright make ssh.service ${keys} --no-selftest --yes`);
		expect(made.status, made.stderr).toBe(0);
		const lines = made.stderr.split("\n");
		const warned = lines.findIndex((line) => line.includes("opens sessions for accounts of this machine"));
		expect(warned).toBeGreaterThanOrEqual(0);
		expect(warned).toBeLessThan(lines.findIndex((line) => /[Tt]rac/.test(line) && !line.includes("opens sessions")));
		expect(await system.query("cat /var/lib/cagewright/cages/ssh/record.md")).toContain("--accept-finding lockout");
		const before = await invocation("ssh");
		expect(await cagewright("adopt ssh --yes")).toMatchObject({ status: 4, stderr: refusal });
		expect(await cagewright("unit ssh --dropin ssh --install")).toMatchObject({ status: 4, stderr: refusal });
		expect(await cagewright("unit ssh --install")).toMatchObject({
			status: 4,
			stderr: /install a unit for cage ssh.*lockout\n$/,
		});
		for (const words of ["unit ssh", "unit ssh --dropin ssh"]) {
			const printed = await system.run(`cagewright ${words}`);
			expect(printed).toMatchObject({ status: 0, stderr: /opens sessions for accounts of this machine/ });
		}
		expect(await system.query("ls /etc/systemd/system")).not.toMatch(/cage-ssh|ssh.service.d/);
		expect([await invocation("ssh"), await login()]).toEqual([before, "ana"]);
	});

	test.runIf(isLong)("moves with the consent, and back", async () => {
		const before = await invocation("ssh");
		expect(await cagewright("adopt ssh --accept-finding lockout --dry-run")).toMatchObject({ status: 0 });
		expect(await cagewright("adopt ssh --yes --accept-finding lockout")).toMatchObject({ status: 0 });
		expect(await invocation("ssh")).not.toBe(before);
		expect(await system.query("cat /var/lib/cagewright/cages/ssh/log")).toContain("lockout");
		expect(await cagewright("release ssh --yes")).toMatchObject({ status: 0 });
		expect(await login()).toBe("ana");
	});
});

test("cron is not adopted, because jobs of accounts would not run", async () => {
	expect(await cagewright("adopt cron --yes")).toMatchObject({ status: 4, stderr: refusal });
	expect(await system.query("systemctl is-active cron")).toBe("active");
});

test.runIf(isLong)("a second server that only serves files to a named account needs no consent", async () => {
	await system.must("install -d -o ana /srv/files");
	const values = "--set account=ana --set folder=/srv/files --set keys=/etc/ssh/clients --set identity=/root/key";
	const made = await system.run(`cagewright make sftp ${values} --no-selftest --yes`);
	expect(made.status, made.stderr).toBe(0);
	expect(made.stderr).not.toContain("lockout");
	expect(await cagewright("unit sftp --install")).toMatchObject({ status: 0 });
	await system.must("systemctl start cage-sftp");
	const list =
		"printf 'ls /srv/files\\n' | sftp -q -b - -P 2222 -i /root/key -o StrictHostKeyChecking=no -o BatchMode=yes ana@127.0.0.1";
	await eventually(() => system.must(list));
});
