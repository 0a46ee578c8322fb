import type { Alarm } from "../../core/detection/alarm.ts";
import { type Path, pathToBytes } from "../../core/path/path.ts";
import type { Detection } from "../../engine/detection-ports.ts";
import { isGone, thisProcess } from "../state/process-identity.ts";
import { findTool, startTool } from "../tools.ts";
import { namespaceRoot, originOf, runOf, sessionOf } from "./caged-process.ts";
import { watchOpenings } from "./decoy-openings.ts";
import { followKernelLog, hasForeignNumbers, recordedDenials } from "./kernel-log.ts";
import { allPids, fileIdentity } from "./proc.ts";
import { runCommand, suspendNamespaces } from "./reactions.ts";

export const systemDetection: Detection = {
	watchOpenings,
	follow: followKernelLog,
	denials: recordedDenials,
	processes: allPids,
	hasForeignNumbers,
	rootOf: namespaceRoot,
	sessionOf,
	originOf,
	rootIdentity: (root: Path) => fileIdentity(`${pathToBytes(root).toString()}/.`),
	toJournal,
	starterOf: runOf,
	suspendNamespaces,
	watch: thisProcess(),
	hasEnded: isGone,
	runCommand,
};

/** journal fields: systemd.journal-fields(7). The first two are what `journalctl -x` and other tools look for. */
function toJournal(alarm: Alarm, message: string): void {
	const logger = findTool("logger");
	if (logger === undefined) return;
	const fields = {
		MESSAGE_ID: alarmMessageId,
		PRIORITY: alarm.severity === "high" ? "1" : "4",
		SYSLOG_IDENTIFIER: "cagewright",
		MESSAGE: message,
		CAGE: alarm.cage,
		CAGEWRIGHT_KIND: alarm.kind,
		CAGEWRIGHT_CALL: alarm.call ?? "",
		CAGEWRIGHT_FINDING: alarm.finding ?? "",
		CAGEWRIGHT_PATH: alarm.path ?? "",
		CAGEWRIGHT_TECHNIQUE: alarm.why ?? "",
		CAGEWRIGHT_SEVERITY: alarm.severity,
		CAGEWRIGHT_RESULT: alarm.result,
		CAGEWRIGHT_COUNT: String(alarm.count),
		CAGEWRIGHT_OPTIONS: alarm.options?.length ? alarm.options.join(", ") : "none",
		OBJECT_PID: String(alarm.pid ?? ""),
		CAGEWRIGHT_PROGRAM: alarm.executable ?? "",
	};
	const child = startTool(logger, ["--journald"], { stdio: ["pipe", "ignore", "ignore"] });
	child.on("error", () => undefined);
	child.stdin.on("error", () => undefined);
	// A line break would begin another field.
	child.stdin.end(
		Object.entries(fields)
			.filter(([, value]) => value !== "")
			.map(([name, value]) => `${name}=${value.replace(/[^\x20-\x7e]/g, "?")}\n`)
			.join(""),
	);
}

/** sd-id128(3): a random ID for this kind of message. */
const alarmMessageId = "6f0a3a1e9c7b4a0f8d1b5b7c2f3e4d91";
