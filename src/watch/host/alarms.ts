import { constants } from "node:fs";
import { lstat, open } from "node:fs/promises";
import * as v from "valibot";
import { errorName, writeFailure } from "../../base/host/errors.ts";
import { appendLog, readLog } from "../../base/host/log.ts";
import { writeAtomic } from "../../base/host/text-files.ts";
import { join, type Path, pathToBytes } from "../../base/path/path.ts";
import { findingCodes } from "../../cage/finding.ts";
import { type Alarm, alarmKinds, alarmResults, severities } from "../alarm.ts";

/** Bytes at which the older half is dropped, because an attacker can cause alarms for as long as he likes. */
const most = 512 * 1024;
const action = "alarm";

/** Adds an alarm to the cage's alarms, which are lines like those of its log. */
export async function addAlarm(file: Path, alarm: Alarm): Promise<void> {
	await appendLog(file, { time: alarm.time, action, details: alarm });
	if ((await lstat(pathToBytes(file))).size < most) return;
	const alarms = await readAlarms(file);
	const lines = alarms.slice(alarms.length / 2).map((one) => `${one.time} ${action} ${JSON.stringify(one)}\n`);
	await writeAtomic(file, lines.join(""));
}

/** Oldest first. Ignores lines that are damaged, and those of a later version. */
export async function readAlarms(file: Path): Promise<Alarm[]> {
	return (await readLog(file)).flatMap(({ details }) => {
		const { output, success } = v.safeParse(alarmSchema, details);
		return success ? [output as Alarm] : [];
	});
}

const watched = (state: Path) => pathToBytes(join(state, "watched"));

/** The time is the file's own, so that storing it every second writes nothing to the disk but an inode. */
export async function noteWatched(state: Path, time: number): Promise<void> {
	try {
		const file = await open(watched(state), constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
		try {
			await file.utimes(time / 1000, time / 1000);
		} finally {
			await file.close();
		}
	} catch (error) {
		// Without a state folder there is no cage to watch.
		if (errorName(error) !== "ENOENT") throw writeFailure(error, join(state, "watched"));
	}
}

export async function watchedUntil(state: Path): Promise<number | undefined> {
	const status = await lstat(watched(state)).catch(() => undefined);
	return status?.isFile() ? status.mtimeMs : undefined;
}

export const alarmSchema = v.object({
	time: v.pipe(v.string(), v.isoTimestamp()),
	cage: v.string(),
	kind: v.picklist(alarmKinds),
	severity: v.picklist(severities),
	result: v.picklist(alarmResults),
	call: v.exactOptional(v.string()),
	why: v.exactOptional(v.string()),
	finding: v.exactOptional(v.picklist(findingCodes)),
	values: v.exactOptional(v.record(v.string(), v.union([v.string(), v.number()]))),
	path: v.exactOptional(v.string()),
	port: v.exactOptional(v.number()),
	pid: v.exactOptional(v.number()),
	uid: v.exactOptional(v.number()),
	executable: v.exactOptional(v.string()),
	options: v.exactOptional(v.array(v.string())),
	knownBy: v.picklist(["process", "account", "file"]),
	count: v.number(),
});
