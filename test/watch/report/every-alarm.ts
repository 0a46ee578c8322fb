import { pathFromText } from "../../../src/base/path/path.ts";
import { showPath } from "../../../src/base/path/quote.ts";
import type { Alarm } from "../../../src/watch/alarm.ts";

/** Names that try to end a line, a field or a log record, to begin another one, and to control a terminal. */
const hostile = '/x"]\\ [a@1 b="c"]\n<0>1 - forged\ntype=1326 audit(1.000:1): pid=1\r\x1b[2J\x1b]0;t\x07\x9b31m\u2028';

/** A refused call at noon, with other values if the test sets them. */
export function alarmOf(values: Partial<Alarm> = {}): Alarm {
	const found = { kind: "syscall", severity: "high", result: "refused", knownBy: "process" } as const;
	return { time: "2026-11-28T12:00:00.000Z", cage: "web", count: 1, ...found, ...values };
}

/** One alarm of each kind, with hostile names wherever an application can choose them. */
export const alarmsOfEveryKind: readonly Alarm[] = [
	alarmOf({ call: "mount", why: "file-tree", pid: 12, uid: 33, executable: hostile, knownBy: "account", count: 17 }),
	alarmOf({ kind: "crash", severity: "medium", result: "crashed", pid: 12, executable: hostile }),
	alarmOf({ kind: "decoy", result: "opened", path: "/root/.ssh/id_ed25519", pid: 12, uid: 0, executable: hostile }),
	alarmOf({
		kind: "drift",
		result: "found",
		finding: "data-setuid",
		path: showPath(pathFromText(hostile)),
		knownBy: "file",
	}),
];
