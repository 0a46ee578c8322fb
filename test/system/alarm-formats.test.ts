import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { parseDenial } from "../../src/watch/denial.ts";
import { alarmLine } from "../../src/watch/report/alarm.ts";
import { messagesIn } from "../texts.ts";
import { alarmsOfEveryKind } from "../watch/report/every-alarm.ts";
import { temporaryFolder } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { scoped } from "./scoped.ts";

/** Other people's programs read what we write, and write what we read. */

test("rsyslog reads every field of an RFC 5424 line, and one message for each alarm", async () => {
	const folder = temporaryFolder("rsyslog");
	const property = (key: string, name: string) => `property(outname="${key}" name="${name}" format="jsonf")`;
	writeFileSync(
		`${folder}/conf`,
		[
			'module(load="imptcp")',
			'module(load="mmpstrucdata")',
			`input(type="imptcp" Path="${folder}/socket")`,
			'template(name="parsed" type="list" option.jsonf="on") {',
			property("version", "protocol-version"),
			property("priority", "pri"),
			property("host", "hostname"),
			property("app", "app-name"),
			property("process", "procid"),
			property("id", "msgid"),
			property("message", "msg"),
			property("data", "$!rfc5424-sd"),
			'property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")',
			"}",
			'action(type="mmpstrucdata")',
			`action(type="omfile" file="${folder}/out" template="parsed")`,
			"",
		].join("\n"),
	);
	await using _daemon = scoped(spawn("rsyslogd", ["-n", "-f", `${folder}/conf`, "-i", `${folder}/pid`], { stdio: "ignore" }));
	await eventually(() => expect(existsSync(`${folder}/pid`) && existsSync(`${folder}/socket`)).toBe(true));
	const lines = alarmsOfEveryKind.map((alarm) => alarmLine(alarm, "rfc5424", "host", messagesIn("en")));
	const socket = connect(`${folder}/socket`);
	socket.end(lines.map((line) => `${line}\n`).join(""));
	const written = () => (existsSync(`${folder}/out`) ? readFileSync(`${folder}/out`, "utf8").split("\n").slice(0, -1) : []);
	await eventually(() => expect(written()).toHaveLength(lines.length));
	const parsed = written().map((line) => JSON.parse(line));
	for (const [index, { cage, kind, pid, time, ...alarm }] of alarmsOfEveryKind.entries()) {
		const { data, message, ...header } = parsed[index];
		expect(header).toEqual({
			version: "1",
			priority: alarm.severity === "high" ? "81" : "84",
			host: "host",
			time,
			app: "cagewright",
			process: String(pid ?? "-"),
			id: "ALARM",
		});
		expect(JSON.parse(data)["cagewright@32473"]).toMatchObject({
			cage,
			kind,
			result: alarm.result,
			count: String(alarm.count),
		});
		expect(lines[index]).toContain(message);
	}
});

/** Recorded on Linux 6.18: refused, with a hostile name of the process, and killed. auditd writes such lines. */
const recorded = [
	'auid=4294967295 uid=33 gid=33 ses=4294967295 pid=1646727 comm="nginx" exe="/usr/sbin/nginx" sig=0 arch=c000003e syscall=272 compat=0 ip=0x7f39d511a6f9 code=0x50000',
	'auid=4294967295 uid=33 gid=33 ses=4294967295 pid=1646728 comm=612220756964300A exe="/usr/bin/perl" sig=0 arch=c000003e syscall=165 compat=0 ip=0x7f39d511a6f9 code=0x50000',
	'auid=4294967295 uid=33 gid=33 ses=4294967295 pid=1646729 comm="perl" exe="/usr/bin/perl" sig=31 arch=40000003 syscall=20 compat=1 ip=0x7f39d511a6f9 code=0x80000000',
].map((text, index) => `type=SECCOMP msg=audit(1795821997.790:${index + 1}): ${text}`);

test.skipIf(!existsSync("/usr/sbin/ausearch"))("ausearch reads the kernel's records of refused calls as we do", () => {
	const file = `${temporaryFolder("audit")}/audit.log`;
	writeFileSync(file, `${recorded.join("\n")}\n`);
	const text = execFileSync("ausearch", ["-if", file, "-m", "SECCOMP", "-i"], { encoding: "utf8" });
	const records = text.split("\n").filter((line) => line.startsWith("type="));
	expect(records).toHaveLength(recorded.length);
	for (const [index, line] of recorded.entries()) {
		const denial = parseDenial(line);
		expect(records[index]).toContain(` pid=${denial?.pid} `);
		expect(records[index]).toContain(` exe=${denial?.program} `);
		// It names the calls of other processors, which we show as a number.
		if (denial?.result === "refused") expect(records[index]).toContain(` syscall=${denial.call} `);
	}
});
