import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { hostCopy } from "./host-copy.ts";
import { differences } from "./snapshot.ts";

test("damage to a copy of the machine is noticed and stays there", async () => {
	const copy = await hostCopy();
	const before = copy.snapshot();
	const line = [
		"echo >/usr/bin/cagewright-new && echo >/run/new && rm /etc/passwd && mv /dev/zero /dev/null",
		"mount -n -t tmpfs tmpfs /mnt && { sleep 60 & } 2>&1 >/dev/null",
	];
	const [command = "", ...words] = [...copy.enter, "sh", "-ec", line.join("\n")];
	execFileSync(command, words, { stdio: "ignore" });
	const changed = differences(before, copy.snapshot()).map((change) => change.replace(/(?: \d+)? \(.*$/s, ""));
	expect(changed).toEqual([
		"changed: /dev/null",
		"gone: /dev/zero",
		// The overlay's mark for a removed file.
		"new: /etc/passwd",
		"new: /mnt",
		"new: /run/new",
		"new: /usr/bin/cagewright-new",
		"new: mount /mnt",
		"new: process",
	]);
	expect(existsSync("/etc/passwd") && existsSync("/dev/zero") && !existsSync("/usr/bin/cagewright-new")).toBe(true);
	await copy.dispose();
});
