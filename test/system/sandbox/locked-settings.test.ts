import { spawn, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { pathFromText } from "../../../src/base/path/path.ts";
import { lockSettings } from "../../../src/launch/cage-steps.ts";

test("the kernel's settings are locked while other processes begin and end", () => {
	const lines = ["mount -n -t proc proc /mnt", ...lockSettings(pathFromText("/mnt"), "bind,ro")];
	const attempts = [
		"for place in sys/vm/swappiness sys/kernel/hostname sysrq-trigger 1/oom_score_adj; do",
		'if ( : >>"/mnt/$place" ) 2>/dev/null; then echo "$place"; fi; done',
		": >>/mnt/self/oom_score_adj || echo self",
	];
	const locked = () =>
		spawnSync("unshare", ["--mount", "--propagation", "private", "sh", "-c", [...lines, ...attempts].join("\n")], {
			encoding: "utf8",
		});
	const busy = [1, 2, 3].map(() => spawn("sh", ["-c", "while :; do /bin/true & /bin/true; done"], { stdio: "ignore" }));
	try {
		for (let time = 0; time < 30; time++) expect(locked()).toMatchObject({ status: 0, stdout: "", stderr: "" });
	} finally {
		for (const one of busy) one.kill("SIGKILL");
	}
});
