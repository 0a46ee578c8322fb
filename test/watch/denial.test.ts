import { describe, expect, test } from "vitest";
import { landlockReasons } from "../../src/watch/alarm.ts";
import { parseCrash, parseDenial, parseKernelRecord, unsetSession } from "../../src/watch/denial.ts";
import { LandlockRecords } from "../../src/watch/landlock-denial.ts";
import { messagesIn } from "../texts.ts";

/** A record of Linux 6.18 for a cage's filter. */
const record =
	'audit: type=1326 audit(1795821997.790:3847): auid=4294967295 uid=33 gid=33 ses=4294967295 pid=1646727 comm="nginx" exe="/usr/sbin/nginx" sig=0 arch=c000003e syscall=272 compat=0 ip=0x7f39d511a6f9 code=0x50000';
const denial = {
	time: 1_795_821_997_790,
	serial: 3847,
	pid: 1_646_727,
	uid: 33,
	session: unsetSession,
	name: "nginx",
	program: "/usr/sbin/nginx",
	call: "unshare",
	result: "refused",
};

describe("a record of a refused call", () => {
	test("of the kernel log is read", () => expect(parseDenial(record)).toEqual(denial));

	test("of auditd's file is read, with its interpretation behind it", () => {
		const line = `${record.replace("audit: type=1326 audit", "type=SECCOMP msg=audit")}\u001dARCH=x86_64 SYSCALL=unshare AUID="unset" UID="root"`;
		expect(parseDenial(line)).toEqual(denial);
	});

	test("of another architecture has the number of the call, not a wrong name", () => {
		const foreign = record.replace("c000003e", "40000003").replace("0x50000", "0x80000000");
		expect(parseDenial(foreign)).toMatchObject({ call: "272", result: "killed" });
	});

	test("may have a process name in hexadecimal, if it contains a quote or a space", () => {
		const hostile = Buffer.from('x" uid=0 pid=1').toString("hex").toUpperCase();
		expect(parseDenial(record.replace('"nginx"', hostile))).toEqual({ ...denial, name: 'x" uid=0 pid=1' });
	});

	test.each([
		["begins later in the line", `x ${record}`],
		["is cut off", record.slice(0, 120)],
		["has no number where one belongs", record.replace("pid=1646727", "pid=self")],
		["is of a call that was let through", record.replace("0x50000", "0x7ffc0000")],
		["is of something else", record.replace("1326", "1400")],
		["holds a line break", record.replace("auid=", "\nauid=")],
	])("is none if it %s", (_name, text) => expect(parseDenial(text)).toBeUndefined());

	test("takes the first of two fields with one name", () => {
		expect(parseDenial(`${record} pid=1 uid=0 exe="/other"`)).toEqual(denial);
	});
});

describe("a record of /dev/kmsg", () => {
	test("of the kernel is read, without the lines of its dictionary", () => {
		const read = parseKernelRecord("5,6698,33207771766,-;audit: text\n SUBSYSTEM=x\n");
		expect(read).toEqual({ sequence: 6698, text: "audit: text" });
	});

	test("that a process wrote is none", () => {
		// devkmsg_write() gives it a facility other than 0.
		expect(parseKernelRecord(`13,6699,33207771767,-;${record}\n`)).toBeUndefined();
	});
});

describe("a crash", () => {
	test.each([
		["redis-server[123]: segfault at 0 ip 00007f2d sp 00007ffc error 4 in libc.so.6", { pid: 123, name: "redis-server" }],
		["traps: nginx[77] general protection fault ip:7f sp:7f error:0", { pid: 77, name: "nginx" }],
		["a b]: [1]: x[9]: segfault at 0 ip 0000 sp 0000 error 4", { pid: 9, name: "a b]: [1]: x" }],
	])("is read from %j", (text, crash) => expect(parseCrash(text)).toEqual(crash));

	test("is not read from a name that only looks like one", () => {
		expect(parseCrash("x[1]: segfault at nothing")).toBeUndefined();
		expect(parseCrash("audit: type=1326 x[1]: segfault at 0 ip 0 sp")).toBeUndefined();
	});
});

describe("Landlock's records", () => {
	/** Recorded on Linux 6.18, one serial number for each refusal. */
	const at = (serial: number) => `audit(1795848780.181:${serial}): `;
	const access = (serial: number, text: string) => `audit: type=1423 ${at(serial)}domain=19cef9a06 blockers=${text}`;
	const domain = `audit: type=1424 ${at(1)}domain=19cef9a06 status=allocated mode=enforcing pid=40 uid=0 exe="/.launch/cagewright-conf" comm="cagewright-conf"`;
	const call = (serial: number, number: number) =>
		`audit: type=1300 ${at(serial)}arch=c000003e syscall=${number} success=no exit=-13 a0=3 items=0 ppid=40 pid=42 auid=4294967295 uid=105 gid=0 euid=105 comm="redis-server" exe="/usr/bin/redis-server" key=(null)`;

	test.each([
		["a file", 'fs.make_reg path="/etc" dev="vda" ino=1', 257, { why: "foreign-file", call: "openat", path: "/etc" }],
		["a name with a space", "fs.make_reg,fs.refer path=2F612062", 82, { why: "foreign-file", call: "rename", path: "/a b" }],
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
		const found = records.add(`type=SYSCALL msg=${text}\u001dARCH=x86_64 SYSCALL=bind UID="redis"`);
		expect(found).toMatchObject([{ pid: 42, port: 4444 }]);
	});

	test("each reason has a name in both languages", () => {
		for (const language of ["en", "de"] as const) {
			for (const reason of landlockReasons) expect(messagesIn(language).alarms.landlock[reason]).toMatch(/./);
		}
	});
});
