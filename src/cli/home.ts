import { reportedFinding } from "../core/cage/acknowledgement.ts";
import { unitName } from "../core/confinement/unit/installed.ts";
import type { Alarm } from "../core/detection/alarm.ts";
import { Failure } from "../core/failure.ts";
import { baseName, type Path, pathToText } from "../core/path/path.ts";
import { printable, quoteShellLine, showPath } from "../core/path/quote.ts";
import { historyLine } from "../core/record/history.ts";
import { residualRisks } from "../core/record/residual-risks.ts";
import { knownCage, presentCage, requireTrace } from "../engine/cages.ts";
import type { Context } from "../engine/context.ts";
import { type CageOverview, type ExaminedCages, overview } from "../engine/overview/overview.ts";
import { recordOf } from "../engine/record/record.ts";
import { isServiceOf } from "../engine/run/unit.ts";
import { checkCage, reportedBy } from "../engine/upkeep/check.ts";
import { alarmMessage } from "../report/alarm.ts";
import { openNames } from "../report/check.ts";
import { historyWords, readableTimes } from "../report/history.ts";
import { entryTable } from "../report/plan.ts";
import type {
	ActionPreview,
	ActionRequest,
	CagePage,
	CageRow,
	CageView,
	Home,
	HomeList,
	ViewRow,
} from "../wizard/session/home.ts";
import { savedSessions } from "../wizard/session/saved-sessions.ts";
import { type CageAction, cageActions, runInForeground } from "./cage-actions.ts";
import { PageTerminal } from "./page-terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Home on this machine. Each action is its verb, whose output becomes a page. */
export class SystemHome implements Home {
	readonly #terminal: Terminal;
	#examined: ExaminedCages = new Map();

	constructor(terminal: Terminal) {
		this.#terminal = terminal;
	}

