import { omitUndefined } from "../../base/collections.ts";
import type { Context, Machine } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { quoteShellLine, showPath } from "../../base/path/quote.ts";
import type { Answers } from "../../options/answers.ts";
import { changedSince, type OpenedSession, type PlannedFiles, type Sessions } from "../../sessions/ports.ts";
import type { Choice } from "../state/choice.ts";
import type { ResumedSession } from "../state/values.ts";
import { listSessions, type SessionSummary, summaryOf } from "./session-summary.ts";
import { restored } from "./stored-state.ts";
import { type RestoredWork, stateOf, workFromFields } from "./stored-work.ts";

/** Fields for the list of sessions. */
export function aboutOf({ application, name }: Answers): Readonly<Record<string, string>> {
	return { name: name.slice(0, 100), command: quoteShellLine(application.command).slice(0, 300) };
}

/** Sessions to resume. Sets damaged sessions aside and reports them once. */
export async function savedSessions(sessions: Sessions, now: number): Promise<Choice[]> {
	const choices: Choice[] = [];
	for (const stored of await sessions.list()) {
		const { command, holder, id, isSetAside, name, path, problem, step, ago } = summaryOf(stored, now);
		if (isSetAside) continue;
		const where = problem === "damaged" && holder === undefined ? await sessions.quarantine(id).catch(() => path) : path;
		choices.push({
			id,
			kind: "session",
			name: name || id,
			description: "",
			detail: problem === undefined ? command : where,
			left: { step, ago, ...omitUndefined({ holder, problem }) },
		});
	}
	return choices;
}

/**
 * The session with this id or cage name, or the latest one. Throws `session-unknown`, or `session-ambiguous` with the ids (exit
 * 2).
 */
export async function findSession(context: Pick<Context, "machine">, wanted: string | undefined): Promise<SessionSummary> {
	const all = await listSessions(context);
	if (wanted === undefined) {
		const latest = all.find((one) => !one.isSetAside && one.holder === undefined);
		if (!latest) throw new Failure("no-session", {}, 2);
		return latest;
	}
	const found = all.filter((one) => one.id === wanted || (one.name === wanted && !one.isSetAside));
	const [first] = found;
	if (!first) throw new Failure("session-unknown", { name: wanted }, 2);
	if (found.length > 1) throw new Failure("session-ambiguous", { name: wanted, ids: found.map((one) => one.id).join(", ") }, 2);
	return first;
}

/** Removes a session and the candidate that a killed one left. */
export async function removeSession({ machine }: Pick<Context, "machine">, id: string): Promise<void> {
	const stored = (await machine.sessions.list()).find((one) => one.id === id);
	await machine.sessions.remove(id);
	if (!stored) return;
	const { name } = summaryOf(stored, machine.now());
	const candidate = stored.fields.workCandidate;
	if (candidate !== undefined) await clearCandidate(machine, name, candidate);
}

/** Removes a candidate that never became current. If the cage is locked, the lock's holder does this. */
async function clearCandidate(machine: Context["machine"], name: string, candidate: unknown): Promise<void> {
	try {
		const lock = await machine.store.lock(name);
		try {
			await discardCandidate(machine, name, candidate);
		} finally {
			await lock.release();
		}
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
	}
}

/** The caller holds the cage's lock. */
export async function discardCandidate({ store }: Context["machine"], name: string, candidate: unknown): Promise<void> {
	const { generation, madeAt } = (candidate ?? {}) as { generation?: unknown; madeAt?: unknown };
	if (typeof generation !== "number" || !(await store.generations(name)).includes(generation)) return;
	if ((await store.present(name)) === generation) return;
	// The number may have been used again.
	if ((await store.manifest(name, generation))?.madeAt === madeAt) await store.building.discard(name, generation);
}

interface SavedSession {
	readonly opened: OpenedSession;
	readonly work: RestoredWork | undefined;
	readonly answers: Answers;
	readonly planned: PlannedFiles | undefined;
	readonly rounds: number;
	readonly resumed: ResumedSession;
}

/** Throws like `Sessions.open`, and `session-damaged` if even the answers are unreadable. */
export async function openSaved({ files, now, sessions }: Machine, id: string): Promise<SavedSession> {
	const opened = await sessions.open(id);
	const work = workFromFields(opened.fields);
	const back = restored(stateOf(opened.fields), work !== undefined);
	const answers = back?.state.answers;
	if (!back || !answers) {
		opened.held.release();
		throw new Failure("session-damaged", { id, path: await sessions.quarantine(id) });
	}
	const { planned, ...rest } = back;
	const changed = planned ? changedSince(planned, files) : [];
	const ago = Math.max(0, Math.round((now() - opened.savedAt) / 1000));
	const [example] = changed;
	return {
		opened,
		work,
		answers,
		planned,
		rounds: back.state.trial.rounds.length,
		resumed: {
			...rest,
			id,
			name: answers.name,
			ago,
			changed: changed.length,
			example: example === undefined ? "" : showPath(example),
		},
	};
}
