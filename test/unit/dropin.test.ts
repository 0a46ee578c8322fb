import { describe, expect, it } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { parseServiceUnit } from "../../src/service/unit-file.ts";
import { overridingSetting, systemdDropin } from "../../src/unit/dropin.ts";
import type { UnitInput } from "../../src/unit/input.ts";
import { systemdUnit } from "../../src/unit/unit.ts";
import { bareApplication } from "../cage/plans.ts";

const input: UnitInput = {
	name: "app",
	root: pathFromText("/state/cages/app/current"),
	data: [],
	binds: [],
	plan: {
		application: { ...bareApplication, command: ["/usr/sbin/daemon", "--foreground"], env: { MODE: "caged" } },
		identity: { name: "daemon", uid: 990, gid: 991, groups: [991], home: "/nonexistent" },
		entries: [],
		permissions: { capabilities: [] },
	},
	systemdVersion: 257,
};

const hosts = `[Unit]
Description=The daemon
[Service]
Type=forking
ExecStartPre=/usr/sbin/daemon --check
ExecStart=/usr/sbin/daemon
ExecStop=/usr/sbin/daemon --stop
PIDFile=/run/daemon.pid
User=root
EnvironmentFile=/etc/default/daemon
Environment=MODE=host
AmbientCapabilities=CAP_SYS_ADMIN
ReadWritePaths=/srv
StateDirectory=daemon
PrivateTmp=yes
Restart=always
LimitNOFILE=4096
`;

const dropin = (...texts: string[]) => systemdDropin({ ...input, service: { name: "daemon.service", texts } });
/** Returns the service that systemd reads from a unit and our drop-in. */
const together = (text: string) => parseServiceUnit("daemon.service", [text, dropin(text)]);
const lines = (...texts: string[]) => dropin(...texts).split("\n");

describe("a drop-in", () => {
	it("leaves IP addresses to a unit that configures them", () => {
		const addresses = (text: string) => lines(text).filter((line) => /^IPAddress/.test(line));
		expect(addresses(hosts)).toHaveLength(2);
		expect(addresses(`${hosts}IPAddressDeny=192.0.2.0/24\n`)).toEqual([]);
		expect(addresses(`${hosts}IPAddressAllow=localhost\nIPAddressDeny=any\n`)).toEqual([]);
	});

	it("makes the distribution's service equal to the cage's own unit", () => {
		const own = parseServiceUnit("daemon.service", [systemdUnit(input)]);
		const { description, processSettings, ...same } = together(hosts);
		expect({ ...own, description, processSettings }).toEqual({ ...same, description, processSettings });
	});

	it("does so whatever the unit contains after an upgrade of its package", () => {
		const now = dropin("[Service]\nExecStart=/usr/sbin/daemon\n");
		const { description, processSettings, ...same } = parseServiceUnit("daemon.service", [hosts, now]);
		expect(same).toEqual(expect.objectContaining({ type: "exec", execStartPre: [], user: "daemon", directories: [] }));
		expect([description, processSettings]).toEqual(["The daemon", ["LimitNOFILE=4096", "UMask=0022", "LimitCORE=1"]]);
	});

	it("lists the values that it replaces", () => {
		const each = lines(hosts).filter((line) => line.startsWith("# was: "));
		for (const setting of ["Type=forking", "ExecStart=/usr/sbin/daemon", "PIDFile=/run/daemon.pid"])
			expect(each).toContain(`# was: ${setting}`);
		expect(new Set(each).size).toBe(each.length);
	});

	it("lists no value that only root may read", () => {
		const secrets = ["Environment=PASSWORD=hunter2", "SetCredential=key:hunter2", "StandardInputText=hunter2"];
		const text = dropin(["[Service]", "ExecStart=/usr/sbin/daemon", ...secrets, ""].join("\n"));
		expect(text).not.toContain("hunter2");
		for (const name of ["Environment", "SetCredential", "StandardInputText"]) expect(text).toContain(`# was: ${name}=********\n`);
	});

	it("lists each value in one line", () => {
		const hostile = "[Service]\nExecStart=/bin/a \\\nUser=root\x1b[2J\u202e\n";
		for (const line of lines(hostile)) expect(line).toMatch(/^(# [^\p{Cc}\p{Cf}]*|\[Service\]|[A-Za-z]+=.*|)$/u);
		expect(together(hostile).user).toBe("daemon");
	});

	it("keeps the unit's restarts and limits", () => {
		expect(lines(hosts).some((line) => line.startsWith("Restart="))).toBe(false);
		expect(lines("[Service]\nExecStart=/usr/sbin/daemon\n")).toContain("Restart=on-failure");
	});

	it("stops the service with the signal of its unit", () => {
		expect(dropin("[Service]\nKillSignal=SIGQUIT\n")).toContain("kill -s QUIT");
		expect(dropin("[Service]\nKillSignal=$(id)\n")).toContain("kill -s TERM");
	});

	it("resets settings that the cage's own unit does not use", () => {
		const plan = { ...input.plan, permissions: { capabilities: [], writableCode: "mmap" } };
		const service = { name: "a.service", texts: ["[Service]\nMemoryDenyWriteExecute=yes"] };
		const jit = systemdDropin({ ...input, plan, service });
		expect(jit).toContain("# was: MemoryDenyWriteExecute=yes\nMemoryDenyWriteExecute=no\n");
		expect(dropin(hosts)).toContain("MemoryDenyWriteExecute=yes");
	});

	it("contains nothing that an older systemd does not know", () => {
		const launch = ["/usr/bin/setpriv", "unshare", "sh", "/launch.sh"];
		const old = systemdDropin({ ...input, launch, systemdVersion: 249, service: { name: "a.service", texts: [hosts] } });
		expect(old).not.toMatch(/^(LoadCredentialEncrypted|ExtensionDirectories|OpenFile|PrivatePIDs)=/m);
	});

	it("takes away what would stop the launcher's steps from creating the cage", () => {
		const launch = ["/usr/bin/setpriv", "unshare", "sh", "/launch.sh"];
		const settings = "ProtectSystem=strict\nRestrictNamespaces=yes\nNoNewPrivileges=yes\nCapabilityBoundingSet=CAP_KILL\n";
		const service = { name: "a.service", texts: [`[Service]\n${settings}`] };
		const text = systemdDropin({ ...input, launch, systemdVersion: 252, service });
		for (const part of ["# was: ProtectSystem=strict\nProtectSystem=no\n", "RestrictNamespaces=no\n", "NoNewPrivileges=no\n"])
			expect(text).toContain(part);
		expect(text.lastIndexOf("CapabilityBoundingSet=~\n")).toBeGreaterThan(text.indexOf("CapabilityBoundingSet=\n"));
	});
});

describe("a later drop-in", () => {
	const later = (text: string) => overridingSetting(dropin(hosts), { name: "daemon.service", texts: [hosts, text] }, [1])?.name;
	it.each(["ExecStart=/bin/sh", "User=root", "ReadWritePaths=/", "RootDirectory=", "PrivatePIDs=no"])(
		"is detected if it contains %s",
		(line) => expect(later(`[Service]\n${line}\n`)).toBe(line.split("=")[0]),
	);
	it.each(["Restart=no", "LimitNOFILE=1", "Nice=5", "TimeoutStopSec=1"])("may contain %s", (line) => {
		expect(later(`[Service]\n${line}\n`)).toBeUndefined();
	});
	it("may change the order of services", () => expect(later("[Unit]\nAfter=other.service\nUser=root\n")).toBeUndefined());
});