	async list(context: Context, examine: boolean): Promise<HomeList> {
		const cages = await overview(context, examine ? undefined : this.#examined);
		if (examine) this.#examined = new Map(cages.map(({ findings, name, outdated }) => [name, { findings, outdated }]));
		const { now, sessions } = context.machine;
		return { cages: cages.map((cage) => rowOf(cage, now())), sessions: await savedSessions(sessions, now()) };
	}

	async page(context: Context, name: string): Promise<CagePage> {
		const { now, store } = context.machine;
		const found = (await overview(context, this.#examined)).find((cage) => cage.name === name);
		if (!found) throw new Failure("cage-unknown", { name }, 2);
		const row = rowOf(found, now());
		if (found.generation === null) return { row, facts: [], actions: [{ action: "remove", cage: name }] };
		const { cage, layout, manifest } = await presentCage(context, name);
		const { facts, networks } = this.#terminal.messages.wizard.home;
		return {
			row,
			facts: [
				[facts.command, printable(quoteShellLine(cage.application.command))],
				[facts.account, printable(manifest.identity.name)],
				[facts.network, networks[cage.application.network]],
				[facts.root, showPath(layout.root)],
				[facts.data, showPath(layout.data)],
			],
			actions: await possibleActions(context, found, (await store.generations(name)).length > 1),
		};
	}

	async view(context: Context, name: string, view: Exclude<CageView, "actions">): Promise<readonly ViewRow[]> {
		const { messages } = this.#terminal;
		const { store, now } = context.machine;
		switch (view) {
			case "reach": {
				const { remedy, severities, what } = messages.record.risks;
				return residualRisks(await recordOf(context, name)).map(({ code, severity, values }) => ({
					text: `${severities[severity]}: ${messages.fill(what[code], values)}`,
					detail: remedy[code],
				}));
			}
			case "alarms": {
				const alarms = await store.alarms(name);
				// Nothing is written to a state folder that another user can change.
				await store.upkeep.noteLook(name, now()).catch(() => {});
				return alarms.toReversed().map((alarm) => this.#alarmRow(alarm));
			}
			case "findings": {
				const checked = await checkCage(context, name);
				const open = new Set(openNames(checked));
				const words = new Map<string, object>(checked.findings.map((one) => [reportedFinding(one).id, messages.finding(one)]));
				return reportedBy(checked).map(({ id }) => {
					const said = words.get(id);
					return {
						text: `${open.has(id) ? "[!]" : "[ok]"} ${id}`,
						...(said ? { detail: Object.values(said).join(" ") } : {}),
						...(open.has(id) ? { request: { action: "accept", cage: name, value: id } } : {}),
					} as const;
				});
			}
			case "history":
				return (await store.history(name)).toReversed().map((line) => {
					const one = historyLine(line);
					const { action, details, labelled } = historyWords(one, messages);
					return { text: `${readableTimes(one.time)}  ${action}  ${labelled?.join(", ") ?? details}` };
				});
			case "files": {
				const { manifest } = await presentCage(context, name);
				return entryTable(manifest.entries, messages)
					.split("\n")
					.map((text) => ({ text }));
			}
		}
	}

	/** The newest alarms first. Enter permits what was refused, or stops the cage if nothing may permit it. */
	#alarmRow(alarm: Alarm): ViewRow {
		const { messages } = this.#terminal;
		const words = (alarm.options ?? []).flatMap((option) => /^--allow (\S+)$/.exec(option)?.[1] ?? []);
		const [value] = words;
		const { cage } = alarm;
		return {
			text: `${readableTimes(alarm.time)} ${messages.alarms.severities[alarm.severity]} ${alarmMessage(alarm, messages)}`,
			detail: messages.wizard.home.stopAdvice,
			request: value === undefined ? { action: "stop", cage } : { action: "allow", cage, value },
		};
	}

	async preview(context: Context, request: ActionRequest): Promise<ActionPreview> {
		const action = cageActions[request.action];
		const terminal = new PageTerminal(this.#terminal, context);
		await action.preview(terminal, request, context);
		return { lines: terminal.lines, command: this.#command(action, request), acts: request.action !== "record" };
	}

	#command(action: CageAction, request: ActionRequest): string {
		return action
			.command(request)
			.map((words) => (words[0] === "systemctl" ? quoteShellLine(words) : this.#terminal.commandLine(...words)))
			.join(" && ");
	}

	async perform(context: Context, request: ActionRequest): Promise<readonly string[]> {
		const terminal = new PageTerminal(this.#terminal, context);
		await cageActions[request.action].perform(terminal, request, context);
		return terminal.lines;
	}

	run(name: string): Promise<number> {
		return runInForeground(this.#terminal, name);
	}

	async traced(name: string) {
		const { store } = this.#terminal.machine();
		return { cage: await knownCage(store, name), trace: await requireTrace(store, name) };
	}
}

function rowOf({ damage, madeAt, reaction: _, recentAlarms: __, ...row }: CageOverview, now: number): CageRow {
	const age = madeAt === null ? null : Math.max(0, Math.round((now - Date.parse(madeAt)) / 1000));
	return { ...row, madeAt, age, ...(damage ? { problem: { code: damage.code, values: damage.values } } : {}) };
}

/** What can be done with a built cage now, the usual first. */
async function possibleActions(context: Context, cage: CageOverview, hasEarlier: boolean): Promise<ActionRequest[]> {
	const { as, name, running, service } = cage;
	const { accounts, services } = context.machine;
	const isManaged = accounts.own() === undefined && services.running();
	const host = as === null && isManaged ? await serviceFor(context, name) : undefined;
	const ofService = (action: "adopt" | "release" | "start", value: string | null | undefined): ActionRequest[] =>
		value ? [{ action, cage: name, value }] : [];
	const simple = (action: ActionRequest["action"], isPossible = true): ActionRequest[] =>
		isPossible ? [{ action, cage: name }] : [];
	return [
		...simple("update"),
		...ofService("adopt", host),
		...simple("install-unit", isManaged && as !== "adopted" && as !== "unit"),
		...(isManaged && !running ? ofService("start", service) : []),
		...simple("run", !running && as !== "adopted"),
		...(running ? [{ action: "stop", cage: name, ...(service === null ? {} : { value: service }) } as const] : []),
		...(as === "adopted" ? ofService("release", service) : []),
		...simple("rollback", hasEarlier),
		...simple("watch", running && accounts.own() === undefined),
		...simple("edit"),
		...simple("minimise"),
		...simple("record"),
		...simple("export"),
		...simple("remove-unit", isManaged && as === "unit" && !running && service === unitName(name)),
		...simple("remove", !running && as !== "adopted"),
	];
}

/** The host's service of the same application, which can be adopted. */
async function serviceFor(context: Context, name: string): Promise<string | undefined> {
	const cage = await knownCage(context.machine.store, name);
	const [program = ""] = cage.application.command;
	const candidates = [cage.unit, name, pathToText(baseName(program as Path))];
	for (const candidate of candidates) {
		const host = candidate === undefined ? undefined : context.machine.units.service(candidate);
		if (host && isServiceOf(context, cage, host)) return host.name;
	}
	return undefined;
}
