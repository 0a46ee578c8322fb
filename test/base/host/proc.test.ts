import { expect, test } from "vitest";
import { unitsAround } from "../../../src/base/host/proc.ts";

const service = "/system.slice/office.service";

test.each([
	["version 2 alone", `0::${service}\n`],
	["version 1 alone", `4:memory:/\n1:name=systemd:${service}\n`],
	["version 1, on a kernel with version 2", `1:name=systemd:${service}\n0::/\n`],
	["both, as systemd's hybrid mode", `9:name=systemd:${service}\n5:pids:${service}\n0::${service}\n`],
	[
		"version 2, on a kernel on which somebody mounted systemd's hierarchy of version 1",
		`9:name=systemd:/\n8:pids:/\n0::${service}\n`,
	],
	["version 2, in a container whose host uses version 1", `9:name=systemd:/payload/abc\n0::${service}\n`],
])("the units around a process are read with control groups of %s", (_, text) => {
	expect(unitsAround(text)).toEqual(["office.service"]);
});

test("the innermost unit comes last, and groups that are no units do not count", () => {
	const nested = "0::/user.slice/user-0.slice/session-1.scope/office.service/worker\n";
	expect(unitsAround(nested)).toEqual(["session-1.scope", "office.service"]);
	expect(unitsAround("9:name=systemd:/\n0::/\n")).toEqual([]);
	expect(unitsAround("")).toEqual([]);
});
