import { expect, test } from "vitest";
import { isLong } from "../../long.ts";
import { cagewright, make, temporaryState } from "../cagewright.ts";

/** chronyd sets the machine's clock, and keeps the capability for it when it drops root. */
const words = ["--name", "clock", "--no-selftest", "--", "/usr/sbin/chronyd", "-n", "-f", "/etc/chrony/chrony.conf"];
const option = "--allow capability:sys_time";

test.runIf(isLong)("a daemon that sets the clock is refused with the option that permits it", async () => {
	const { status, stderr } = await cagewright(["make", "--yes", ...words], { state: temporaryState() });
	expect(status).toBe(1);
	expect(stderr).toContain(`may not keep the capabilities sys_time. If it needs them, allow them: ${option}`);
});

test("with the option, the daemon is traced and tried, and the clock does not change", async () => {
	const state = temporaryState();
	const before = Date.now() - performance.now();
	const made = await make([...option.split(" "), ...words], { state });
	expect(made.answered).toBe(true);
	expect(made.confinement.capabilities).toContain("sys_time");
	expect(Math.abs(Date.now() - performance.now() - before)).toBeLessThan(60_000);
	const { json } = await cagewright(["plan", "clock", "--json"], { state });
	expect(json.notes).toContainEqual({ code: "clock-allowed", values: { call: /adjtimex|clock_/, option } });
	expect(await cagewright(["explain", "clock", "clock_settime"], { state })).toMatchObject({ stdout: /clock_settime/ });
});
