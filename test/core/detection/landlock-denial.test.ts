import { expect, test } from "vitest";
import { LandlockRecords } from "../../../src/core/detection/landlock-denial.ts";
import { landlockReasons } from "../../../src/core/detection/landlock-reasons.ts";
import { messagesIn } from "../../texts.ts";

/** Recorded on Linux 6.18, one serial number for each refusal. */
const at = (serial: number) => `audit(1795848780.181:${serial}): `;
const access = (serial: number, text: string) => `audit: type=1423 ${at(serial)}domain=19cef9a06 blockers=${text}`;
const domain = `audit: type=1424 ${at(1)}domain=19cef9a06 status=allocated mode=enforcing pid=40 uid=0 exe="/.launch/cagewright-conf" comm="cagewright-conf"`;
const call = (serial: number, number: number) =>
	`audit: type=1300 ${at(serial)}arch=c000003e syscall=${number} success=no exit=-13 a0=3 items=0 ppid=40 pid=42 auid=4294967295 uid=105 gid=0 euid=105 comm="redis-server" exe="/usr/bin/redis-server" key=(null)`;

test.each([
	["a file", 'fs.make_reg path="/etc" dev="vda" ino=1', 257, { why: "foreign-file", call: "openat", path: "/etc" }],
	[
		"a name with a space",
		'fs.make_reg,fs.refer path=2F612062 dev="vda"',
		82,
		{ why: "foreign-file", call: "rename", path: "/a b" },
	],
	["a port", "net.bind_tcp saddr=127.0.0.1 src=4444", 49, { why: "other-port", call: "bind", port: 4444 }],
	["a signal", 'scope.signal opid=1 ocomm="sleep"', 62, { why: "foreign-signal", call: "kill" }],
	["a socket", "scope.abstract_unix_socket path=006F75746572", 42, { why: "foreign-socket", call: "connect", path: "\0outer" }],
	[
		"a device",
		'fs.ioctl_dev path="/d/null" dev="vda" ino=1 ioctlcmd=0x541b',
		16,
		{ why: "foreign-device", call: "ioctl", path: "/d/null" },
	],
	["a mount", 'fs.change_topology name="/" dev="tmpfs" ino=1', 165, { why: "file-tree", call: "mount", path: "/" }],
	["another process", 'ptrace opid=1 ocomm="systemd"', 101, { why: "foreign-memory", call: "ptrace" }],
])("the records of a refusal of %s name the process, the call and what was refused", (_, text, number, refused) => {
	const records = new LandlockRecords();
	expect([access(1, text), domain].flatMap((line) => records.add(line))).toEqual([]);
	const process = { pid: 42, uid: 105, name: "redis-server", program: "/usr/bin/redis-server" };
	expect(records.add(call(1, number))).toEqual([{ time: 1795848780181, ...process, ...refused }]);
	expect([...records.flush(), ...records.flush()]).toEqual([]);
});

test("without a record of the call, the domain names the first process of the cage", () => {
	const records = new LandlockRecords();
	records.add(domain);
	records.add(access(2, "net.bind_tcp src=4444"));
	expect(records.flush()).toEqual([]);
	expect(records.flush()).toMatchObject([{ pid: 40, uid: 0, why: "other-port" }]);
	records.add(access(3, "net.bind_tcp src=4444"));
	expect(records.add(access(4, "net.bind_tcp src=4445"))).toMatchObject([{ pid: 40, port: 4444 }]);
	expect(records.add(call(5, 49))).toEqual([]);
});

test("a refusal of an unknown or an ended domain is dropped", () => {
	const records = new LandlockRecords();
	records.add(access(2, "net.bind_tcp src=4444"));
	expect([...records.flush(), ...records.flush()]).toEqual([]);
	records.add(domain);
	records.add(`audit: type=1424 ${at(3)}domain=19cef9a06 status=deallocated denials=1`);
	records.add(access(4, "net.bind_tcp src=4444"));
	expect([...records.flush(), ...records.flush()]).toEqual([]);
});

test.each(["LANDLOCK_ACCESS", "UNKNOWN[1423]"])("auditd's file is read too, with the type %s", (type) => {
	const records = new LandlockRecords();
	records.add(`type=${type} msg=${at(1)}domain=1 blockers=net.bind_tcp src=4444`);
	const [, text = ""] = call(1, 49).split("type=1300 ");
	expect(records.add(`type=SYSCALL msg=${text}\u001dARCH=x86_64 SYSCALL=bind UID="redis"`)).toMatchObject([
		{ pid: 42, port: 4444 },
	]);
});

test("each reason has a name in both languages", () => {
	for (const language of ["en", "de"] as const) {
		for (const reason of landlockReasons) expect(messagesIn(language).alarms.landlock[reason]).toMatch(/./);
	}
});
