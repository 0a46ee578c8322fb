import { attemptsLoader } from "../../core/confinement/launch.ts";
import { filterErrors } from "../../core/confinement/seccomp.ts";
import { parseDenial } from "../../core/detection/denial.ts";
import { Failure } from "../../core/failure.ts";
import { isEnded, isReady } from "../../core/selftest/program.ts";
import { techniques } from "../../core/selftest/techniques/techniques.ts";
import type { AlarmCoverage, Attempt } from "../../core/selftest/verdict.ts";
import type { Context } from "../context.ts";
import type { Launched, LaunchRequest } from "../launch-ports.ts";

/** The kernel log has at most this many refusals in so many milliseconds (`printk_ratelimit`). */
const burst = { records: 8, window: 5200 };
/** Milliseconds after which a technique counts as silent. An idle machine needs a few. */
const deadline = 3000;
/** Milliseconds for all techniques. */
const patience = 600_000;

/**
 * Runs the techniques again, one at a time, and measures which of them the kernel records. Where only the kernel log is read, each waits until that has room
 * for its record, which takes about two minutes. Throws `selftest-broken` (exit 70) if it does not finish, and `kernel-log-unreadable` (exit 3).
 */
export async function measureAlarms(
	context: Context,
	request: LaunchRequest,
	attempts: ReadonlyMap<string, Attempt>,
): Promise<AlarmCoverage> {
	const { detection, launcher, now, sleep } = context.machine;
	const { uid } = request.identity;
	/** When the kernel recorded the first refusal of each process of these techniques, and any refusal on this machine. */
	const records: number[] = [];
	const allRecords: number[] = [];
	const pids = new Set<number>();
	const ended = new AbortController();
	const following = await detection.follow({
		signal: AbortSignal.any([context.signal, ended.signal]),
		onRecord(text) {
			const denial = parseDenial(text);
			if (!denial) return;
			allRecords.push(now());
			// A technique may be refused more than once, and each has a process of its own.
			if (denial.uid !== uid || denial.program !== attemptsLoader || pids.has(denial.pid)) return;
			pids.add(denial.pid);
			records.push(now());
		},
		onLost() {},
	});
	const until = async (isTrue: () => boolean, milliseconds: number) => {
		for (const end = now() + milliseconds; !isTrue() && now() < end; ) await sleep(10, context.signal);
		return isTrue();
	};
	const latencies = new Map<string, number>();
	const filtered = Object.values(techniques)
		.flat()
		.flatMap(({ id, stoppedBy }) => (stoppedBy.includes("seccomp") && isFilters(attempts.get(id)) ? [id] : []));
	let output = "";
	let launched: Launched | undefined;
	try {
		launched = await launcher.start({
			...request,
			onOutput: (chunk) => {
				output += Buffer.from(chunk).toString("latin1");
			},
		});
		// Earlier records may have used up what the kernel log allows.
		if (following.isLimited) await sleep(burst.window, context.signal);
		const all = Object.values(techniques).flat();
		for (const [index, { id }] of all.entries()) {
			const isRunning = await until(() => isReady(output, id), index === 0 ? 30_000 : patience / all.length);
			if (!isRunning) throw new Failure("selftest-broken", { detail: id }, 70);
			const hasRoom = () => allRecords.filter((time) => time > now() - burst.window).length < burst.records;
			if (following.isLimited) await until(hasRoom, burst.window * 2);
			const [before, started] = [records.length, now()];
			launched.signal("SIGUSR1");
			if (!(await until(() => isEnded(output, id), 15_000))) throw new Failure("selftest-broken", { detail: id }, 70);
			if (filtered.includes(id) && (await until(() => records.length > before, deadline))) {
				latencies.set(id, (records[before] ?? started) - started);
			}
			context.emit({ event: "ways-tried", launch: 4, launches: 4, tried: index + 1, ways: all.length });
		}
	} finally {
		await launched?.stop(1);
		ended.abort();
		await following.ended;
	}
	return {
		filtered: filtered.length,
		raised: latencies.size,
		slowest: Math.max(0, ...latencies.values()) / 1000,
		silent: filtered.filter((id) => !latencies.has(id)),
	};
}

/** Any other error came before the filter was asked: a process ID of another namespace, for example, means no process. */
const isFilters = (attempt: Attempt | undefined) =>
	attempt?.how === "killed" || (attempt?.how === "refused" && filterErrors.includes(attempt.number));
