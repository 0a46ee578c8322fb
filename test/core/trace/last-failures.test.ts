import { expect, test } from "vitest";
import { TraceFold } from "../../../src/core/trace/fold.ts";
import { LastFailures } from "../../../src/core/trace/recorder.ts";

test("each failure is listed once, the newest last, up to a limit", () => {
	const failures = new LastFailures();
	for (let at = 0; at < 100; at++) failures.add(`/${at}`);
	failures.add("/99");
	failures.add("/50");
	const list = failures.list();
	expect(list.slice(-3)).toEqual(["/98", "/99", "/50"]);
	expect(new Set(list).size).toBe(list.length);
	expect(list).not.toContain("/20");
});

test("failures after the main process exited are ignored", () => {
	const fold = new TraceFold({ start: { initPid: 1, isApplication: () => true } });
	const lines = [
		'10 execve("/usr/bin/app", ["app"], 0x1 /* 0 vars */) = 0',
		'10 openat(AT_FDCWD, "/etc/a", O_RDONLY) = -1 ENOENT (No such file or directory)',
		'10 openat(AT_FDCWD, "/etc/b", O_RDONLY) = -1 EACCES (Permission denied)',
		'10 openat(AT_FDCWD, "/etc/a", O_RDONLY) = -1 ENOENT (No such file or directory)',
		"10 fork() = 11",
		"10 setgroups(1, [0]) = -1 EPERM (Operation not permitted)",
		"10 +++ exited with 1 +++",
		'11 openat(AT_FDCWD, "/etc/c", O_RDONLY) = -1 ENOENT (No such file or directory)',
	];
	fold.feed(Buffer.from(`${lines.join("\n")}\n`));
	fold.end();
	expect(fold.lastFailed()).toEqual(["/etc/b", "/etc/a", "setgroups"]);
});
