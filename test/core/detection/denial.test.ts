import { describe, expect, test } from "vitest";
import { parseCrash, parseDenial, parseKernelRecord } from "../../../src/core/detection/denial.ts";

/** A record of Linux 6.18 for a cage's filter. */
const record =
	'audit: type=1326 audit(1795821997.790:3847): auid=4294967295 uid=33 gid=33 ses=4294967295 pid=1646727 comm="nginx" exe="/usr/sbin/nginx" sig=0 arch=c000003e syscall=272 compat=0 ip=0x7f39d511a6f9 code=0x50000';
const denial = {
	time: 1_795_821_997_790,
	serial: 3847,
	pid: 1_646_727,
	uid: 33,
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
		expect(parseDenial(record.replace("c000003e", "40000003").replace("0x50000", "0x80000000"))).toMatchObject({
			call: "272",
			result: "killed",
		});
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
		expect(parseKernelRecord("5,6698,33207771766,-;audit: text\n SUBSYSTEM=x\n")).toEqual({
			sequence: 6698,
			text: "audit: text",
		});
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
