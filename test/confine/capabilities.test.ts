import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
	capabilities,
	capabilitiesOfMask,
	capabilityNamed,
	systemdCaps,
	traceableCapabilities,
	tracedAccountCapabilities,
} from "../../src/confine/capabilities.ts";
import { cgroupWords, limitWords, parseSize } from "../../src/confine/limits.ts";

describe("the table of capabilities", () => {
	const header = "/usr/include/linux/capability.h";
	it("has the numbers of the kernel's header", () => {
		const text = readFileSync(header, "latin1");
		const defined = [...text.matchAll(/^#define CAP_([A-Z_]+)\s+(\d+)$/gm)].filter(([, name]) => name !== "LAST_CAP");
		expect(defined.length).toBeGreaterThan(38);
		for (const [, name = "", number] of defined)
			expect([name, capabilityNamed(name)]).toEqual([name, capabilities[Number(number)]]);
		expect(capabilities[10]).toBe("net_bind_service");
	});
});

it("accepts names in every usual form", () => {
	for (const text of ["CAP_NET_BIND_SERVICE", "cap_net_bind_service", " net_bind_service", "Net_Bind_Service"]) {
		expect(capabilityNamed(text)).toBe("net_bind_service");
	}
	for (const text of ["", "all", "cap_", "cap_cap_kill", "net-raw", "constructor"]) expect(capabilityNamed(text)).toBeUndefined();
});

it("decodes a mask", () => {
	expect(capabilitiesOfMask("0000000000000420")).toEqual(["kill", "net_bind_service"]);
	expect(capabilitiesOfMask("000001ffffffffff")).toEqual([...capabilities]);
	expect(capabilitiesOfMask("8000000000000000")).toEqual([]);
});

describe("values for systemd", () => {
	it("drop all other capabilities, in a fixed order", () => {
		expect(systemdCaps(["setuid", "CAP_SETGID", "setuid"])).toBe("CAP_SETGID CAP_SETUID");
		expect(systemdCaps([])).toBe("");
	});
	it("cannot contain an unknown capability", () => {
		for (const name of ["all", "", "chown,+sys_admin", "chown\nUser=root"]) {
			expect(() => systemdCaps([name])).toThrow(RangeError);
		}
	});
});

describe("a size", () => {
	it.each([
		["4096", 4096],
		["512M", 512 * 1024 ** 2],
		["2g", 2 * 1024 ** 3],
		["1T", 1024 ** 4],
		["0", undefined],
		["-1", undefined],
		["1.5G", undefined],
		["M", undefined],
		["999999999999999T", undefined],
		["", undefined],
	])("%s", (text, bytes) => expect(parseSize(text)).toBe(bytes));
});

describe("limits", () => {
	const limits = { memory: 1 << 26, processes: 20, files: 100 };

	it("are resource limits without a cgroup", () => {
		expect(limitWords(limits, [])).toEqual(["prlimit", "--as=67108864:67108864", "--nproc=20:20", "--nofile=100:100", "--"]);
	});
	it("of a cgroup are no resource limits", () => {
		const groups = (["memory", "processes"] as const).map((kind) => ({ kind, folder: "/g" }));
		expect(limitWords(limits, groups)).toEqual(["prlimit", "--nofile=100:100", "--"]);
	});
	it("need no program if there are none", () => expect(limitWords({}, [])).toEqual([]));
	it("enter each cgroup once", () => {
		const groups = [
			{ kind: "memory" as const, folder: "/sys/fs/cgroup/a b" },
			{ kind: "processes" as const, folder: "/sys/fs/cgroup/a b" },
		];
		const script = "echo 0 >'/sys/fs/cgroup/a b'/cgroup.procs\nexec \"$@\"";
		expect(cgroupWords(groups)).toEqual(["sh", "-euc", script, "sh"]);
	});
});

it("an account has those of its unit that a trace can show, and others only if a rule allows them", () => {
	const ofUnit = traceableCapabilities(["net_raw", "net_admin", "ipc_lock", "sys_admin", "unknown"]);
	expect(ofUnit).toEqual(["net_raw"]);
	expect(tracedAccountCapabilities(ofUnit)).toEqual(["net_bind_service", "net_raw"]);
	expect(tracedAccountCapabilities([...ofUnit, "net_admin", "sys_admin"])).toEqual(["net_bind_service", "net_raw", "net_admin"]);
});
